import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import { BODIES } from '../../../shared/bodies/bodies.ts';
import { numberOf } from '../../../shared/bodies/explained-number.ts';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { answerQuery, explainerKindOf, predictRows } from '../../../shared/predict.ts';
import type { ExplainOutput } from '../../../shared/schema/explain-ask.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden');
/** How many rows of a golden are the background, and how many are explained. */
const [BACKGROUND, ASKED] = [4, 3];
/** Most features of a model whose contributions are compared with all coalitions. */
const MOST_COMPARED = 6;

type Case = { name: string; model: Model; background: Float64Array; rows: Float64Array };

/** A model of the goldens that no body explains by itself, with rows that it answers; undefined where that is none. */
function caseOf(file: string): Case | undefined {
  const model = loadModel(file);
  if (explainerKindOf(model)) return undefined;
  const { schema } = model;
  const { rows: instances } = JSON.parse(readFileSync(file.replace(/RDS$/, 'json'), 'utf8')) as { rows: object[] };
  const width = schema.features.length;
  const answered = instances.slice(0, 60).flatMap((instance) => {
    try {
      const { rows } = readValue(schema, { instances: [instance] });
      return predictRows(model, rows).every(Number.isFinite) ? [[...rows]] : [];
    } catch {
      return [];
    }
  });
  // Every third row, so that they are not alike.
  const chosen = answered.filter((_, at) => answered.length < 3 * (BACKGROUND + ASKED) || at % 3 === 0);
  const [background, rows] = [chosen.slice(0, BACKGROUND), chosen.slice(BACKGROUND, BACKGROUND + ASKED)];
  if (rows.length === 0) throw new Error(`${file}: found ${answered.length} rows with an answer`);
  const name = path.relative(FOLDER, file);
  expect(width).toBe(background[0]!.length);
  return { name, model, background: Float64Array.from(background.flat()), rows: Float64Array.from(rows.flat()) };
}

const files = [FOLDER, path.join(FOLDER, 'pipelines')].flatMap((folder) =>
  readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return name.endsWith('.RDS') && existsSync(file.replace(/RDS$/, 'json')) ? [file] : [];
  }),
);
const cases = files.flatMap((file) => caseOf(file) ?? []);

/** The model with these rows as what its explanations rest on. */
function explainable({ model, background }: Case): Model {
  return decodeArtifact(encodeArtifact({ ...model, basis: { background } }), 'explained.canopy');
}

/** Whether the model has a number to explain. */
function hasNumber({ model: { schema } }: Case): boolean {
  return (['margin', 'response', 'probability'] as const).some((output) => numberOf(schema, output));
}

/** The explained number of each row, of the class that is explained. */
function numbersOf(model: Model, rows: Float64Array, output: ExplainOutput, label: string | undefined): Float64Array {
  const { type, width, by } = numberOf(model.schema, output)!;
  const doubles = predictRows(model, rows, { type });
  const place = label === undefined ? 0 : model.schema.classes!.indexOf(label);
  const sign = by === 'sign' && place === 0 ? -1 : 1;
  // Of a curve the number at the middle one of its times.
  const at = by === 'place' ? place : by === 'time' ? Math.floor((width - 1) / 2) : 0;
  return Float64Array.from({ length: doubles.length / width }, (_, row) => sign * doubles[row * width + at]!);
}

function explanationsOf(model: Model, rows: Float64Array, output: ExplainOutput): Explanation[] {
  const { parameters, problems } = readParameters(model.schema, { explain: { output } }, '/parameters');
  expect(problems).toEqual([]);
  return answerQuery(model, { rows, count: rows.length / model.schema.features.length, parameters }).explanations!;
}

/** The worth of a coalition by the definition: the mean number over the background, with the own values of the coalition's features. */
function worthOf({ background }: Case, own: Float64Array, number: (rows: Float64Array) => Float64Array) {
  const width = own.length;
  return (coalition: number) => {
    const mixed = background.map((value, at) => ((coalition >> (at % width)) & 1 ? own[at % width]! : value));
    const numbers = number(mixed);
    return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  };
}

/** Models without an answer to some mixed rows: a factor of two others lacks levels, or a node of a tree did not see a level. */
const MIXED = ['interaction-lm.RDS', 'ctree-ordered.RDS'];
const explained = cases
  .filter((one) => hasNumber(one) && !MIXED.includes(one.name))
  .map((one): [string, Case, Model] => [one.name, one, explainable(one)]);

test('all kinds of bodies are among them, or among those without a single number', () => {
  const types = new Set(cases.flatMap(({ model }) => model.body.kind.types));
  // gblinear's goldens lie elsewhere.
  for (const {
    types: [first],
  } of BODIES)
    if (first !== 'boosted-sum') expect(types).toContain(first);
  expect(new Set(explained.map(([, { model }]) => model.body.kind)).size).toBeGreaterThan(15);
});

describe.each(explained)('%s', (_, given, model) => {
  const { rows } = given;
  const width = model.schema.features.length;
  const outputs = model.schema.explain!.ways.flatMap((way) => way.outputs);

  test.each(outputs)('baseline and contributions add up to the %s', (output) => {
    const { ways, isRounded } = model.schema.explain!;
    expect([isRounded, ways.every(({ background }) => background === 'rows')]).toEqual([false, true]);
    explanationsOf(model, rows, output).forEach(({ class: label, baseline, contributions }, row) => {
      const number = numbersOf(model, rows.subarray(row * width, (row + 1) * width), output, label)[0]!;
      const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
      expect(Math.abs(sum - number)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(number)));
    });
  });

  if (width > MOST_COMPARED) return;
  test.each(outputs)('contributions to the %s are the Shapley values', (output) => {
    const own = rows.subarray(0, width);
    const [{ class: label, baseline, contributions }] = explanationsOf(model, rows.slice(0, width), output) as [Explanation];
    const worth = worthOf(given, own, (mixed) => numbersOf(model, mixed, output, label));
    const range = Math.max(1, Math.abs(worth(0)), Math.abs(worth(2 ** width - 1)));
    expect(Math.abs(baseline - worth(0))).toBeLessThanOrEqual(1e-12 * range);
    const found = Object.values(contributions);
    shapleyValues(width, worth).forEach((value, feature) => {
      expect(Math.abs(value - found[feature]!)).toBeLessThanOrEqual(1e-11 * range);
    });
  });
});

test.each(MIXED)('a row whose mixes with background rows have no answer is refused with the reason: %s', (name) => {
  const given = cases.find((one) => one.name === name)!;
  expect(() => explanationsOf(explainable(given), given.rows, 'response')).toThrow(
    expect.objectContaining({
      status: 422,
      problems: [expect.objectContaining({ message: expect.stringContaining('stand beside those of a background row') })],
    }),
  );
});

describe('a model without a single number', () => {
  const others = cases.filter((one) => !hasNumber(one));

  test('is a class without probabilities, several numbers, or columns', () => {
    for (const { model } of others) {
      const { kind, types = ['response'], margins = 1 } = model.schema;
      const isClassAlone = kind === 'classification' && !types.includes('prob');
      expect([kind === 'columns', margins > 1, isClassAlone]).toContain(true);
    }
  });

  test.each(others.map((one): [string, Case] => [one.name, one]))('is refused with a reason, and still answers: %s', (_, one) => {
    expect(() => explainable(one)).toThrow('one number');
    const { problems } = readParameters(one.model.schema, { explain: true }, '/parameters');
    expect(problems[0]!.message).toMatch(/several numbers|class without probabilities/);
  });
});
