import { codedPart, codedText, codingOf } from './coding.ts';
import { RequestError } from './errors.ts';
import type { ModelInfo } from './features.ts';
import { openApi } from './openapi.ts';
import type { AnswerBody } from './page/data.ts';
import { startOf } from './page/fields.ts';
import { PAGE_ICON, PAGE_SECURITY, pageHtml } from './page/page.ts';
import type { PagePart, PageParts } from './page/parts.ts';
import { jsonReply, type Reply } from './reply.ts';
import type { Beside, Prediction } from './shape.ts';
import { type Query, readValue } from './wire.ts';

/** What this environment says of itself at /health; `ok` is whether it can answer. */
export type Health = { ok: boolean; [detail: string]: unknown };

/** What the page is served with: its parts, where they were built, the client's Accept-Encoding, and what answers at once for it to begin with. */
export type PageRequest = {
  parts: PageParts | undefined;
  acceptEncoding: string | undefined;
  answer?: (query: Query) => { predictions: Prediction[] } & Beside;
};

/** For what stands at an address that carries its own hash: a year, without asking again. */
const KEPT = 'public, max-age=31536000, immutable';

/** The public paths, each with its method. */
const METHODS: Record<string, 'GET' | 'POST'> = {
  '/': 'GET',
  '/page.js': 'GET',
  '/later.js': 'GET',
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
      return pagePart('text/javascript', page?.parts?.script, page?.acceptEncoding);
    case '/later.js':
      return pagePart('text/javascript', page?.parts?.later, page?.acceptEncoding);
    case '/page.css':
      return pagePart('text/css', page?.parts?.style, page?.acceptEncoding);
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

/** The pages made, by model, and then by what they were made with: to write and compress one takes milliseconds. */
const pages = new WeakMap<ModelInfo, Map<string, Reply>>();

/** The page itself, which a browser asks for again after every deployment. */
function pageReply(model: ModelInfo, page: PageRequest | undefined): Reply {
  const kept = pages.get(model) ?? new Map<string, Reply>();
  pages.set(model, kept);
  const { script, later, style } = page?.parts ?? {};
  const key = [codingOf(page?.acceptEncoding), script?.hash, later?.hash, style?.hash, page?.answer !== undefined].join();
  const reply = kept.get(key) ?? makePage(model, page);
  kept.set(key, reply);
  return reply;
}

function makePage(model: ModelInfo, page: PageRequest | undefined): Reply {
  const { headers, ...body } = codedText(pageHtml(model, page?.parts, firstAnswer(model, page)), codingOf(page?.acceptEncoding));
  const own = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', vary: 'accept-encoding', ...PAGE_SECURITY };
  return { status: 200, headers: { ...own, ...headers }, ...body };
}

/** The answer to what the form starts with; undefined where that is none that the model takes, or nothing answers here. */
function firstAnswer({ schema }: ModelInfo, page: PageRequest | undefined): AnswerBody | undefined {
  try {
    return page?.answer?.(readValue(schema, [schema.features.map(startOf)])) as AnswerBody | undefined;
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

/** A part of the page, compressed where the client takes that. Its address changes with it, so that it may be kept. */
function pagePart(type: string, part: PagePart | undefined, acceptEncoding: string | undefined): Reply {
  if (!part) throw new RequestError(404, "this server was started without the page's script and style");
  const { headers, ...body } = codedPart(part, codingOf(acceptEncoding));
  const own = { 'content-type': `${type}; charset=utf-8`, 'cache-control': KEPT, vary: 'accept-encoding', ...PAGE_SECURITY };
  return { status: 200, headers: { ...own, ...headers }, ...body };
}

/** What GET /model tells. */
export function describeModel({ schema, card, sha256 }: ModelInfo) {
  const { name, ...rest } = card;
  const classes = schema.classes === undefined ? {} : { classes: schema.classes };
  return { name, kind: schema.kind, features: schema.features, ...classes, takesMissing: schema.takesMissing, sha256, card: rest };
}
