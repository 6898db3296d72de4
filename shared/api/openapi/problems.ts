import { MODEL_HEADER, NAMED_MODEL } from '../named-model.ts';

/** The header of every answer that names the request. */
export const requestIdHeader = {
  description: "The caller's id where it matches [A-Za-z0-9_-]{1,64}, else a new one.",
  schema: { type: 'string' },
};
/** The headers of an answer with predictions. */
export const ANSWER_HEADERS = {
  'x-request-id': requestIdHeader,
  'x-served-by': { description: 'Who computed the predictions.', schema: { type: 'string' } },
  [MODEL_HEADER]: { description: "The SHA-256 of the model's schema and forest.", schema: { type: 'string' } },
  'server-timing': { description: 'How long the parts of the answer took.', schema: { type: 'string' } },
};
const RETRY_AFTER = { 'retry-after': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } } };

/** Every problem an operation can answer with: the component's name, when, and further headers. */
export const PROBLEMS: Record<string, { name: string; description: string; headers?: object }> = {
  400: { name: 'BadRequest', description: `Not JSON, CSV or JSON Lines, or no dialect fits; or an ${MODEL_HEADER} that names no model.` },
  404: {
    name: 'NotFound',
    description: 'There is nothing at this path, or not for this model or on this server: the detail says what helps.',
  },
  405: {
    name: 'MethodNotAllowed',
    description: 'This path takes another method.',
    headers: { allow: { description: 'The methods this path takes.', schema: { type: 'string' } } },
  },
  406: { name: 'NotAcceptable', description: 'No answer of the kinds in Accept can be given.' },
  412: { name: 'PreconditionFailed', description: `There is another model than the one that ${MODEL_HEADER} names: nothing was computed.` },
  413: { name: 'ContentTooLarge', description: 'A body, a number of rows or an answer over the limit, which the detail names.' },
  415: { name: 'UnsupportedMediaType', description: 'A content type, a charset or a content encoding that cannot be read.' },
  422: {
    name: 'UnprocessableContent',
    description: "The body was read, but its values do not fit the model's features: every problem with its path.",
  },
  429: { name: 'TooManyRequests', description: 'Overload: try again later.', headers: RETRY_AFTER },
  500: { name: 'InternalServerError', description: 'An error on our side; the log has the details under the request id.' },
  503: { name: 'ServiceUnavailable', description: 'Overload, or nobody can answer now: try again later.', headers: RETRY_AFTER },
};

/** The problem documents as components. */
export function problemResponses(): object {
  const content = { 'application/problem+json': { schema: reference('Problem') } };
  return Object.fromEntries(
    Object.values(PROBLEMS).map(({ name, description, headers }) => [
      name,
      { description, headers: { 'x-request-id': requestIdHeader, ...headers }, content },
    ]),
  );
}

/** The header by which a caller names a request. */
export function requestIdParameter(): object {
  const description = 'An id to find this request by. One that does not match [A-Za-z0-9_-]{1,64} is replaced by a new one.';
  return { name: 'x-request-id', in: 'header', required: false, description, schema: { type: 'string' } };
}

/** The header by which a caller names the model that may answer. */
export function modelParameter(): object {
  const description =
    'The one model that may answer: its sha256, or the first 12 digits of it. Where there is another by now, the answer is 412. Without it, any that is there answers.';
  return { name: MODEL_HEADER, in: 'header', required: false, description, schema: { type: 'string', pattern: NAMED_MODEL.source } };
}

/** A reference to a schema of the document. */
export function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

/** A reference to one of its problem documents. */
export function problemReference(name: string): object {
  return { $ref: `#/components/responses/${name}` };
}
