import type { AskingKind } from '../../access/kinds.ts';
import type { ModelInfo } from '../../schema/card.ts';
import { isOpen } from '../paths.ts';
import { openApi } from './openapi.ts';
import { PROBLEMS, problemReference, requestIdHeader } from './problems.ts';

/** How a caller says who it is, as OpenAPI names it; any one of these. */
const SCHEMES: Record<AskingKind, Record<string, object>> = {
  keys: {
    ApiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'A key of this API.' },
    Bearer: { type: 'http', scheme: 'bearer', description: 'The same key.' },
  },
  jwt: { Bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of the issuer that this API trusts.' } },
  iam: {
    Signature: {
      type: 'apiKey',
      in: 'header',
      name: 'authorization',
      description: "AWS's Signature Version 4 for the service execute-api.",
    },
  },
};

type Operation = { responses: Record<string, object>; [member: string]: unknown };
type Document = {
  security: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, object> };
};

/** The OpenAPI document of an API that asks who calls; `model` is what may be shown of it (shared/access/shown-model.ts). */
export function securedOpenApi(model: ModelInfo, kind: AskingKind): object {
  const document = openApi(model) as Document;
  const schemes = SCHEMES[kind];
  const paths = Object.entries(document.paths).map(([path, item]) => [path, isOpen(path) ? opened(item) : asking(item)]);
  const unauthorized = {
    description: 'The caller did not say who it is, or is not known.',
    headers: {
      'x-request-id': requestIdHeader,
      'www-authenticate': { description: 'What is expected.', schema: { type: 'string' } },
    },
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    ...document,
    security: Object.keys(schemes).map((name) => ({ [name]: [] })),
    paths: Object.fromEntries(paths),
    components: {
      ...document.components,
      responses: { ...document.components.responses, Unauthorized: unauthorized },
      securitySchemes: schemes,
    },
  };
}

/** An operation that asks nobody. */
function opened(item: Record<string, Operation>): object {
  return Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, { ...operation, security: [] }]));
}

/** An operation that asks: it may answer 401, and 503 where the keys cannot be read. */
function asking(item: Record<string, Operation>): object {
  const more = { 401: problemReference('Unauthorized'), 503: problemReference(PROBLEMS[503]!.name) };
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => [method, { ...operation, responses: { ...more, ...operation.responses } }]),
  );
}
