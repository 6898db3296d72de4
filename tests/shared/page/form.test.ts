import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { cutsOf } from '../../../shared/bodies/cuts.ts';
import type { Body } from '../../../shared/bodies/kind.ts';
import { orderOf, pageData } from '../../../shared/page/base/data.ts';
import { fieldHtml, startOf } from '../../../shared/page/html/fields.ts';
import { formFeatures } from '../../../shared/page/html/form.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';
import type { ModelInfo } from '../../../shared/schema/card.ts';
import type { Feature, NumberFeature, Schema } from '../../../shared/schema/features.ts';
import { golden } from '../../support/golden.ts';
import { dataOf, infoOf } from './made-up.ts';

describe('what a form takes from a model without a sidecar', () => {
  const form = (cuts: number[], said: object = {}) => formFeatures([{ name: 'a', type: 'number', ...said }], [cuts])[0];

  test.each<[string, number[], object]>([
    ['a switch where the only threshold is 0.5', [0.5], { isSwitch: true, min: 0, max: 1, default: 0 }],
    [
      'whole steps where thresholds lie on halves (ca)',
      [0.5, 1, 1.5, 2, 2.5, 3, 3.5],
      { min: 0, max: 4, step: 1, default: 2, known: [0, 4], edges: [0.5, 3.5] },
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
      edges: [0.5, 1.5],
    });
    expect(form([0.5], { max: 7 })).not.toHaveProperty('isSwitch');
    expect(form([0.5], { default: 0.3 })).not.toHaveProperty('isSwitch');
    expect(form([0.5], { label: 'sex' })).toHaveProperty('isSwitch');
  });

  test('the range of the training data is what a model without thresholds knows', () => {
    expect(form([], { range: [29, 77] })).toMatchObject({ min: 29, max: 77, step: 1, default: 53, known: [29, 77] });
    expect(form([], { range: [29, 77] })).not.toHaveProperty('edges');
    expect(form([], {})).toEqual({ name: 'a', type: 'number' });
    expect(form([-1e308, 1e308])).toEqual({ name: 'a', type: 'number', edges: [-1e308, 1e308] });
  });

  test('a curve has a band where the model has standard errors of as many rows as it has, and ranger has them of 20', () => {
    const { schema, ...info } = infoOf([{ name: 'a', type: 'number' }]);
    const bandsOf = (more: Partial<Schema>) =>
      pageData({ ...info, schema: { ...schema, types: ['response', 'se'], ...more } }).standardErrors;
    expect([bandsOf({}), bandsOf({ takes: ['seMethod'] })]).toEqual([true, false]);
  });

  test('a date that trees split says so, since its range is that of the splits', () => {
    const range: [string, string] = ['2024-01-05', '2024-03-01'];
    expect(formFeatures([{ name: 'day', type: 'date', range }], [[19_727, 19_783]])[0]).toHaveProperty('edges');
    expect(formFeatures([{ name: 'day', type: 'date', range }], [[]])[0]).not.toHaveProperty('edges');
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
