import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import type { NaiveBayes } from '../../../shared/bodies/naive-bayes/naive-bayes.ts';
import { predictRows } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { explained } from '../../support/explain/explained-model.ts';
import { PROJECT } from '../../support/project.ts';

const GOLDEN = path.join(PROJECT, 'tests/golden');
const NAMES = ['lda-prior', 'lda-two', 'naiveBayes', 'naiveBayes-logical', 'naiveBayes-zeros', 'pipelines/caret-lda'];

/** A model as its file is imported, without any data, and rows of its golden. */
function given(name: string) {
  const model = loadModel(path.join(GOLDEN, `${name}.RDS`));
  const { rows: instances } = JSON.parse(readFileSync(path.join(GOLDEN, `${name}.json`), 'utf8')) as { rows: object[] };
  return { model, rows: readValue(model.schema, { instances: instances.slice(0, 30) }).rows };
}

type Model = ReturnType<typeof given>['model'];

/** The log-odds of a class against the others, out of the chances that the model answers; undefined where these are too small to tell. */
function oddsOf(model: Model, row: Float64Array, label: string): number | undefined {
  const chances = predictRows(model, row, { type: 'prob' });
  if (chances.some((chance) => chance < 1e-14)) return undefined;
  const logs = Array.from(chances, Math.log);
  const own = logs[model.schema.classes!.indexOf(label)]!;
  return own - (logs.reduce((sum, one) => sum + one, 0) - own) / (logs.length - 1);
}

describe.each(NAMES)('%s is explained without any data', (name) => {
  const { model, rows } = given(name);
  const width = model.schema.features.length;

  test('by the log-odds of a class, which have the means of the model itself', () => {
    expect(model.schema.explain!.ways).toEqual([{ background: 'means', outputs: ['margin'], work: expect.any(Number) }]);
  });

  test.each(model.schema.classes!)('baseline and contributions add up to the log-odds of %s', (label) => {
    const { explanations } = explained(model, rows, { class: label });
    let compared = 0;
    explanations.forEach(({ class: told, baseline, contributions }, row) => {
      expect(told).toBe(label);
      const odds = oddsOf(model, rows.subarray(row * width, (row + 1) * width), label);
      if (odds === undefined) return;
      compared += 1;
      const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
      expect(Math.abs(sum - odds)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(odds)));
    });
    expect(compared).toBeGreaterThan(0);
  });

  test('a feature adds the same whatever the others are, and all baselines are the same', () => {
    const label = model.schema.classes![0]!;
    const { explanations } = explained(model, rows, { class: label });
    const mixed = rows.map((value, at) => (at % width === 0 ? value : rows[at % width]!));
    const { explanations: again } = explained(model, mixed, { class: label });
    const { name: first } = model.schema.features[0]!;
    expect(again.map((one) => one.contributions[first])).toEqual(explanations.map((one) => one.contributions[first]));
    expect(new Set(explanations.map(({ baseline }) => baseline)).size).toBe(1);
  });
});

test('the baseline of an lda is the log-odds at the mean of its inputs', () => {
  const { model } = given('lda-two');
  const { centers } = model.body.data as { centers: Float64Array };
  expect(model.schema.features.every(({ type }) => type === 'number')).toBe(true);
  for (const label of model.schema.classes!) {
    const { explanations } = explained(model, centers, { class: label });
    expect(explanations[0]!.baseline).toBeCloseTo(oddsOf(model, centers, label)!, 10);
    for (const value of Object.values(explanations[0]!.contributions)) expect(value).toBe(0);
  }
});

test.each(['lda', 'qda'])('features that play together take background rows, and the refusal says so: %s', (name) => {
  const { model, rows } = given(name);
  expect(() => explained(model, rows, {})).toThrow('import it with --data training.csv');
});

/** Values of a feature with how often the tables of a naive Bayes classifier expect them. */
function expectedValues({ schema, body }: Model, column: number): [number, number][] {
  const { apriori, tables, widths } = body.data as NaiveBayes;
  const classes = apriori.length;
  const all = apriori.reduce((sum, one) => sum + one, 0);
  const start = widths.slice(0, column).reduce((sum, width) => sum + width, 0) * classes;
  const chance = (at: number, k: number) => tables[start + at * classes + k]!;
  if (schema.features[column]!.type !== 'number') {
    // A logical's value is from 0 on.
    const first = schema.features[column]!.type === 'logical' ? 0 : 1;
    const levels = Array.from({ length: widths[column]! }, (_, level) => level);
    const shareOf = (level: number, k: number) => chance(level, k) / levels.reduce((sum, one) => sum + chance(one, k), 0);
    return levels.map((level) => [first + level, apriori.reduce((sum, count, k) => sum + (count / all) * shareOf(level, k), 0)]);
  }
  return Array.from(apriori).flatMap((count, k) =>
    Array.from({ length: 1601 }, (_, step): [number, number] => {
      const z = (step - 800) / 100;
      return [chance(0, k) + z * chance(1, k), ((count / all) * Math.exp((-z * z) / 2)) / (100 * Math.sqrt(2 * Math.PI))];
    }),
  );
}

test.each([
  'naiveBayes',
  'naiveBayes-logical',
])('what a feature adds to %s is 0 in the mean of the values that its tables expect', (name) => {
  const { model, rows } = given(name);
  const width = model.schema.features.length;
  for (const label of model.schema.classes!) {
    model.schema.features.forEach((feature, column) => {
      const values = expectedValues(model, column);
      const asked = Float64Array.from(
        values.flatMap(([value]) => Array.from(rows.subarray(0, width), (one, at) => (at === column ? value : one))),
      );
      const { explanations } = explained(model, asked, { class: label });
      const mean = explanations.reduce((sum, { contributions }, at) => sum + contributions[feature.name]! * values[at]![1], 0);
      expect(Math.abs(mean)).toBeLessThan(
        1e-9 * Math.max(1, ...explanations.map(({ contributions }) => Math.abs(contributions[feature.name]!))),
      );
    });
  }
});
