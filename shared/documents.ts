import { type Computing, cutsOf } from './bodies/cuts.ts';
import { codedPart, codedText, codingOf } from './coding.ts';
import { RequestError } from './errors.ts';
import type { ModelInfo } from './features.ts';
import type { AnswerBody } from './page/base/data.ts';
import type { PagePart, PageParts } from './page/base/parts.ts';
import { startOf } from './page/html/fields.ts';
import { type FormModel, formFeatures } from './page/html/form.ts';
import { PAGE_ICON, PAGE_SECURITY, pageHtml } from './page/html/page.ts';
import type { Reply } from './reply.ts';
import type { Beside, Prediction } from './shape.ts';
import { type Query, readValue } from './wire.ts';

/** What the page is served with: its parts, where they were built, the client's Accept-Encoding, and what answers at once for it to begin with. */
export type PageRequest = {
  parts: PageParts | undefined;
  acceptEncoding: string | undefined;
  answer?: (query: Query) => { predictions: Prediction[] } & Beside;
};

/** The paths of the documents that a browser asks for. */
export type DocumentPath = '/' | '/page.js' | '/later.js' | '/page.css' | '/icon.svg';

/** For what stands at an address that carries its own hash: a year, without asking again. */
const KEPT = 'public, max-age=31536000, immutable';

/** The reply to a GET of a document. Throws a 404 for a part of the page where there are none. */
export function documentReply(path: DocumentPath, model: ModelInfo, page: PageRequest | undefined): Reply {
  switch (path) {
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
  const form = formModel(model);
  const first = firstAnswer(model, form, page);
  const { headers, ...body } = codedText(pageHtml(form, page?.parts, first), codingOf(page?.acceptEncoding));
  const own = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache', vary: 'accept-encoding', ...PAGE_SECURITY };
  return { status: 200, headers: { ...own, ...headers }, ...body };
}

/** The model with what its form takes from the body: the ends, steps and starts of its fields. */
function formModel(model: ModelInfo & Computing): FormModel {
  const { schema, card, sha256, body } = model;
  const codes = body?.kind.codes?.(body.data);
  return { schema: { ...schema, features: formFeatures(schema.features, cutsOf(schema, model)) }, card, sha256, ...(codes && { codes }) };
}

/** The answer to what the form starts with; undefined where that is none that the model takes, or nothing answers here. */
function firstAnswer({ schema }: ModelInfo, form: FormModel, page: PageRequest | undefined): AnswerBody | undefined {
  try {
    return page?.answer?.(readValue(schema, [form.schema.features.map(startOf)])) as AnswerBody | undefined;
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
