import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { buildPage } from '../../../model/bundle/build-page.ts';
import { trimmed } from '../../../model/bundle/trim-uplot.ts';
import { codingOf } from '../../../shared/api/coding.ts';
import { type DocumentPath, documentReply } from '../../../shared/api/documents.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { cutsOf } from '../../../shared/bodies/cuts.ts';
import type { Body } from '../../../shared/bodies/kind.ts';
import { RequestError } from '../../../shared/errors.ts';
import { orderOf } from '../../../shared/page/base/data.ts';
import type { PagePart } from '../../../shared/page/base/parts.ts';
import { fieldHtml, sliderOf, startOf } from '../../../shared/page/html/fields.ts';
import { formFeatures } from '../../../shared/page/html/form.ts';
import { PAGE_SECURITY, pageHtml } from '../../../shared/page/html/page.ts';
import { TEXTS } from '../../../shared/page/words/texts.ts';
import { LATER_TEXTS } from '../../../shared/page/words/texts-later.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { ModelInfo } from '../../../shared/schema/card.ts';
import type { Feature, NumberFeature, Schema } from '../../../shared/schema/features.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden, variety as goldens } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

const { page: parts } = await buildPage(PROJECT);
const textOf = (part: PagePart) => brotliDecompressSync(Buffer.from(part.brotli, 'base64')).toString();
const SHA = 'ab'.repeat(32);

function infoOf(features: Feature[], card: Partial<ModelInfo['card']> = {}): ModelInfo {
  const schema: Schema = { kind: 'regression', features, takesMissing: false };
  return { schema, card: { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: SHA }, ...card }, sha256: SHA };
}

/** What the page hands to its script. */
function dataOf(html: string): { features: { name: string; start: unknown }[]; card: { title: unknown } } {
  const block = /<script type="application\/json" id="model">([^<]*)<\/script>/.exec(html);
  return JSON.parse(block?.[1] ?? 'null');
}

describe.each(goldens().map(({ name, file }) => ({ name, file })))('the page of $name', ({ file }) => {
  const model = loadModel(file);
  const html = documentReply('/', model, { parts, acceptEncoding: undefined }).body;

  test('has an input with a label for each feature', () => {
    model.schema.features.forEach((feature, at) => {
      expect(html).toContain(`<label for="f${at}" id="l${at}">${feature.name}</label>`);
      const own: Record<string, string> = {
        factor: `<select id="f${at}"`,
        logical: model.schema.takesMissing ? `<select id="f${at}"` : `<input id="f${at}"[^>]* type="checkbox"`,
        number: `<input id="f${at}"[^>]* type="number"`,
      };
      const { isSwitch } = dataOf(html).features[at] as { isSwitch?: true };
      expect(html).toMatch(new RegExp(own[isSwitch ? 'logical' : feature.type] as string));
      if (feature.type === 'factor') for (const level of feature.levels) expect(html).toContain(`>${level}</option>`);
      else if (feature.type === 'number' && sliderOf(feature))
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
    expect([...html.matchAll(/<script(?![^>]*type="application\/json")[^>]*>/g)].map(String)).toEqual([
      `<script src="page.js?${parts.script.hash}" data-later="later.js?${parts.later.hash}" data-workbook="workbook.js?${parts.workbook.hash}" defer>`,
    ]);
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]);
    expect(links.sort()).toEqual(['#api', '#card', 'icon.svg', `page.css?${parts.style.hash}`, `page.js?${parts.script.hash}`]);
  });
});

describe('hostile names', () => {
  const hostile = `"><img src=x onerror=alert(1)>'&</script><!--<script>`;
  const card = { name: 'made-up', title: hostile, description: { en: hostile, pt: hostile } };
  const features: Feature[] = [
    { name: hostile, type: 'number', min: 0, max: 3 },
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
    expect(data.card.title).toBe(hostile);
  });
});

describe('what a form takes from a model without a sidecar', () => {
  const form = (cuts: number[], own: object = {}) => formFeatures([{ name: 'a', type: 'number', ...own }], [cuts])[0];

  test.each<[string, number[], object]>([
    ['a switch where the only threshold is 0.5', [0.5], { isSwitch: true, min: 0, max: 1, default: 0 }],
    [
      'whole steps where thresholds lie on halves (ca)',
      [0.5, 1, 1.5, 2, 2.5, 3, 3.5],
      { min: 0, max: 4, step: 1, default: 2, known: [0, 4] },
    ],
    ['whole steps (thal)', [0.5, 1, 1.5, 2, 2.5], { min: 0, max: 3, step: 1, default: 2 }],
    ['both sides of a single threshold', [1.5], { min: 1, max: 2, step: 1 }],
    ['both sides of a whole one, and starts on it', [5], { min: 4, max: 6, step: 1, default: 5 }],
    ['tenths where thresholds are twentieths', [0.6, 0.65, 0.8500000000000001, 2.05], { min: 0.5, max: 2.1, step: 0.1, default: 0.9 }],
    ['decimal steps where there is no pattern', [0.123456789, 0.5, 2.987654321], { min: 0.12, max: 2.99, step: 0.01, default: 0.5 }],
    ['a start off the ends of a skewed one', [0.5, 98.5, 98.6, 99.5], { min: 0.4, max: 99.6 }],
  ])('%s', (_, cuts, expected) => {
    expect(form(cuts)).toMatchObject(expected);
  });

  test('a start is on a step, and between the ends where there is anything', () => {
    for (const cuts of [
      [0.5, 1.5],
      [0.5, 90.5, 91.5],
      [7, 8],
      [0.05, 0.15],
      [-3.5, -2.5, 80],
    ]) {
      const { min, max, step, default: start } = form(cuts) as Required<NumberFeature>;
      expect(Math.abs((start - min) / step - Math.round((start - min) / step))).toBeLessThan(1e-6);
      expect(start > min && start < max).toBe(true);
    }
  });

  test('a sidecar wins, and a number that it gives other ends is no switch', () => {
    expect(form([0.5, 1.5], { min: -1, max: 9, step: 2, default: 3 })).toMatchObject({
      min: -1,
      max: 9,
      step: 2,
      default: 3,
      known: [0, 2],
    });
    expect(form([0.5], { max: 7 })).not.toHaveProperty('isSwitch');
    expect(form([0.5], { default: 0.3 })).not.toHaveProperty('isSwitch');
    expect(form([0.5], { label: 'sex' })).toHaveProperty('isSwitch');
  });

  test('the range of the training data is what a model without thresholds knows', () => {
    expect(form([], { range: [29, 77] })).toMatchObject({ min: 29, max: 77, step: 1, default: 53, known: [29, 77] });
    expect(form([], {})).toEqual({ name: 'a', type: 'number' });
    expect(form([-1e308, 1e308])).toEqual({ name: 'a', type: 'number' });
  });

  test('the same thresholds are found in a packed forest and in its nodes', () => {
    const model = loadModel(golden('heart-probability').file);
    const { kind, data } = model.body;
    const walked: Body = { kind: { ...kind, cuts: undefined } as unknown as Body['kind'], data };
    const listed = decodeArtifact(encodeArtifact(model));
    expect(listed.body.kind.cuts?.(listed.body.data)?.length).toBe(13);
    expect(cutsOf(listed.schema, listed)).toEqual(cutsOf(model.schema, { body: walked }));
    expect(cutsOf(model.schema, model)[11]).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
  });

  test('features stand in the order of importance where it is known', () => {
    const info = infoOf(
      ['a', 'b', 'constructor', 'd'].map((name) => ({ name, type: 'logical' })),
      { training: { importance: { b: 0.1, d: 3 }, metrics: {} } as unknown as NonNullable<ModelInfo['card']['training']> },
    );
    expect(orderOf(info)).toEqual([3, 1, 0, 2]);
    expect([...pageHtml(info).matchAll(/data-feature="(\d)"/g)].map((match) => match[1])).toEqual(['3', '1', '0', '2']);
    expect(
      orderOf(
        infoOf([
          { name: 'a', type: 'logical' },
          { name: 'b', type: 'logical' },
        ]),
      ),
    ).toEqual([0, 1]);
  });
});

describe('sliders and starting values', () => {
  test('a field starts at its default, else in the middle', () => {
    expect(startOf({ name: 'a', type: 'number', range: [32, 76.5], min: 0, max: 100, step: 1, default: 25 })).toBe(25);
    expect(startOf({ name: 'a', type: 'number', min: 0, max: 100, step: 10 })).toBe(50);
    expect(startOf({ name: 'a', type: 'factor', levels: ['x', 'y'], default: 'y' })).toBe('y');
    expect(startOf({ name: 'a', type: 'factor', levels: ['x', 'y'] })).toBe('x');
  });

  test('a slider has numbers at its ends', () => {
    const html = fieldHtml({ name: 'age', type: 'number', min: 0, max: 4, step: 1 }, 3, false);
    expect(html).toContain('<span data-number="0">0</span><span data-number="4">4</span>');
  });

  test('a number that is 0 or 1 is a switch that says which', () => {
    const html = fieldHtml({ name: 'sex', type: 'number', isSwitch: true, default: 1 }, 3, false);
    expect(html).toMatch(/id="w3" aria-hidden="true" >1<.*<input id="f3"[^>]* role="switch"[^>]* checked>/);
    expect(fieldHtml({ name: 'sex', type: 'number', isSwitch: true }, 3, true)).toContain('<option value="0" selected>0</option>');
  });

  test('a date and a time have fields of their own, the time in UTC; a 64-bit integer has one for numbers', () => {
    expect(startOf({ name: 'day', type: 'date', range: ['2024-01-05', '2024-03-01'] })).toBe('2024-01-05');
    expect(fieldHtml({ name: 'day', type: 'date', default: '2024-02-01' }, 3, false)).toContain(
      'id="f3" name="f3" type="date" value="2024-02-01"',
    );
    const time = fieldHtml({ name: 't', type: 'datetime', default: '2024-02-01T12:00:00+02:00' }, 4, false);
    expect(time).toContain('type="datetime-local" step="1" value="2024-02-01T10:00:00"');
    expect(time).toContain('<span class="unit">UTC</span>');
    expect(fieldHtml({ name: 'id', type: 'integer64', range: [1, 498] }, 5, false)).toMatch(/type="number"[^>]* value="1"/);
    expect(fieldHtml({ name: 'f', type: 'factor', levels: ['x', null] }, 6, true)).toMatch(
      />x<\/option><option value="1">NA<\/option><\/select>/,
    );
  });

  test('a slider and its number share bounds and start', () => {
    const html = fieldHtml({ name: 'age', type: 'number', min: 0, max: 100, step: 5, default: 25 }, 3, false);
    expect(html.match(/min="0" max="100" step="5" value="25"/g)).toHaveLength(2);
  });

  test('a number shows its unit', () => {
    expect(fieldHtml({ name: 'age', type: 'number', unit: { en: '<years>', pt: 'anos' } }, 3, false)).toContain(
      'id="u3">&lt;years&gt;</span>',
    );
  });

  test('a logical is a switch, or yes, no and missing where it may be missing; and a factor of a model that takes missing values can be missing', () => {
    expect(fieldHtml({ name: 'a', type: 'logical', default: true }, 0, false)).toMatch(
      /<input id="f0"[^>]* type="checkbox" role="switch"[^>]* checked>/,
    );
    expect(fieldHtml({ name: 'a', type: 'logical', default: true }, 0, true)).toContain(
      '<option value="1" data-text="yes" selected>yes</option>',
    );
    expect(fieldHtml({ name: 'a', type: 'factor', levels: ['x'] }, 0, true)).toContain('<option value="" data-text="missing">');
    expect(fieldHtml({ name: 'a', type: 'factor', levels: ['x'] }, 0, false)).not.toContain('data-text="missing"');
  });

  test('a wide model shows 200 fields, and sends all its features', () => {
    const features = Array.from({ length: 250 }, (_, at): Feature => ({ name: `gene${at}`, type: 'number', range: [0, 1] }));
    const html = pageHtml(infoOf(features));
    expect(html.match(/class="field"/g)).toHaveLength(200);
    expect(html).toContain('<p class="dim">50 <span data-text="more">');
    expect(dataOf(html).features).toHaveLength(250);
  });
});

describe('script, style and headers', () => {
  const info = infoOf([{ name: 'age', type: 'number' }]);
  const ask = (path: DocumentPath, acceptEncoding?: string) => documentReply(path, info, { parts, acceptEncoding });

  test('the script parses and has no way to write markup', () => {
    expect(() => new Script(textOf(parts.script))).not.toThrow();
    // Names of XML's vocabularies are no addresses that are asked.
    for (const part of [parts.script, parts.later]) {
      expect(textOf(part).replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
    }
    for (const part of [parts.script, parts.later, parts.workbook]) {
      expect(textOf(part)).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|new Worker/);
    }
  });

  test('all of it is under 90 KB compressed', () => {
    const bytes = [parts.script, parts.later, parts.style].map(({ brotli }) => Buffer.from(brotli, 'base64').length);
    expect(bytes[0]! + bytes[1]! + bytes[2]! + pageHtml(info, parts).length).toBeLessThan(90_000);
  });

  test('what it loads later has none of its texts and nothing of the plotting library', () => {
    expect(textOf(parts.script)).toContain(TEXTS.pt.sheetHelp);
    expect(textOf(parts.later)).not.toContain(TEXTS.pt.sheetHelp);
    expect(textOf(parts.script)).not.toContain(LATER_TEXTS.pt['card.edge']);
    expect(textOf(parts.later).length).toBeLessThan(textOf(parts.script).length / 2.5);
    expect(textOf(parts.later)).toMatch(/export\{[\w$]+ as dialogParts,[\w$]+ as runSheet,[\w$]+ as snippet\}/);
  });

  test('the plotting library comes without what the plots never do, and another one that has changed stops the build', () => {
    expect(textOf(parts.script)).not.toContain('getMonth');
    const some = 'function fmtDate() {\n\treturn 1;\n}\n';
    expect(() => trimmed(some)).toThrow('uplot: found no function tzDate, expected one to leave out');
  });

  test('every text has both languages, and the page asks for none that is not there', () => {
    for (const { en, pt } of [TEXTS, LATER_TEXTS]) expect(Object.keys(pt)).toEqual(Object.keys(en));
    const keys = [...pageHtml(info).matchAll(/data-(?:text|label)="([^"]+)"/g)].map((match) => match[1] as string);
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => TEXTS.en[key] === undefined)).toEqual([]);
  });

  test('every reason of the fallback has words, none of which a visitor would have to look up in the code', () => {
    const source = readFileSync(`${PROJECT}functions/endpoint/endpoint.ts`, 'utf8');
    const reasons = [...(/export type Reason =([^;]*);/.exec(source)?.[1] ?? '').matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);
    expect(reasons.length).toBeGreaterThan(8);
    expect([...reasons, 'forced'].filter((reason) => TEXTS.en[`reason.${reason}`] === undefined)).toEqual([]);
    for (const texts of [TEXTS, LATER_TEXTS].flatMap(({ en, pt }) => [en, pt])) {
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
    ['/page.css', 'text/css', parts.style],
    ['/docs.js', 'text/javascript', parts.docs],
    ['/docs.css', 'text/css', parts.docsStyle],
  ])('%s is served compressed to those who take it, at an address that changes with it', (path, type, part) => {
    const plain = ask(path);
    const text = textOf(part);
    expect(plain).toMatchObject({ status: 200, body: text });
    expect(plain.headers).toMatchObject({ 'content-type': `${type}; charset=utf-8`, vary: 'accept-encoding' });
    expect(plain.headers['cache-control']).toContain('immutable');
    expect(ask(path, 'gzip, deflate, br')).toMatchObject({ base64: true, body: part.brotli, headers: { 'content-encoding': 'br' } });
    const zipped = ask(path, 'gzip, deflate');
    expect(zipped).toMatchObject({ base64: true, headers: { 'content-encoding': 'gzip' } });
    expect(gunzipSync(Buffer.from(zipped.body, 'base64')).toString()).toBe(text);
    expect(part.hash).toBe(createHash('sha256').update(text).digest('hex').slice(0, 8));
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
    expect(ask('/icon.svg').headers['content-type']).toBe('image/svg+xml');
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
  ])('Accept-Encoding %s: %s is given', (header, expected) => {
    expect(codingOf(header)).toBe(expected);
  });
});

test('the page begins with the answer to what its form starts with', () => {
  const model = loadModel(golden('heart-age').file);
  const asked = { parts, acceptEncoding: undefined };
  const first = documentReply('/', model, { ...asked, answer: (query) => answerQuery(model, query) });
  const [start] = dataOf(first.body).features.map((feature) => feature.start as number);
  const { predictions } = answerQuery(model, readValue(model.schema, [[start]]));
  expect(first.body).toContain(`<p id="exact">${predictions[0]}</p></details>`);
  const refused = () => {
    throw new RequestError(503, 'made up');
  };
  // Another object, since the page of one is made once.
  const none = documentReply('/', { ...model }, { ...asked, answer: refused });
  expect(none.body).toContain('<p id="exact"></p></details>');
});

test('is made once for a model, a coding and its parts', () => {
  const info = infoOf([{ name: 'x', type: 'number', default: 1 }]);
  let asked = 0;
  const answer = () => {
    asked += 1;
    return { predictions: [1] };
  };
  const get = (acceptEncoding: string | undefined) => documentReply('/', info, { parts, acceptEncoding, answer });
  for (const coding of ['br', 'gzip', undefined, 'br', 'gzip', undefined]) expect(get(coding).headers['content-encoding']).toBe(coding);
  expect(asked).toBe(3);
});
