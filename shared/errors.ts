/** Most problems of one body that are reported; the rest of what is wrong in the body itself are counted in the detail. */
export const MAX_PROBLEMS = 100;

/** One thing wrong with a request: where (a JSON Pointer into the body, as in RFC 6901) and what. */
export type Problem = { path: string; message: string };

/** Titles of the statuses this service gives (RFC 9110's reason phrases). */
const TITLES: Record<number, string> = {
  200: 'OK',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
};

/** The reason phrase of a status. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

/** A problem document as RFC 9457 defines it, with our two members: the request's id and every problem with its path. */
export type ProblemDocument = {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId?: string;
  errors?: Problem[];
};

/**
 * The request is at fault (or cannot be served now): an HTTP status, one sentence for the caller, and, where values are
 * wrong, every problem with its path. Safe to show: it never carries a stack or the inner error's text. `advice` is for whoever
 * serves the model, in the log and on the command line; it has no value of a feature.
 */
export class RequestError extends Error {
  readonly status: number;
  readonly problems: Problem[];
  readonly headers: Record<string, string>;
  readonly advice: string | undefined;

  constructor(status: number, detail: string, problems: Problem[] = [], headers: Record<string, string> = {}, advice?: string) {
    // Nobody is shown its stack, and V8 takes longer to note one than most checks take: a payload may have a bad row in each line.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'RequestError';
    this.status = status;
    this.problems = problems;
    this.headers = headers;
    this.advice = advice;
  }
}

/** A model file, sidecar or artifact cannot be used: the message names what is wrong, what was found and what was expected. */
export class ModelError extends Error {
  constructor(label: string, found: string, expected: string) {
    super(`${cut(label)}: found ${cut(found)}, expected ${cut(expected)}`);
    this.name = 'ModelError';
  }
}

/** Longest part of a ModelError: a file may hold a name of many megabytes. */
const MAX_PART = 4000;

function cut(text: string): string {
  return text.length > MAX_PART ? `${text.slice(0, MAX_PART)}...` : text;
}

/** The problem document of an error. Anything but a RequestError is ours to mend, so the caller learns only that it happened. */
export function problemDocument(error: unknown, requestId?: string): ProblemDocument {
  const known = error instanceof RequestError;
  const status = known ? error.status : 500;
  return {
    type: 'about:blank',
    title: titleOf(status),
    status,
    detail: known ? error.message : 'an unexpected error on our side; the log has the details under this request id',
    ...(requestId === undefined ? {} : { requestId }),
    ...(known && error.problems.length > 0 ? { errors: error.problems } : {}),
  };
}

/**
 * Where an error was thrown: its name, its code and its stack without its message, which may quote what came from outside. For the
 * log, never for a caller.
 */
export function stackOf(error: unknown): string {
  // An error of another thread or realm is no instance of this one's Error.
  if (typeof error !== 'object' || error === null || !('stack' in error)) return `what was thrown is no Error but a ${typeof error}`;
  const { name, message, stack = '', code } = error as Error & { code?: unknown };
  // Lines of a message may look like those of a stack, so it is cut off as a whole where that is possible.
  const at = message === '' ? -1 : stack.indexOf(message);
  const rest = at === -1 ? stack : stack.slice(at + message.length);
  const title = typeof code === 'string' && /^[A-Z][A-Z_]{0,60}$/.test(code) ? `${name} ${code}` : name;
  return [title, ...rest.split('\n').filter((line) => line.startsWith('    at '))].join('\n');
}
