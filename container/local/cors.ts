import type { Cors } from './http-api.ts';
import type { Outgoing } from './result.ts';

/** Whether a request asks, as a browser does before the real one, what it may send. */
export function isPreflight(method: string, headers: Record<string, string | string[] | undefined>): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** The gateway's answer to a preflight; without any of the headers where the origin is not one of those allowed. */
export function preflight(cors: Cors, origin: string): Outgoing {
  const allowed = allowedOrigin(cors, origin);
  if (allowed === undefined) return { status: 204, headers: [], body: '' };
  const headers = [
    ...['access-control-allow-origin', allowed],
    ...['access-control-allow-methods', cors.methods.join(',')],
    ...['access-control-allow-headers', cors.headers.join(',')],
    ...['access-control-max-age', String(cors.maxAge)],
  ];
  return { status: 204, headers, body: '' };
}

/** What the gateway adds to the answer of any other request that has an origin. */
export function corsHeaders(cors: Cors, origin: string | undefined): string[] {
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  if (allowed === undefined) return [];
  const exposed = cors.exposed.length === 0 ? [] : ['access-control-expose-headers', cors.exposed.join(',')];
  return ['access-control-allow-origin', allowed, ...exposed];
}

/** `*` where every origin is allowed; else the origin itself, where it is one of them, or `https://*` allows it. */
function allowedOrigin({ origins }: Cors, origin: string): string | undefined {
  if (origins.includes('*')) return '*';
  const isAllowed = origins.some((one) => (one.endsWith('://*') ? origin.startsWith(one.slice(0, -1)) : one === origin));
  return isAllowed ? origin : undefined;
}
