import * as z from 'zod';
import type { ModelInfo } from '../../schema/card.ts';
import { DATATYPES, exampleTensors } from '../../wire/dialects/datatypes.ts';
import { versionOf } from '../v2/v2.ts';
import { ANSWER_HEADERS, problemReference, reference, requestIdHeader } from './problems.ts';
import { MAX_SPELLED } from './shapes.ts';

/** Statuses of an operation about a model, each with when it comes. */
const ERRORS = {
  400: 'No inference request, or binary data that does not fit it.',
  404: 'There is no such model, or no such version of it.',
  412: 'There is another model than the one that x-model-sha256 names.',
  413: 'A body, a number of rows or an answer over the limit.',
  415: 'A content encoding that cannot be read.',
  422: "The tensors do not fit the model's features, or what is asked for there is not.",
  429: 'Overload: try again later.',
  500: 'An error on our side; the log has the details under the request id.',
  503: 'Overload, or nobody can answer now: try again later.',
};
type Status = keyof typeof ERRORS;

/** The paths of the Open Inference Protocol V2 (kserve/open-inference-protocol, open_inference_rest.yaml). */
export function v2Paths(model: ModelInfo): Record<string, object> {
  const { name } = model.card;
  const inPath = (of: string, value: string) => ({
    name: of,
    in: 'path',
    required: true,
    schema: { type: 'string', enum: [value] },
  });
  const [modelIn, versionIn] = [inPath('model', name), inPath('version', versionOf(model.sha256))];
  const about = (suffix: string, parameters: object[], version: string) => ({
    [`/v2/models/{model}${suffix}`]: { get: read(`v2Model${version}`, "The model's metadata", 'V2Model', parameters, [404]) },
    [`/v2/models/{model}${suffix}/ready`]: {
      get: read(`v2Model${version}Ready`, 'Whether the model can answer', 'V2ModelReady', parameters, [404], true),
    },
    [`/v2/models/{model}${suffix}/infer`]: { post: inferOperation(model, `v2${version}Infer`, parameters) },
  });
  return {
    '/v2': { get: read('v2Server', 'What the server is', 'V2Server', [], []) },
    '/v2/health/live': { get: read('v2Live', 'Whether the server runs', 'V2Live', [], []) },
    '/v2/health/ready': { get: read('v2Ready', 'Whether the server can answer', 'V2Ready', [], [], true) },
    ...about('', [modelIn], ''),
    ...about('/versions/{version}', [modelIn, versionIn], 'Version'),
  };
}

function read(operationId: string, summary: string, schema: string, parameters: object[], errors: Status[], mayBeUnready = false): object {
  const content = { 'application/json': { schema: reference(schema) } };
  const headers = { 'x-request-id': requestIdHeader };
  return {
    operationId,
    summary,
    tags: ['v2'],
    parameters: [...parameters, { $ref: '#/components/parameters/RequestId' }],
    responses: {
      200: { description: summary, headers, content },
      ...responses([...errors, 429, 500]),
      ...(mayBeUnready ? { 503: { description: 'It cannot answer.', headers, content } } : {}),
    },
  };
}

function inferOperation(model: ModelInfo, operationId: string, parameters: object[]): object {
  const inputs = exampleTensors(model.schema);
  const headerLength = {
    name: 'inference-header-content-length',
    in: 'header',
    required: false,
    description: 'The bytes of the JSON, where binary data follows it.',
    schema: { type: 'integer', minimum: 1 },
  };
  const examples = { tensors: { summary: 'A tensor for each feature', value: { inputs } } };
  const request = { schema: reference('V2Request'), ...(inputs.length > MAX_SPELLED ? {} : { examples }) };
  return {
    operationId,
    summary: 'Predictions for tensors',
    description:
      'A tensor for each feature, or one of shape [rows, features]. `classes`, `times` and `quantiles` are outputs that come where `outputs` names them.',
    tags: ['v2'],
    parameters: [...parameters, headerLength, ...['RequestId', 'Model'].map((one) => ({ $ref: `#/components/parameters/${one}` }))],
    requestBody: { required: true, content: { 'application/json': request } },
    responses: {
      200: {
        description: 'The outputs; in binary behind the JSON where that was asked for.',
        headers: {
          ...ANSWER_HEADERS,
          'inference-header-content-length': { description: 'The bytes of the JSON.', schema: { type: 'integer' } },
        },
        content: {
          'application/json': { schema: reference('V2Response') },
          'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
        },
      },
      ...responses([400, 404, 412, 413, 415, 422, 429, 500, 503]),
    },
  };
}

/** Errors in the protocol's form; the form of API Gateway's 429 is not ours to choose. */
function responses(statuses: Status[]): object {
  const content = { 'application/json': { schema: reference('V2Error') } };
  const headers = { 'x-request-id': requestIdHeader };
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      status === 429 ? problemReference('TooManyRequests') : { description: ERRORS[status], headers, content },
    ]),
  );
}

/** The protocol's schemas, as open_inference_rest.yaml has them, as far as the model's names and types do not say more. */
export function v2Schemas(): Record<string, z.ZodType> {
  const text = z.string();
  const shape = z.array(z.int().min(-1));
  const parameters = z.record(text, z.union([text, z.number(), z.boolean(), z.array(z.number())])).optional();
  const value = z.union([z.number(), text, z.boolean(), z.null()]);
  const data = z.array(z.union([value, z.array(value)]));
  const metadata = z.object({ name: text, datatype: text, shape });
  const sides = z.array(z.int().min(0)).min(1).max(4);
  const input = z.object({ name: text, shape: sides, datatype: z.enum(DATATYPES as [string]), parameters, data });
  const output = z.object({ name: text, shape: sides, datatype: z.enum(['FP64', 'BYTES', 'BOOL']), parameters, data: data.optional() });
  const asked = z.object({ name: text, parameters });
  const who = { model_name: text, model_version: text, id: text.optional(), parameters };
  return {
    V2Input: input,
    V2Output: output,
    V2Asked: asked,
    V2Metadata: metadata,
    V2Server: z.object({ name: text, version: text, extensions: z.array(text) }),
    V2Live: z.object({ live: z.boolean() }),
    V2Ready: z.object({ ready: z.boolean() }),
    V2ModelReady: z.object({ name: text, ready: z.boolean() }),
    V2Model: z.object({ name: text, versions: z.array(text), platform: text, inputs: z.array(metadata), outputs: z.array(metadata) }),
    V2Request: z.object({
      id: text.optional(),
      parameters,
      inputs: z.array(input).min(1),
      outputs: z.array(asked).optional(),
    }),
    V2Response: z.object({ ...who, outputs: z.array(output) }),
    V2Error: z.object({ error: text }),
  };
}
