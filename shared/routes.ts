import { RequestError } from './errors.ts';
import type { ModelInfo } from './features.ts';
import { openApi } from './openapi.ts';
import { PAGE_SECURITY, pageHtml } from './page/page.ts';
import { PAGE_SCRIPT } from './page/script.ts';
import { PAGE_STYLE } from './page/style.ts';
import { jsonReply, type Reply } from './reply.ts';

/** What this environment says of itself at /health; `ok` is whether it can answer. */
export type Health = { ok: boolean; [detail: string]: unknown };

/** The public paths, each with its method. */
const METHODS: Record<string, 'GET' | 'POST'> = {
  '/': 'GET',
  '/page.js': 'GET',
  '/page.css': 'GET',
  '/model': 'GET',
  '/openapi.json': 'GET',
  '/health': 'GET',
  '/predict': 'POST',
};

/**
 * The reply to a request for a public path, or 'predict' where it is one for predictions. HEAD is answered as GET; whoever
 * sends the reply leaves its body away. Throws a 404 or a 405 with Allow for anything else.
 */
export function route(method: string, path: string, model: ModelInfo, health: () => Health): Reply | 'predict' {
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
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...PAGE_SECURITY }, body: pageHtml(model) };
    case '/page.js':
      return pagePart('text/javascript', PAGE_SCRIPT);
    case '/page.css':
      return pagePart('text/css', PAGE_STYLE);
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

/** A part of the page, which a browser asks for again after every deployment. */
function pagePart(type: string, body: string): Reply {
  return { status: 200, headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-cache', ...PAGE_SECURITY }, body };
}

/** What GET /model tells. */
export function describeModel({ schema, card, sha256 }: ModelInfo) {
  const { name, ...rest } = card;
  const classes = schema.classes === undefined ? {} : { classes: schema.classes };
  return { name, kind: schema.kind, features: schema.features, ...classes, takesMissing: schema.takesMissing, sha256, card: rest };
}
