import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { type ExplainedRows, explainRows, greatestReasons, importanceOf, signed } from '../../../model/explain/reasons.ts';
import { explainedHtml } from '../../../model/explain/report.ts';
import { explainedText } from '../../../model/explain/text.ts';
import { startOf } from '../../../shared/page/html/fields.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';

const glm = golden('heart-glm');
const model = loadModel(glm.file);
const kyphosis = golden('kyphosis-rpart');
const tree = loadModel(kyphosis.file);

function explained(of: typeof model, rows: object[], explain: unknown = true): ExplainedRows {
  return explainRows(of, readValue(of.schema, { instances: rows, parameters: { explain } }));
}

describe('explained rows', () => {
  test('have the numbers of the API, some rows at a time', () => {
    const rows = Array.from({ length: 5 }, () => glm.rows).flat();
    const query = readValue(model.schema, { instances: rows, parameters: { explain: true } });
    const told: number[] = [];
    const { rows: found, explain } = explainRows(model, query, (done, all) => told.push(done / all));
    const { explanations } = answerQuery(model, query);
    expect(explain.output).toBe('margin');
    found.forEach(({ baseline, reasons }, row) => {
      expect(baseline).toBe(explanations![row]!.baseline);
      expect(Object.fromEntries(reasons.map(({ feature, adds }) => [feature, adds]))).toEqual(explanations![row]!.contributions);
    });
    expect(told.at(-1)).toBe(1);
  });

  test('speak of the greatest reasons first, and of the others as one', () => {
    const row = explained(model, glm.rows.slice(0, 1)).rows[0]!;
    const { greatest, others } = greatestReasons(row, 2);
    expect(others.count).toBe(row.reasons.length - 2);
    const sizes = greatest.map(({ adds }) => Math.abs(adds));
    expect(sizes[0]).toBeGreaterThanOrEqual(sizes[1]!);
    expect(row.baseline + greatest.reduce((sum, { adds }) => sum + adds, others.adds)).toBeCloseTo(row.number, 12);
  });

  test('give the mean size of what each feature adds', () => {
    const all = explained(model, glm.rows.slice(0, 4));
    for (const { feature, mean } of importanceOf(all)) {
      const sizes = all.rows.map(({ reasons }) => Math.abs(reasons.find((one) => one.feature === feature)!.adds));
      expect(mean).toBeCloseTo(sizes.reduce((sum, one) => sum + one, 0) / 4, 14);
    }
  });
});

test.each<[number, string]>([
  [0.123456789, '+0.123457'],
  [-1e-9, '-1e-9'],
  [0, '0'],
])('%d is written with its sign: %s', (value, text) => expect(signed(value)).toBe(text));

describe('the text for a terminal', () => {
  test('has a table for each of the first ten rows, and one of all', () => {
    const text = explainedText(model, explained(model, glm.rows.slice(0, 12)));
    expect(text.match(/^row \d+: sum before the transform /gm)).toHaveLength(10);
    expect(text).toContain('2 more rows are not printed');
    expect(text).toContain('all 12 rows');
  });

  test('names the class that is explained', () => {
    expect(explainedText(tree, explained(tree, kyphosis.rows.slice(0, 1), { class: 'present' }))).toContain('share of the class "present"');
  });
});

describe('the report', () => {
  const rows = glm.rows.slice(0, 25);
  const html = explainedHtml(model, explained(model, rows));

  test('loads nothing and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|https?:|@import|url\(/);
    expect(html).toContain("default-src 'none'");
  });

  test('has a chart for each of twenty rows, a strip for each feature, a plot by value, and bars', () => {
    expect(html.match(/<table class="fall">/g)).toHaveLength(20);
    expect(html).toContain('The 5 rows behind have none of their own.');
    const features = model.schema.features.length;
    expect(html.match(/what .+? adds, row by row<\/title>/g)).toHaveLength(features);
    expect(html.match(/<circle class="dot"/g)).toHaveLength(features * rows.length);
    expect(html.match(/<title>adds by /g)).toHaveLength(features);
    expect(html.match(/class="track"/g)).toHaveLength(features);
  });

  test('has the steps of a row as a table, which a screen reader reads', () => {
    const first = /<table class="fall">([\s\S]*?)<\/table>/.exec(html)![1]!;
    expect(first.match(/<th scope="row"/g)).toHaveLength(model.schema.features.length + 2);
    expect(first).toContain('aria-hidden="true"');
  });

  test('of one row has its chart alone', () => {
    const one = explainedHtml(model, explained(model, rows.slice(0, 1)));
    expect(one).toContain('over the one row');
    expect(one).not.toContain('<h2>By value</h2>');
  });

  test('writes names and values as text', () => {
    const features = tree.schema.features.map((feature, at) => (at === 0 ? { ...feature, label: '<b>&"x' } : feature));
    const given = explained(tree, kyphosis.rows.slice(0, 3));
    const labelled = {
      ...given,
      rows: given.rows.map((row) => ({ ...row, reasons: row.reasons.map((one, at) => (at === 0 ? { ...one, label: '<b>&"x' } : one)) })),
    };
    const page = explainedHtml({ ...tree, schema: { ...tree.schema, features } }, labelled);
    expect(page).not.toContain('<b>');
    expect(page).toContain('&lt;b&gt;&amp;&quot;x');
  });
});

test('what the answers need is told beside what the features add, where the artifact has that', () => {
  const heart = loadModel(`${PROJECT}model/examples/heart/heart.canopy`);
  const row = Object.fromEntries(heart.schema.features.map((feature) => [feature.name, startOf(feature)]));
  const given = explained(heart, [row, row]);
  const text = explainedText(heart, given);
  expect(text).toContain('the mean log loss of "diagnosis", 0.210943 as they are, grows by\n  ca');
  const html = explainedHtml(heart, given);
  expect(html).toContain('<h2>What the answers need</h2>');
  expect(html.match(/class="track"/g)).toHaveLength(2 * heart.schema.features.length);
  expect(text.split('as they are')[1]!.match(/^ {2}\w+ +0\.\d+ {2}\+/gm)!.length).toBeGreaterThan(8);
  expect(explainedHtml(model, explained(model, glm.rows.slice(0, 2)))).not.toContain('What the answers need');
});

describe('the report of the example heart is for people', () => {
  const heart = loadModel(`${PROJECT}model/examples/heart/heart.canopy`);
  const row = Object.fromEntries(heart.schema.features.map((feature) => [feature.name, startOf(feature)]));
  const given = explained(heart, [row, { ...row, age: 60 }]);
  const html = explainedHtml(heart, given);

  test('it has the sidecar’s words, units and yes or no, and says what the answer’s words mean', () => {
    expect(html).toContain('<h1>Why these numbers</h1>\n<p class="dim">Heart disease: what an examination suggests</p>');
    expect(html).toContain('none is.</p>');
    expect(html).toContain('Not medical advice.');
    for (const told of [
      'Chest pain (other pain)',
      'Age (55 years)',
      'Angina in exercise (no)',
      'share of the class &quot;no heart disease&quot;',
    ])
      expect(html).toContain(told);
    expect(html).not.toContain('non-anginal');
  });

  test('its shares are in percent, and what is added in percentage points', () => {
    const { baseline, number } = given.rows[0]!;
    const percent = (value: number) => `${Number((100 * value).toPrecision(4))}%</td>`;
    for (const value of [baseline, number]) expect(html).toContain(percent(value));
    expect(html).toContain('in percentage points');
    expect(explainedHtml(model, explained(model, glm.rows.slice(0, 2)))).not.toContain('percentage points');
  });

  test('each of its thirteen features has a name in a row, and none is one other', () => {
    expect(html).not.toMatch(/\b1 others?\b/);
    expect(explainedText(heart, given, 12)).toContain('1 other ');
  });
});
