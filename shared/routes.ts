import { RequestError } from './errors.ts';
import type { ModelInfo } from './features.ts';
import { openApi } from './openapi.ts';
import { PAGE_ICON, PAGE_SECURITY, pageHtml } from './page/page.ts';
import { type PagePart, type PageParts, takesGzip } from './page/parts.ts';
import { jsonReply, type Reply } from './reply.ts';

/** What this environment says of itself at /health; `ok` is whether it can answer. */
export type Health = { ok: boolean; [detail: string]: unknown };

/** What the page is served with: its parts, where they were built, the client's Accept-Encoding, and gzip's compression of a text (as base64). */
export type PageRequest = { parts: PageParts | undefined; acceptEncoding: string | undefined; gzip?: (text: string) => string };

/** For what stands at an address that carries its own hash: a year, without asking again. */
const KEPT = 'public, max-age=31536000, immutable';

/** The public paths, each with its method. */
const METHODS: Record<string, 'GET' | 'POST'> = {
  '/': 'GET',
  '/page.js': 'GET',
  '/page.css': 'GET',
  '/icon.svg': 'GET',
  '/model': 'GET',
  '/openapi.json': 'GET',
  '/health': 'GET',
  '/predict': 'POST',
};

/**
 * The reply to a request for a public path, or 'predict' where it is one for predictions. HEAD is answered as GET; whoever
 * sends the reply leaves its body away. Throws a 404 or a 405 with Allow for anything else.
 */
export function route(method: string, path: string, model: ModelInfo, health: () => Health, page?: PageRequest): Reply | 'predict' {
  const allowed = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
  if (!allowed) throw new RequestError(404, `there is nothing at this path; there is ${Object.keys(METHODS).join(', ')}`);
  const asked = method === 'HEAD' ? 'GET' : method;
  if (asked !== allowed) {
    const allow = allowed === 'GET' ? 'GET, HEAD' : allowed;
    throw new RequestError(405, `this method is not for ${path}; expected ${allow}`, [], { allow });
  }
  switch (path) {
    case '/predict':
      return 'predict';
    case '/':
      return pageReply(model, page);
    case '/page.js':
      return pagePart('text/javascript', page?.parts?.script, page);
    case '/page.css':
      return pagePart('text/css', page?.parts?.style, page);
    case '/icon.svg':
      return { status: 200, headers: { 'content-type': 'image/svg+xml', 'cache-control': KEPT, ...PAGE_SECURITY }, body: PAGE_ICON };
    case '/model':
      return jsonReply(describeModel(model));
    case '/openapi.json':
      return jsonReply(openApi(model));
    default: {
      const state = health();
      return jsonReply(state, state.ok ? 200 : 503);
    }
  }
}

/** The page itself, which a browser asks for again after every deployment. */
function pageReply(model: ModelInfo, page: PageRequest | undefined): Reply {
  const body = pageHtml(model, page?.parts);
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', vary: 'accept-encoding', ...PAGE_SECURITY };
  if (!page?.gzip || !takesGzip(page.acceptEncoding)) return { status: 200, headers, body };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: page.gzip(body), base64: true };
}

/** Parts that were asked for compressed, which they are once. */
const ZIPPED = new WeakMap<PagePart, string>();

/** A part of the page, compressed where the client takes that. Its address changes with it, so that it may be kept. */
function pagePart(type: string, part: PagePart | undefined, page: PageRequest | undefined): Reply {
  if (!part) throw new RequestError(404, "this server was started without the page's script and style");
  const headers = { 'content-type': `${type}; charset=utf-8`, 'cache-control': KEPT, vary: 'accept-encoding', ...PAGE_SECURITY };
  if (!page?.gzip || !takesGzip(page.acceptEncoding)) return { status: 200, headers, body: part.text };
  const body = ZIPPED.get(part) ?? page.gzip(part.text);
  ZIPPED.set(part, body);
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body, base64: true };
}

/** What GET /model tells. */
export function describeModel({ schema, card, sha256 }: ModelInfo) {
  const { name, ...rest } = card;
  const classes = schema.classes === undefined ? {} : { classes: schema.classes };
  return { name, kind: schema.kind, features: schema.features, ...classes, takesMissing: schema.takesMissing, sha256, card: rest };
}
