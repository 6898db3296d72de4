/** How an HTTP event came, and so how it is answered. */
export type EventForm =
  /** An HTTP API or a function URL, payload 2.0. */
  | 'http'
  /** A REST API, or an HTTP API with payload 1.0. */
  | 'rest'
  /** An application load balancer; `alb-multi` where its target group has multi-value headers on. */
  | 'alb'
  | 'alb-multi';

/** A request as an event holds it; names of headers in lower case. */
export type HttpRequest = {
  form: EventForm;
  method: string;
  path: string;
  /** Where the page is whose path came without a slash at its end, from which its links would lead past the stage or the base path. */
  location: string | undefined;
  headers: Record<string, string | undefined>;
  /** The query's `format`: which form of answer is asked for. */
  format: string | undefined;
  /** The first name in the query: the hash by which a part of the page is asked for. */
  hash: string | undefined;
  body: Uint8Array;
  /** What the gateway's authorizer says of the caller, where it has one. */
  authorizer: unknown;
};

type Headers = Record<string, string | undefined> | null;

/** The parts we read of an event; any may be missing or null in an emulator's. */
type HttpEvent = {
  version?: string;
  rawPath?: string | null;
  path?: string | null;
  httpMethod?: string;
  headers?: Headers;
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  rawQueryString?: string | null;
  queryStringParameters?: Record<string, string | undefined> | null;
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean | null;
  requestContext: {
    http?: { method?: string } | null;
    elb?: object | null;
    stage?: string | null;
    path?: string | null;
    authorizer?: unknown;
  };
};

/**
 * The request in an event; undefined where the event is no HTTP event, and so a direct invoke. A feature may be called `version`,
 * `body` or `httpMethod`, so only marks together decide: `version` "2.0" and the object `requestContext.http` (an HTTP API, a function
 * URL), or the text `httpMethod` and the object `requestContext` (a REST API, payload 1.0, a load balancer). The stage that the event
 * names and `basePath` are taken off the path.
 */
export function readEvent(event: unknown, basePath: string): HttpRequest | undefined {
  const form = formOf(event);
  if (!form) return undefined;
  const { requestContext, rawPath, path, httpMethod, isBase64Encoded, body, ...rest } = event as HttpEvent;
  const headers = headersOf(form, rest);
  // A REST API hands a body of bytes on as such only where it was set up to: what is not compressed goes through as text.
  if (form === 'rest') delete headers['accept-encoding'];
  const isV2 = form === 'http';
  const given = textOf(isV2 ? rawPath : path, '/');
  // A REST API's path has no stage, but that of its context has one.
  const hasStage = isV2 || typeof requestContext.path !== 'string' || requestContext.path === given;
  const named = textOf(requestContext.stage, '');
  const stage = hasStage && named !== '' && named !== '$default' ? `/${named}` : '';
  const below = pathBelow(given, stage, basePath) || '/';
  return {
    form,
    method: textOf(isV2 ? requestContext.http?.method : httpMethod, 'GET').toUpperCase(),
    path: below,
    location: form === 'rest' || below !== '/' ? undefined : withSlash(given || basePath, textOf(rest.rawQueryString, '')),
    headers,
    format: formatOf(event as HttpEvent),
    hash: hashOf(event as HttpEvent),
    authorizer: requestContext.authorizer,
    body: Buffer.from(textOf(body, ''), isBase64Encoded ? 'base64' : 'utf8'),
  };
}

function formatOf({ rawQueryString, queryStringParameters, multiValueQueryStringParameters }: HttpEvent): string | undefined {
  if (rawQueryString && typeof rawQueryString === 'string') return new URLSearchParams(rawQueryString).get('format') ?? undefined;
  const format: unknown = queryStringParameters?.format ?? multiValueQueryStringParameters?.format?.[0];
  return typeof format === 'string' ? format : undefined;
}

function hashOf({ rawQueryString, queryStringParameters, multiValueQueryStringParameters }: HttpEvent): string | undefined {
  if (rawQueryString && typeof rawQueryString === 'string') return rawQueryString.split(/[=&]/, 1)[0];
  return Object.keys(queryStringParameters ?? multiValueQueryStringParameters ?? {})[0];
}

/** A part of an event that is a text; what stands for it where it is missing, or a value of another kind, which no gateway sends. */
function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function formOf(event: unknown): EventForm | undefined {
  if (!isObject(event)) return undefined;
  const { version, httpMethod, requestContext: context, multiValueHeaders } = event as Partial<HttpEvent>;
  if (!isObject(context)) return undefined;
  if (version === '2.0' && isObject(context.http)) return 'http';
  if (typeof httpMethod !== 'string') return undefined;
  if (!isObject(context.elb)) return 'rest';
  return isObject(multiValueHeaders) ? 'alb-multi' : 'alb';
}

/** Headers by their names in lower case, those alone that are texts. */
function headersOf(
  form: EventForm,
  { headers, multiValueHeaders }: Pick<HttpEvent, 'headers' | 'multiValueHeaders'>,
): NonNullable<Headers> {
  const lower: NonNullable<Headers> = {};
  const add = (name: string, value: unknown) => {
    if (typeof value === 'string') lower[name.toLowerCase()] ??= value;
  };
  if (form !== 'http' && isObject(multiValueHeaders)) {
    for (const [name, values] of Object.entries(multiValueHeaders)) {
      if (Array.isArray(values)) add(name, values.filter((value) => typeof value === 'string').join(', '));
    }
  }
  if (isObject(headers)) for (const [name, value] of Object.entries(headers)) add(name, value);
  return lower;
}

/** A path without the stage and the base path before it, whichever comes first; each is taken off once. */
function pathBelow(path: string, stage: string, basePath: string): string {
  const first = without(path, stage);
  const second = without(first, basePath);
  return first === path && second !== path ? without(second, stage) : second;
}

/** The last part of a path with a slash behind it, as a link beside it; undefined where the path has one, or is empty. */
function withSlash(path: string, query: string): string | undefined {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? undefined : `${last}/${query && `?${query}`}`;
}

function without(path: string, prefix: string): string {
  if (prefix === '') return path;
  if (path === prefix) return '/';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
