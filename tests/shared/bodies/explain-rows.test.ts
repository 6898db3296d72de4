import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { decodeSection } from '../../../shared/explain/section.ts';
import { explainerKindOf, predictRows } from '../../../shared/predict.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { explained, rowsOf, withBasis } from '../../support/explain/explained-model.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden');
const BOOSTED = path.join(FOLDER, 'boosting');

/** A model with its own weights, and its check rows as background rows. */
function open(file: string): { model: Model; rows: Float64Array } | undefined {
  const bytes = importModel(file);
  const at = Buffer.from(bytes).lastIndexOf('EXPLAIN\n');
  if (at < 0) return undefined;
  const model = decodeArtifact(bytes, file);
  if (!explainerKindOf(model)) return undefined;
  const { cover } = decodeSection(bytes.slice(at), file, undefined);
  const rows = rowsOf(model);
  return { model: withBasis(model, rows, { cover: cover! }), rows };
}

const files = [
  ...readdirSync(BOOSTED).map((name) => {
    const { model } = JSON.parse(readFileSync(path.join(BOOSTED, name, 'case.json'), 'utf8')) as { model: string };
    return path.join(BOOSTED, name, model);
  }),
  ...readdirSync(FOLDER).flatMap((name) => (name.endsWith('-rpart.RDS') ? [path.join(FOLDER, name)] : [])),
];
const opened = files.flatMap((file) => {
  const found = open(file);
  return found ? [{ name: path.relative(FOLDER, file), ...found }] : [];
});

/** The number that is explained, as predict() has it. */
function numberOf({ schema, body }: Model, rows: Float64Array, output: string, place: number): number {
  const types = schema.types ?? ['response'];
  const type = output === 'margin' ? types.find((one) => one === 'margin' || one === 'link') : undefined;
  const found = predictRows({ schema, body }, rows, { ...defaultParameters(schema), ...(type ? { type } : {}) });
  if (!schema.classes) return found[0]!;
  if (found.length === schema.classes.length) return found[place]!;
  // One sum of two classes speaks for the second one.
  return place === 1 ? found[0]! : -found[0]!;
}

const sumOf = ({ baseline, contributions, rounding = 0 }: Explanation) =>
  Object.values(contributions).reduce((all, value) => all + value, baseline) + rounding;

const ways = opened.flatMap((one) =>
  one.model.schema.explain!.ways.find(({ background }) => background === 'rows')!.outputs.map((output) => ({ ...one, output })),
);

test('beside background rows also answers are explained', () => {
  expect(opened.length).toBeGreaterThan(45);
  const outputs = ways.map(({ output }) => output);
  expect(outputs.filter((output) => output === 'probability').length).toBeGreaterThan(1);
  expect(outputs.filter((output) => output === 'response').length).toBeGreaterThan(20);
});

describe('baseline and contributions beside background rows', () => {
  test.each(ways)('add up to the number: $name, $output', ({ model, rows, output }) => {
    const inputs = model.schema.features.length;
    const { explanations } = explained(model, rows, { background: 'rows', output });
    const numbers = explanations.map(({ class: label }, row) => {
      const own = rows.slice(row * inputs, (row + 1) * inputs);
      return numberOf(model, own, output, model.schema.classes?.indexOf(label!) ?? 0);
    });
    const range = Math.max(1, ...numbers.map(Math.abs));
    explanations.forEach((one, row) => {
      expect(Math.abs(sumOf(one) - numbers[row]!)).toBeLessThanOrEqual(1e-12 * range);
      expect(Math.abs(one.rounding ?? 0)).toBeLessThanOrEqual(1e-6 * range);
    });
  });

  const few = ways.filter(({ model, output }) => model.schema.features.length <= 8 && output !== 'probability');
  const linear = few.filter(({ model, output }) => output === 'margin' || model.schema.explain!.ways[0]!.outputs.includes(output));

  test.each(linear)('are the Shapley values by all coalitions: $name, $output', ({ model, rows, output }) => {
    const inputs = model.schema.features.length;
    const count = rows.length / inputs;
    const { explanations } = explained(model, rows.slice(0, 2 * inputs), { background: 'rows', output });
    explanations.forEach((one, row) => {
      const place = model.schema.classes?.indexOf(one.class!) ?? 0;
      const worth = (coalition: number) => {
        let sum = 0;
        for (let at = 0; at < rows.length; at += inputs) {
          const mixed = Float64Array.from({ length: inputs }, (_, input) =>
            (coalition >> input) & 1 ? rows[row * inputs + input]! : rows[at + input]!,
          );
          sum += numberOf(model, mixed, output, place);
        }
        return sum / count;
      };
      const scale = Math.max(1, Math.abs(one.baseline)) * (model.schema.explain!.isRounded ? 1e-6 : 1e-11);
      expect(Math.abs(worth(0) - one.baseline)).toBeLessThan(scale);
      shapleyValues(inputs, worth).forEach((value, input) => {
        expect(Math.abs(value - Object.values(one.contributions)[input]!)).toBeLessThan(scale);
      });
    });
  });
});
