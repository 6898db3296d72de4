import { RequestError } from '../errors.ts';
import type { ModelInfo } from '../schema/card.ts';
import { explainsOf } from '../schema/explanation.ts';
import { intervalsOf } from '../schema/spread/interval.ts';
import type { DocumentPath, PageRequest } from './documents.ts';
import { keptReply } from './kept.ts';
import { PUBLIC_PATHS, publicPath, withoutSlash } from './paths.ts';
import { jsonReply, type Reply, redirectReply } from './reply.ts';

/** What this environment says of itself at /health; `ok` is whether it can answer. */
export type Health = { ok: boolean; [detail: string]: unknown };

/** What the page of an API that asks who calls accepts of /model: what it would have had in its HTML. */
const PAGE_DATA = 'application/vnd.canopy.page+json';

/**
 * The reply to a request for a public path, or 'predict' where it is one for predictions. HEAD is answered as GET; whoever
 * sends the reply leaves its body away. Throws a 404 or a 405 with Allow for anything else. The documents are promised: the
 * code that writes them is loaded when they are asked for, since most environments of a function never answer one.
 */
export function route(
  method: string,
  sent: string,
  model: ModelInfo,
  health: () => Health,
  page?: PageRequest,
): Reply | 'predict' | Promise<Reply> {
  const path = withoutSlash(sent);
  const allowed = publicPath(sent)?.method;
  if (!allowed) throw new RequestError(404, `there is nothing at this path; there is ${Object.keys(PUBLIC_PATHS).join(', ')}, /v2`);
  const asked = method === 'HEAD' ? 'GET' : method;
  if (asked !== allowed) {
    const allow = allowed === 'GET' ? 'GET, HEAD' : allowed;
    throw new RequestError(405, `this method is not for ${path}; expected ${allow}`, [], { allow });
  }
  const kept = (make: () => unknown) => keptReply(model, path, () => jsonReply(make()));
  switch (path) {
    case '/predict':
      return 'predict';
    case '/model':
      if (page?.accept === PAGE_DATA) return import('./documents.ts').then(({ pageDataReply }) => pageDataReply(model, page));
      return kept(() => describeModel(model));
    case '/health': {
      const state = health();
      return jsonReply(state, state.ok ? 200 : 503);
    }
    case '/model/importance':
      return import('./importance.ts').then(({ importance }) => kept(() => importance(model)));
    case '/metadata':
      return import('./vetiver.ts').then(({ metadata }) => kept(() => metadata(model)));
    case '/prototype':
      return import('./vetiver.ts').then(({ prototype }) => kept(() => prototype(model)));
    case '/openapi.json':
      if (page?.access) return import('./documents.ts').then(({ openApiReply }) => openApiReply(model, page));
      return import('./openapi/openapi.ts').then(({ openApi }) => kept(() => openApi(model)));
    case '/docs':
      // Its links would lead below it.
      if (sent !== path) return redirectReply('../docs');
      return import('./documents.ts').then(({ docsReply }) => docsReply(model, page));
    default:
      return import('./documents.ts').then(({ documentReply }) => documentReply(path as DocumentPath, model, page));
  }
}

/** What GET /model answers. */
export function describeModel({ schema, card, sha256 }: ModelInfo) {
  const { name, ...rest } = card;
  const classes = schema.classes === undefined ? {} : { classes: schema.classes };
  const columns = schema.columns === undefined ? {} : { columns: schema.columns };
  const explain = explainsOf(schema);
  const intervals = intervalsOf(schema);
  return {
    name,
    kind: schema.kind,
    features: schema.features,
    ...classes,
    ...columns,
    takesMissing: schema.takesMissing,
    sha256,
    ...(explain ? { explain } : {}),
    ...(intervals ? { intervals } : {}),
    card: rest,
  };
}
