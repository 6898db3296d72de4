import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import type { Model } from '../../../../shared/artifact.ts';
import type { Forest } from '../../../../shared/bodies/forest/forest.ts';
import { shapleyValues } from '../../../../shared/explain/exact.ts';
import { answerQuery, predictRows } from '../../../../shared/predict.ts';
import { defaultParameters } from '../../../../shared/schema/parameters.ts';
import { explained, rowsOf, withBasis } from '../../../support/explain/explained-model.ts';
import { worthOfForest } from '../../../support/explain/path-worth.ts';
import { PROJECT } from '../../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden');

const forests = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.RDS'))
  .map((name) => [name, loadModel(path.join(FOLDER, name))] as const)
  .filter(([, { body, steps, outcome, schema }]) => body.kind.types.includes('forest') && !steps && !outcome && schema.kind !== 'survival')
  .map(([name, model]) => ({ name, rows: rowsOf(model), model: withBasis(model, rowsOf(model)) }));

/** The explained number: the mean, the share of a class, or the share of the trees that vote for it. */
function numberOf({ schema, body }: Model, rows: Float64Array, place: number): number {
  const model = { schema, body };
  if (schema.kind !== 'classification') return predictRows(model, rows)[Math.max(0, place)]!;
  return predictRows(model, rows, { ...defaultParameters(schema), type: 'prob' })[place]!;
}

test('the goldens have forests of every kind', () => {
  const kinds = forests.map(({ model }) => model.schema.kind);
  expect(new Set(kinds)).toEqual(new Set(['regression', 'classification', 'probability']));
  expect(forests.length).toBeGreaterThan(40);
  expect(forests.some(({ model }) => (model.body.data as Forest).partitioned.includes(1))).toBe(true);
  expect(forests.some(({ model }) => (model.body.data as Forest).missing)).toBe(true);
});

describe.each(['path', 'rows'] as const)('contributions of forests by background %s', (background) => {
  test.each(forests)('add up to the prediction: $name', ({ model, rows }) => {
    const { explanations } = explained(model, rows, { background });
    const inputs = model.schema.features.length;
    explanations.forEach((one, row) => {
      const sum = Object.values(one.contributions).reduce((all, value) => all + value, one.baseline);
      const place = model.schema.classes?.indexOf(one.class!) ?? 0;
      const number = numberOf(model, rows.subarray(row * inputs, (row + 1) * inputs), place);
      expect(Math.abs(sum - number)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(number)));
    });
  });
});

/** The worth of a coalition by the definition: along the path by the counts of leaves, or beside each background row. */
function worthsOf(model: Model, own: Float64Array, all: Float64Array, place: number) {
  const inputs = own.length;
  const beside = (coalition: number) => {
    let sum = 0;
    for (let at = 0; at < all.length; at += inputs)
      sum += numberOf(
        model,
        own.map((value, input) => ((coalition >> input) & 1 ? value : all[at + input]!)),
        place,
      );
    return sum / (all.length / inputs);
  };
  return { rows: beside, path: worthOfForest(model, own, all, place) };
}

const few = forests.filter(
  ({ model }) =>
    model.schema.features.length <= 6 && (model.body.data as Forest).left.length < 6_000 && model.schema.types?.includes('terminalNodes'),
);

test.each(few)('contributions are the Shapley values by all coalitions: $name', ({ model, rows }) => {
  const inputs = model.schema.features.length;
  for (const background of ['path', 'rows'] as const) {
    const { explanations } = explained(model, rows.slice(0, 2 * inputs), { background });
    explanations.forEach((one, row) => {
      const own = rows.slice(row * inputs, (row + 1) * inputs);
      const worth = worthsOf(model, own, rows, model.schema.classes?.indexOf(one.class!) ?? 0)[background];
      const scale = 1e-11 * Math.max(1, Math.abs(one.baseline));
      expect(Math.abs(worth(0) - one.baseline)).toBeLessThan(scale);
      shapleyValues(inputs, worth).forEach((value, input) => {
        expect(Math.abs(value - Object.values(one.contributions)[input]!)).toBeLessThan(scale);
      });
    });
  }
});

test('the first trees alone can be explained', () => {
  const { model, rows } = forests.find(({ model: one }) => one.schema.kind === 'regression' && one.schema.takes?.includes('numTrees'))!;
  const parameters = { ...defaultParameters(model.schema), numTrees: 3, explain: {} };
  const { explanations, predictions } = answerQuery(model, { rows, count: rows.length / model.schema.features.length, parameters });
  explanations!.forEach(({ baseline, contributions }, row) => {
    const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
    expect(sum).toBeCloseTo(predictions[row] as number, 9);
  });
});
