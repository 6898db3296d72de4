import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { openApi } from '../../shared/api/openapi/openapi.ts';
import { route } from '../../shared/api/routes.ts';
import { docsHtml } from '../../shared/page/docs/docs-html.ts';
import { DOCS_TEXTS } from '../../shared/page/docs/docs-texts.ts';
import { PAGE_SECURITY } from '../../shared/page/html/page.ts';
import { golden } from '../support/golden.ts';

const model = loadModel(golden('heart-age').file);
const document = openApi(model) as { paths: Record<string, Record<string, { operationId: string }>>; components: { schemas: object } };
const html = docsHtml(document);

describe('the page of the API', () => {
  test('has every operation with a form to try it', () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => ({ path, method })));
    for (const { path, method } of operations) expect(html).toContain(`data-method="${method.toUpperCase()}" data-path="${path}"`);
    expect(html.match(/<form /g)).toHaveLength(operations.length);
    expect(html).toContain('<textarea id="predict-body"');
  });

  test('has every schema, and no link that leads nowhere', () => {
    const ids = new Set(Array.from(html.matchAll(/ id="([^"]+)"/g), ([, id]) => id));
    const links = Array.from(html.matchAll(/href="#([^"]+)"/g), ([, id]) => id as string);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !ids.has(link))).toEqual([]);
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`);
  });

  test('begins with the predictions, has every operation under its tag, and all schemas behind one line', () => {
    const ids = Array.from(html.matchAll(/class="operation" id="(\w+)"/g), ([, id]) => id);
    expect(ids[0]).toBe('predict');
    expect(html.match(/<h2 data-text="([\w.]+)"/g)?.map((heading) => heading.split('"')[1])).toEqual([
      'tag.model',
      'tag.service',
      'tag.v2',
      'schemas',
    ]);
    const [before = '', schemas = ''] = html.split('<details id="schemas">');
    expect(before).not.toContain('id="schema-');
    expect(schemas.match(/id="schema-/g)).toHaveLength(Object.keys(document.components.schemas).length);
  });

  test('says of which zone a time without an offset is', () => {
    const features = [
      { name: 'a', type: 'datetime' as const },
      { name: 'b', type: 'datetime' as const, label: 'When', timeZone: 'Europe/Berlin' },
    ];
    const text = JSON.stringify(openApi({ ...model, schema: { ...model.schema, features } }));
    expect(text).toContain('"a time without an offset is one of UTC"');
    expect(text).toContain('"When; a time without an offset is one of Europe/Berlin"');
  });

  test('has words in Portuguese for each of its fixed texts', () => {
    const keys = Array.from(html.matchAll(/data-text="([\w.]+)"/g), ([, key]) => key as string);
    expect(keys.filter((key) => DOCS_TEXTS.pt[key] === undefined)).toEqual([]);
    expect(Object.keys(DOCS_TEXTS.en).filter((key) => DOCS_TEXTS.pt[key] === undefined)).toEqual([]);
  });

  test('has nothing inline and no mark-up of a model', () => {
    const title = '<script>alert(1)</script> "quoted"';
    const odd = docsHtml(openApi({ ...model, card: { ...model.card, title, description: title } }));
    expect(odd).not.toContain('<script>');
    expect(odd).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/ (?:style|on\w+)=|<style|javascript:/);
  });

  test('is served with the policy of the page', async () => {
    const reply = await route('GET', '/docs', model, () => ({ ok: true }));
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...PAGE_SECURITY } });
  });

  test('with a slash behind it, below which its links would lead, it is elsewhere', async () => {
    expect(await route('GET', '/docs/', model, () => ({ ok: true }))).toMatchObject({ status: 307, headers: { location: '../docs' } });
  });
});
