import type { AskingKind } from '../access/kinds.ts';
import { type Computing, cutsOf } from '../bodies/cuts.ts';
import { RequestError } from '../errors.ts';
import { type AnswerBody, orderOf, pageData } from '../page/base/data.ts';
import type { PagePart, PageParts } from '../page/base/parts.ts';
import { startOf } from '../page/html/fields.ts';
import { type FormModel, formFeatures } from '../page/html/form.ts';
import { PAGE_ICON, PAGE_SECURITY, pageHtml } from '../page/html/page.ts';
import type { ModelInfo } from '../schema/card.ts';
import type { Beside, Prediction } from '../schema/shape.ts';
import { type Query, readValue } from '../wire/wire.ts';
import { type Coding, codedPart, codedText, codingOf } from './coding.ts';
import { keptReply } from './kept.ts';
import { jsonReply, type Reply } from './reply.ts';

/**
 * What the page is served with: its parts, where they were built, the client's Accept-Encoding and If-None-Match, the hash of the part
 * that is asked for, and what answers at once for it to begin with.
 */
export type PageRequest = {
  parts: PageParts | undefined;
  acceptEncoding: string | undefined;
  /** The client's Accept. */
  accept?: string | undefined;
  hash?: string | undefined;
  ifNoneMatch?: string | undefined;
  /** How callers are known, where they are asked: then the model is what may be shown of it to anybody. */
  access?: AskingKind;
  answer?: (query: Query) => { predictions: Prediction[] } & Beside;
};

/** The paths of the documents that a browser asks for. */
export type DocumentPath =
  | '/'
  | '/page.js'
  | '/later.js'
  | '/workbook.js'
  | '/reasons.js'
  | '/page.css'
  | '/icon.svg'
  | '/docs.js'
  | '/docs.css'
  | '/canopy.R';

/** For a text whose own hash stands in the address that was asked for: a year, without asking again. */
const KEPT = 'public, max-age=31536000, immutable';
/** For the icon, whose address has no hash: a day. */
const KEPT_A_DAY = 'public, max-age=86400';

/** The icon is one text for all models. */
const ICON_TAG = `"icon-${hashOf(PAGE_ICON)}"`;

/** The reply to a GET of a document: a 304 where the client holds it already. Throws a 404 for a part of the page where there are none. */
export function documentReply(path: DocumentPath, model: ModelInfo, page: PageRequest | undefined): Reply {
  return unlessHeld(wholeReply(path, model, page), page?.ifNoneMatch);
}

function wholeReply(path: DocumentPath, model: ModelInfo, page: PageRequest | undefined): Reply {
  switch (path) {
    case '/':
      return pageReply(model, page);
    case '/page.js':
      return pagePart('text/javascript', page?.parts?.script, page);
    case '/later.js':
      return pagePart('text/javascript', page?.parts?.later, page);
    case '/workbook.js':
      return pagePart('text/javascript', page?.parts?.workbook, page);
    case '/reasons.js':
      return pagePart('text/javascript', page?.parts?.reasons, page);
    case '/page.css':
      return pagePart('text/css', page?.parts?.style, page);
    case '/docs.js':
      return pagePart('text/javascript', page?.parts?.docs, page);
    case '/docs.css':
      return pagePart('text/css', page?.parts?.docsStyle, page);
    case '/canopy.R':
      return pagePart('text/plain', page?.parts?.canopyR, page);
    case '/icon.svg':
      return {
        status: 200,
        headers: { 'content-type': 'image/svg+xml', 'cache-control': KEPT_A_DAY, etag: ICON_TAG, ...PAGE_SECURITY },
        body: PAGE_ICON,
      };
  }
}

/** The API's description as a page. What writes it is loaded only for it. */
export async function docsReply(model: ModelInfo, page: PageRequest | undefined): Promise<Reply> {
  const [document, { docsHtml }] = await Promise.all([openApiOf(page), import('../page/docs/docs-html.ts')]);
  const { docs, docsStyle } = page?.parts ?? {};
  const key = ['/docs', page?.access, codingOf(page?.acceptEncoding), docs?.hash, docsStyle?.hash].join();
  const reply = keptReply(model, key, () => htmlReply(docsHtml(document(model), page?.parts), page));
  return unlessHeld(reply, page?.ifNoneMatch);
}

/** The API's description as JSON, of an API that asks who calls. */
export async function openApiReply(model: ModelInfo, page: PageRequest): Promise<Reply> {
  const document = await openApiOf(page);
  return keptReply(model, ['/openapi.json', page.access].join(), () => jsonReply(document(model)));
}

/** What writes the description. */
async function openApiOf(page: PageRequest | undefined): Promise<(model: ModelInfo) => object> {
  const access = page?.access;
  if (!access) return (await import('./openapi/openapi.ts')).openApi;
  const { securedOpenApi } = await import('./openapi/secured.ts');
  return (model) => securedOpenApi(model, access);
}

/** What the page's script starts with, for a page that came without it since the API asks who calls. Its fields stand in the model's order. */
export function pageDataReply(model: ModelInfo, page: PageRequest | undefined): Reply {
  return keptReply(model, ['page', page?.answer !== undefined].join(), () => {
    const form = formModel(model);
    const { training: _, ...card } = form.card;
    const shown = { ...form, card };
    const data = pageData(shown, firstAnswer(model, form, page), orderOf(shown, true));
    return jsonReply({ ...data, card: form.card });
  });
}

/** The page itself, which a browser asks for again after every deployment. */
function pageReply(model: ModelInfo, page: PageRequest | undefined): Reply {
  const { script, later, workbook, reasons, style } = page?.parts ?? {};
  const hashes = [script, later, workbook, reasons, style].map((part) => part?.hash);
  const key = ['/', page?.access, codingOf(page?.acceptEncoding), ...hashes, page?.answer !== undefined].join();
  return keptReply(model, key, () => makePage(model, page));
}

function makePage(model: ModelInfo, page: PageRequest | undefined): Reply {
  const form = formModel(model);
  return htmlReply(pageHtml(form, page?.parts, firstAnswer(model, form, page), page?.access), page);
}

/** A text of HTML, compressed where the client takes that; asked for again after every deployment. */
function htmlReply(html: string, page: PageRequest | undefined): Reply {
  const coding = codingOf(page?.acceptEncoding);
  const { headers, ...body } = codedText(html, coding);
  const standard = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
    etag: tagOf(hashOf(html), coding),
    ...PAGE_SECURITY,
  };
  return { status: 200, headers: { ...standard, ...headers }, ...body };
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

/**
 * A part of the page, compressed where the client takes that. It is kept only where its own hash was asked for: while a deployment goes on,
 * a page of the new version may ask a server of the old one, whose part must not stay at the new one's address.
 */
function pagePart(type: string, part: PagePart | undefined, page: PageRequest | undefined): Reply {
  if (!part) throw new RequestError(404, "this server was started without the page's script and style");
  const coding = codingOf(page?.acceptEncoding);
  const { headers, ...body } = codedPart(part, coding);
  const standard = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': page?.hash === part.hash ? KEPT : 'no-cache',
    vary: 'accept-encoding',
    etag: tagOf(part.hash, coding),
    ...PAGE_SECURITY,
  };
  return { status: 200, headers: { ...standard, ...headers }, ...body };
}

/** An entity tag (RFC 9110, 8.8.3): of the text, and of how it is compressed. */
function tagOf(hash: string, coding: Coding | undefined): string {
  return `"${hash}-${coding ?? 'plain'}"`;
}

/** A hash that differs between two deployments' texts: two of 32 bits, in the manner of FNV-1a (xor, then multiply). */
function hashOf(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9e3779b9];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The reply, or a 304 where If-None-Match names its tag; a tag marked as weak is the same here (RFC 9110, 13.1.2). */
function unlessHeld(reply: Reply, ifNoneMatch: string | undefined): Reply {
  const { etag, vary, 'cache-control': cached } = reply.headers;
  if (ifNoneMatch === undefined || etag === undefined) return reply;
  const held = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!held.includes(etag) && !held.includes('*')) return reply;
  return { status: 304, headers: { etag, ...(vary ? { vary } : {}), ...(cached ? { 'cache-control': cached } : {}) }, body: '' };
}
