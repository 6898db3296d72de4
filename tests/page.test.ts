import { Script } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../model/import.ts';
import type { Feature, ModelInfo, Schema } from '../shared/features.ts';
import { fieldHtml, sliderOf, startOf } from '../shared/page/fields.ts';
import { PAGE_SECURITY, pageHtml } from '../shared/page/page.ts';
import { PAGE_SCRIPT } from '../shared/page/script.ts';
import { PAGE_STYLE } from '../shared/page/style.ts';
import { TEXTS } from '../shared/page/texts.ts';
import type { Reply } from '../shared/reply.ts';
import { route } from '../shared/routes.ts';
import { readValue } from '../shared/wire.ts';
import { variety as goldens } from './golden.ts';

const SHA = 'ab'.repeat(32);

function infoOf(features: Feature[], card: Partial<ModelInfo['card']> = {}): ModelInfo {
  const schema: Schema = { kind: 'regression', features, takesMissing: false };
  return { schema, card: { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: SHA }, ...card }, sha256: SHA };
}

/** What the page hands to its script. */
function dataOf(html: string): { features: { name: string; start: unknown }[]; title: unknown } {
  const block = /<script type="application\/json" id="model">([^<]*)<\/script>/.exec(html);
  return JSON.parse(block?.[1] ?? 'null');
}

describe.each(goldens().map(({ name, file }) => ({ name, file })))('the page of $name', ({ file }) => {
  const model = loadModel(file);
  const html = pageHtml(model);

  test('has an input with a label for each feature', () => {
    model.schema.features.forEach((feature, at) => {
      expect(html).toContain(`<label for="f${at}" id="l${at}">${feature.name}</label>`);
      const type = feature.type === 'logical' ? 'checkbox' : 'number';
      expect(html).toMatch(new RegExp(feature.type === 'factor' ? `<select id="f${at}"` : `<input id="f${at}"[^>]* type="${type}"`));
      if (feature.type === 'logical') return;
      if (feature.type === 'factor') for (const level of feature.levels) expect(html).toContain(`>${level}</option>`);
      else
        expect(html).toMatch(
          new RegExp(`<input class="slider" id="s${at}" type="range" min="[^"]+" max="[^"]+" step="[^"]+" value="[^"]+"`),
        );
    });
  });

  test('starts with a record that the model takes', () => {
    const record = Object.fromEntries(dataOf(html).features.map(({ name, start }) => [name, start]));
    expect(readValue(model.schema, record).count).toBe(1);
  });

  test('names the model and the first 8 digits of its sha256', () => {
    expect(html).toContain(`<span id="name">${model.card.name}</span>`);
    expect(html).toContain(`>${model.sha256.slice(0, 8)}</code>`);
  });

  test('has nothing inline, and only relative links', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    expect([...html.matchAll(/<script(?![^>]*type="application\/json")[^>]*>/g)].map(String)).toEqual(['<script src="page.js" defer>']);
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]);
    expect(links.sort()).toEqual(['model', 'openapi.json', 'page.css', 'page.js']);
  });
});

describe('hostile names', () => {
  const hostile = `"><img src=x onerror=alert(1)>'&</script><!--<script>`;
  const card = { name: 'made-up', title: hostile, description: { en: hostile, pt: hostile } };
  const features: Feature[] = [
    { name: hostile, type: 'number', range: [0.5, 2.5] },
    { name: `${hostile}2`, type: 'factor', levels: [hostile], label: hostile },
    { name: `${hostile}3`, type: 'logical', label: { en: hostile, pt: hostile } },
  ];
  const html = pageHtml(infoOf(features, card));

  test('are escaped wherever they stand', () => {
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    // Between tags and in attributes: title twice, description, three labels, a slider's label and a level.
    expect(html.split('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;&lt;/script&gt;&lt;!--&lt;script&gt;')).toHaveLength(9);
  });

  test('reach the script as they are', () => {
    const data = dataOf(html);
    expect(data.features.map(({ name }) => name)).toEqual(features.map(({ name }) => name));
    expect(data.title).toBe(hostile);
  });
});

describe('sliders and starting values', () => {
  test.each<[string, Extract<Feature, { type: 'number' }>, object | undefined]>([
    ['what the sidecar says', { name: 'a', type: 'number', range: [32, 76.5], min: 0, max: 100, step: 1 }, { min: 0, max: 100, step: 1 }],
    ['whole numbers where the splits lie on halves', { name: 'a', type: 'number', range: [0.5, 2.5] }, { min: 0, max: 3, step: 1 }],
    ['both sides of a single split', { name: 'a', type: 'number', range: [0.5, 0.5] }, { min: 0, max: 1, step: 1 }],
    [
      'decimal steps, one beyond the greatest split',
      { name: 'a', type: 'number', range: [0.6, 2.05] },
      { min: 0.6, max: 2.06, step: 0.01 },
    ],
    ['none without a range', { name: 'a', type: 'number' }, undefined],
    ['none over a span without end', { name: 'a', type: 'number', range: [-1e308, 1e308] }, undefined],
  ])('a slider takes %s', (_, feature, expected) => {
    expect(sliderOf(feature)).toEqual(expected);
  });

  test('a field starts at its default, else in the middle', () => {
    expect(startOf({ name: 'a', type: 'number', range: [32, 76.5], min: 0, max: 100, step: 1, default: 25 })).toBe(25);
    expect(startOf({ name: 'a', type: 'number', min: 0, max: 100, step: 10 })).toBe(50);
    expect(startOf({ name: 'a', type: 'factor', levels: ['x', 'y'], default: 'y' })).toBe('y');
    expect(startOf({ name: 'a', type: 'factor', levels: ['x', 'y'] })).toBe('x');
  });

  test('a slider and its number share bounds and start', () => {
    const html = fieldHtml({ name: 'age', type: 'number', min: 0, max: 100, step: 5, default: 25 }, 3, false);
    expect(html.match(/min="0" max="100" step="5" value="25"/g)).toHaveLength(2);
  });

  test('a logical is a checkbox, and a factor of a model that takes missing values can be missing', () => {
    expect(fieldHtml({ name: 'a', type: 'logical', default: true }, 0, false)).toMatch(/<input id="f0"[^>]* type="checkbox"[^>]* checked>/);
    expect(fieldHtml({ name: 'a', type: 'factor', levels: ['x'] }, 0, true)).toContain('<option value="" data-text="missing">');
    expect(fieldHtml({ name: 'a', type: 'factor', levels: ['x'] }, 0, false)).not.toContain('data-text="missing"');
  });

  test('a wide model shows 200 fields, and sends all its features', () => {
    const features = Array.from({ length: 250 }, (_, at): Feature => ({ name: `gene${at}`, type: 'number', range: [0, 1] }));
    const html = pageHtml(infoOf(features));
    expect(html.match(/class="field"/g)).toHaveLength(200);
    expect(html).toContain('<p>50 <span data-text="more">');
    expect(dataOf(html).features).toHaveLength(250);
  });
});

describe('script, style and headers', () => {
  const reply = (path: string) => route('GET', path, infoOf([{ name: 'age', type: 'number' }]), () => ({ ok: true })) as Reply;

  test('the script parses and never writes markup', () => {
    expect(() => new Script(PAGE_SCRIPT)).not.toThrow();
    expect(PAGE_SCRIPT).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function/);
  });

  test('every element and text the script asks for is there, in both languages', () => {
    const html = pageHtml(infoOf([{ name: 'age', type: 'number' }]));
    const quoted = (pattern: RegExp) => [...PAGE_SCRIPT.matchAll(pattern)].map((match) => match[1] as string);
    const list = /= \[([^\]]*)\]\.map\(byId\)/.exec(PAGE_SCRIPT)?.[1]?.match(/\w+/g) ?? [];
    const ids = [...quoted(/byId\('(\w{2,})'\)/g), ...list];
    expect(ids.length).toBeGreaterThan(7);
    expect(ids.filter((id) => !html.includes(` id="${id}"`))).toEqual([]);
    const keys = [
      ...quoted(/text\('([a-z]+)'\)/g),
      ...[...html.matchAll(/data-(?:text|label)="([^"]+)"/g)].map((match) => match[1] as string),
    ];
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => TEXTS.en[key] === undefined)).toEqual([]);
    expect(Object.keys(TEXTS.pt)).toEqual(Object.keys(TEXTS.en));
  });

  test('the policy allows what the page uses and nothing inline', () => {
    const policy = PAGE_SECURITY['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-|\*|data:|https?:/);
    expect(reply('/').headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', ...PAGE_SECURITY });
    expect(PAGE_SECURITY).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test('script and style are served with their types and asked for anew', () => {
    expect(reply('/page.js')).toMatchObject({ status: 200, body: PAGE_SCRIPT });
    expect(reply('/page.js').headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' });
    expect(reply('/page.css')).toMatchObject({ status: 200, body: PAGE_STYLE });
    expect(reply('/page.css').headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' });
  });
});
