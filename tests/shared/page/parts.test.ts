import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Script } from 'node:vm';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { buildPage } from '../../../model/bundle/build-page.ts';
import { codingOf } from '../../../shared/api/coding.ts';
import { type DocumentPath, documentReply } from '../../../shared/api/documents.ts';
import type { PagePart } from '../../../shared/page/base/parts.ts';
import { PAGE_SECURITY, pageHtml } from '../../../shared/page/html/page.ts';
import { TEXTS } from '../../../shared/page/words/texts.ts';
import { LATER_TEXTS } from '../../../shared/page/words/texts-later.ts';
import { WHY_TEXTS } from '../../../shared/page/words/texts-why.ts';
import { PROJECT } from '../../support/project.ts';
import { infoOf } from './made-up.ts';

const { page: parts } = await buildPage(PROJECT);
const textOf = (part: PagePart) => brotliDecompressSync(Buffer.from(part.brotli, 'base64')).toString();

describe('script, style and headers', () => {
  const info = infoOf([{ name: 'age', type: 'number' }]);
  const ask = (path: DocumentPath, acceptEncoding?: string, hash?: string) => documentReply(path, info, { parts, acceptEncoding, hash });

  test('the script parses and has no way to write markup', () => {
    expect(() => new Script(textOf(parts.script))).not.toThrow();
    // Names of XML's vocabularies are no addresses that are asked.
    for (const part of [parts.script, parts.later, parts.reasons]) {
      expect(textOf(part).replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
    }
    for (const part of [parts.script, parts.later, parts.workbook, parts.reasons]) {
      expect(textOf(part)).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|new Worker/);
    }
  });

  test('what comes first is under 22 KB compressed, and what comes later under 12 KB a part', () => {
    const bytes = ({ brotli }: PagePart) => Buffer.from(brotli, 'base64').length;
    expect(bytes(parts.script) + bytes(parts.style) + brotliCompressSync(pageHtml(info, parts)).length).toBeLessThan(22_000);
    for (const part of [parts.later, parts.workbook, parts.reasons]) expect(bytes(part)).toBeLessThan(12_000);
  });

  test('what it loads later has none of its texts', () => {
    expect(textOf(parts.script)).toContain(TEXTS.pt.sheetHelp);
    expect(textOf(parts.later)).not.toContain(TEXTS.pt.sheetHelp);
    expect(textOf(parts.script)).not.toContain(LATER_TEXTS.pt['card.trees']);
    expect(textOf(parts.later).length).toBeLessThan(textOf(parts.script).length);
    expect(textOf(parts.later)).toMatch(/export\{[\w$]+ as cardParts,[\w$]+ as runSheet,[\w$]+ as snippet\}/);
  });

  test('every text has both languages, and the page asks for none that is not there', () => {
    for (const { en, pt } of [TEXTS, LATER_TEXTS, WHY_TEXTS]) expect(Object.keys(pt)).toEqual(Object.keys(en));
    const keys = [...pageHtml(info).matchAll(/data-(?:text|label)="([^"]+)"/g)].map((match) => match[1] as string);
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => TEXTS.en[key] === undefined)).toEqual([]);
  });

  test('every reason of the fallback has words, none of which a visitor would have to look up in the code', () => {
    const source = readFileSync(`${PROJECT}functions/endpoint/endpoint.ts`, 'utf8');
    const reasons = [...(/export type Reason =([^;]*);/.exec(source)?.[1] ?? '').matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);
    expect(reasons.length).toBeGreaterThan(8);
    expect([...reasons, 'forced'].filter((reason) => TEXTS.en[`reason.${reason}`] === undefined)).toEqual([]);
    for (const texts of [TEXTS, LATER_TEXTS, WHY_TEXTS].flatMap(({ en, pt }) => [en, pt])) {
      expect(Object.values(texts).join(' ')).not.toMatch(/sidecar|model\.json|--data|deploy/i);
    }
  });

  test('the policy allows what the page uses and nothing inline', () => {
    const policy = PAGE_SECURITY['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe-|\*|data:|https?:/);
    expect(ask('/').headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', ...PAGE_SECURITY });
    expect(PAGE_SECURITY).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test.each<[DocumentPath, string, PagePart]>([
    ['/page.js', 'text/javascript', parts.script],
    ['/later.js', 'text/javascript', parts.later],
    ['/workbook.js', 'text/javascript', parts.workbook],
    ['/reasons.js', 'text/javascript', parts.reasons],
    ['/page.css', 'text/css', parts.style],
    ['/docs.js', 'text/javascript', parts.docs],
    ['/docs.css', 'text/css', parts.docsStyle],
  ])('%s is served compressed to those who take it, at an address that changes with it', (path, type, part) => {
    const plain = ask(path);
    const text = textOf(part);
    expect(plain).toMatchObject({ status: 200, body: text });
    expect(plain.headers).toMatchObject({ 'content-type': `${type}; charset=utf-8`, vary: 'accept-encoding' });
    expect(ask(path, 'br', part.hash).headers['cache-control']).toContain('immutable');
    // A page of a newer version asks for another hash while a deployment goes on.
    for (const hash of ['01234567', '', undefined])
      expect(ask(path, 'br', hash)).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache', etag: `"${part.hash}-br"` } });
    expect(ask(path, 'gzip, deflate, br')).toMatchObject({ base64: true, body: part.brotli, headers: { 'content-encoding': 'br' } });
    const zipped = ask(path, 'gzip, deflate');
    expect(zipped).toMatchObject({ base64: true, headers: { 'content-encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(zipped.body, 'base64')).toString()).toBe(text);
    expect(part.hash).toBe(createHash('sha256').update(text).digest('hex').slice(0, 8));
  });

  test('canopy.R is served as a text, and asked for again', () => {
    expect(ask('/canopy.R')).toMatchObject({ status: 200, body: readFileSync(path.join(PROJECT, 'model/canopy.R'), 'utf8') });
    expect(ask('/canopy.R').headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' });
  });

  test('the page is compressed where the client takes it', () => {
    for (const [coding, unpack] of [
      ['gzip', gunzipSync],
      ['br', brotliDecompressSync],
    ] as const) {
      const zipped = ask('/', coding);
      expect(zipped).toMatchObject({ base64: true, headers: { 'content-encoding': coding, vary: 'accept-encoding' } });
      expect(unpack(Buffer.from(zipped.body, 'base64')).toString()).toBe(ask('/').body);
    }
  });

  test('the icon is served, and a server without the parts says so', () => {
    expect(ask('/icon.svg').headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' });
    expect(() => documentReply('/page.js', info, undefined)).toThrow("without the page's script");
  });

  test.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['deflate, GZIP;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.1', 'br'],
    ['*', 'br'],
    ['*, br; q=0', 'gzip'],
    [undefined, undefined],
    ['', undefined],
    ['gzip;q=0', undefined],
    ['gzip;q=0.000', undefined],
    ['*;q=0', undefined],
    ['x-gzip', undefined],
    // Of thousands the first hundred are looked at.
    [`${'x,'.repeat(99)}gzip`, 'gzip'],
    [`${','.repeat(15_000)}gzip`, undefined],
  ])('Accept-Encoding %s: %s is given', (header, expected) => {
    expect(codingOf(header)).toBe(expected);
  });
});
