import { randomBytes, randomUUID } from 'node:crypto';

/** A request as it came over the wire, before it is an event. */
export type Incoming = {
  method: string;
  /** The path with its query, as the client wrote it. */
  target: string;
  httpVersion: string;
  /** Names and values by turns, as they came. */
  rawHeaders: string[];
  body: Uint8Array;
  /** Who sent it, and the port it came to. */
  address: string;
  port: number;
};

/** An HTTP API event, payload format 2.0, as API Gateway makes it for a Lambda. */
export type HttpApiEvent = {
  version: '2.0';
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: {
    accountId: string;
    apiId: string;
    domainName: string;
    domainPrefix: string;
    http: { method: string; path: string; protocol: string; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: string;
    stage: string;
    time: string;
    timeEpoch: number;
  };
  body?: string;
  isBase64Encoded: boolean;
};

/** Between two hops alone: API Gateway hands on none of them. */
const OF_THE_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'];
/** The content types whose bodies API Gateway hands over as text; any other, and none, comes as base64. */
const AS_TEXT = /^(?:text\/[^;\s]*|application\/(?:json|javascript|xml))\s*(?:;|$)/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The event of a request that takes a route. Throws a URIError where its path has an escape that is none. */
export function toEvent(incoming: Incoming, routeKey: string, now = new Date()): HttpApiEvent {
  const { method, target, httpVersion, body, address } = incoming;
  const end = target.indexOf('?');
  const [path, query] = end === -1 ? [target, ''] : [target.slice(0, end), target.slice(end + 1)];
  // As API Gateway does: the path comes decoded, the query as it was written.
  const rawPath = decodeURIComponent(path);
  const { headers, cookies } = readHeaders(incoming);
  const parameters = readQuery(query);
  const isText = AS_TEXT.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
  const domainName = headers.host ?? 'localhost';
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(parameters === undefined ? {} : { queryStringParameters: parameters }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'local',
      domainName,
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${httpVersion}`,
        sourceIp: address,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomBytes(11).toString('base64'),
      routeKey,
      stage: '$default',
      time: timeOf(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: Buffer.from(body.buffer, body.byteOffset, body.length).toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Headers by their names in lower case, those that came twice joined by a comma; cookies apart. */
function readHeaders({ rawHeaders, body, address, port }: Incoming): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    const value = rawHeaders[at + 1] as string;
    if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ''));
    else if (!OF_THE_HOP.includes(name)) headers[name] = Object.hasOwn(headers, name) ? `${headers[name]},${value}` : value;
  }
  // A body that came in chunks has a length by now.
  if (body.length > 0) headers['content-length'] = String(body.length);
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  headers['x-amzn-trace-id'] ??= `Root=1-${seconds}-${randomUUID().replaceAll('-', '').slice(0, 24)}`;
  headers['x-forwarded-for'] = headers['x-forwarded-for'] === undefined ? address : `${headers['x-forwarded-for']}, ${address}`;
  headers['x-forwarded-port'] ??= String(port);
  headers['x-forwarded-proto'] ??= 'http';
  return { headers, cookies };
}

/** The query's parameters, decoded, the values of one name joined by a comma; undefined where there are none. */
function readQuery(query: string): Record<string, string> | undefined {
  const all = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) all.set(name, all.has(name) ? `${all.get(name)},${value}` : value);
  return all.size === 0 ? undefined : Object.fromEntries(all);
}

/** A time as the access logs of web servers have it, in UTC. */
function timeOf(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(now.getUTCDate())}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}`;
  return `${day}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`;
}
