import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../../shared/artifact.ts';
import { treesOf } from '../../../shared/bodies/trees-of.ts';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { answerQuery, bodySchema, predictRows } from '../../../shared/predict.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import type { AnswerType } from '../../../shared/schema/parameter-table.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { worthOfForest } from '../../support/explain/path-worth.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden');
/** How many rows of a golden are the background, and how many are explained. */
const [BACKGROUND, ASKED] = [6, 3];

type Case = { name: string; model: Model; rows: Float64Array; background: Float64Array; times: number[] };

/** A golden with curves over time, with rows of it as the background, and as training rows where it has trees; undefined where it has none. */
function caseOf(name: string): Case | undefined {
  const given = loadModel(path.join(FOLDER, name));
  const { schema, body } = given;
  if (!schema.times) return undefined;
  const { rows: instances } = JSON.parse(readFileSync(path.join(FOLDER, name.replace(/RDS$/, 'json')), 'utf8')) as { rows: object[] };
  const all = readValue(schema, { instances: instances.slice(0, BACKGROUND + ASKED) }).rows;
  const background = all.slice(0, BACKGROUND * schema.features.length);
  const cover = treesOf(body)?.count?.(bodySchema(given), body.data, background);
  const model = decodeArtifact(encodeArtifact({ ...given, basis: { ...(cover ? { cover } : {}), background } }), name);
  return { name, model, rows: all.slice(background.length), background, times: schema.times };
}

const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.RDS'))
  .flatMap((name) => caseOf(name) ?? []);
const forests = cases.filter(({ model }) => model.schema.kind === 'survival');

function asked(model: Model, rows: Float64Array, given: object) {
  const { parameters, problems } = readParameters(model.schema, given, '/parameters');
  expect(problems).toEqual([]);
  return answerQuery(model, { rows, count: rows.length / model.schema.features.length, parameters });
}

/** The type of answer that is the curve of chances, or of hazards. */
function curveOf({ schema }: Model, output: 'probability' | 'margin'): AnswerType {
  if (output === 'margin') return 'chf';
  return schema.kind === 'survival' ? 'response' : 'survival';
}

/** The curve's number of each row at a place of its times. */
function numbersAt(model: Model, rows: Float64Array, type: AnswerType, place: number): number[] {
  const doubles = predictRows({ schema: model.schema, body: model.body, ...(model.steps && { steps: model.steps }) }, rows, { type });
  const width = model.schema.times!.length;
  return Array.from({ length: doubles.length / width }, (_, row) => doubles[row * width + place]!);
}

const sumOf = ({ baseline, contributions }: Explanation) => Object.values(contributions).reduce((all, one) => all + one, baseline);

test('forests and hazards are among the models with a curve', () => {
  expect([forests.length, cases.length - forests.length].every((count) => count >= 4)).toBe(true);
});

describe.each(cases.map((one): [string, Case] => [one.name, one]))('%s', (_, { model, rows, background, times }) => {
  const width = model.schema.features.length;

  test('contributions at a time add up to the chance to live past it', () => {
    for (const place of [0, Math.floor(times.length / 3), times.length - 1]) {
      const { explanations, explain } = asked(model, rows, { explain: true, time: times[place] });
      expect(explain).toMatchObject({ output: 'probability', background: 'rows', time: times[place] });
      const numbers = numbersAt(model, rows, curveOf(model, 'probability'), place);
      explanations!.forEach((one, row) => {
        expect(Math.abs(sumOf(one) - numbers[row]!)).toBeLessThanOrEqual(1e-12);
      });
    }
  });

  test('contributions at a time are the Shapley values', () => {
    const place = Math.floor(times.length / 2);
    const own = rows.slice(0, width);
    const [found] = asked(model, own, { explain: true, time: times[place] }).explanations!;
    const worth = (coalition: number) => {
      const mixed = background.map((value, at) => ((coalition >> (at % width)) & 1 ? own[at % width]! : value));
      const numbers = numbersAt(model, mixed, curveOf(model, 'probability'), place);
      return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    };
    expect(Math.abs(found!.baseline - worth(0))).toBeLessThanOrEqual(1e-12);
    shapleyValues(width, worth).forEach((value, feature) => {
      expect(Math.abs(value - Object.values(found!.contributions)[feature]!)).toBeLessThanOrEqual(1e-12);
    });
  });

  test('between two times the curve is that of the first, and before all times nobody died', () => {
    const between = (times[3]! + times[4]!) / 2;
    const [at, later] = [times[3], between].map((time) => asked(model, rows, { explain: true, time }).explanations);
    expect(later).toEqual(at);
    const { explanations } = asked(model, rows, { explain: true, time: 0 });
    if (times[0]! > 0) expect(explanations!.every((one) => one.baseline === 1 && sumOf(one) === 1)).toBe(true);
  });

  test.each([[-1], ['soon'], [Number.MAX_VALUE]])('the time %p is refused with those that are known', (time) => {
    const { problems } = readParameters(model.schema, { explain: true, time }, '/parameters');
    const from = Math.min(0, times[0]!);
    expect(problems).toEqual([
      { path: '/parameters/time', message: expect.stringContaining(`expected a number from ${from} to ${times.at(-1)}`) },
    ]);
  });
});

describe.each(forests.map((one): [string, Case] => [one.name, one]))('the forest %s', (_, { model, rows, background, times }) => {
  const inputs = model.schema.features.length;

  test('by the weights of its leaves explains the cumulative hazard up to a time', () => {
    const place = Math.floor(times.length / 2);
    const { explanations, explain } = asked(model, rows, { explain: { background: 'path' }, time: times[place] });
    expect(explain).toMatchObject({ output: 'margin', background: 'path', time: times[place] });
    const numbers = numbersAt(model, rows, 'chf', place);
    explanations!.forEach((one, row) => {
      expect(Math.abs(sumOf(one) - numbers[row]!)).toBeLessThanOrEqual(1e-12 * Math.max(1, numbers[row]!));
    });
    const worth = worthOfForest(model, rows.slice(0, inputs), background, place);
    const range = Math.max(1, Math.abs(numbers[0]!));
    shapleyValues(inputs, worth).forEach((value, input) => {
      expect(Math.abs(value - Object.values(explanations![0]!.contributions)[input]!)).toBeLessThanOrEqual(1e-11 * range);
    });
  });

  test('without a time explains the chance at the middle one, and beside cumulative hazards these', () => {
    const middle = times[Math.floor((times.length - 1) / 2)];
    expect(asked(model, rows, { explain: true }).explain).toMatchObject({ output: 'probability', background: 'rows', time: middle });
    expect(asked(model, rows, { explain: true, type: 'chf' }).explain).toMatchObject({ output: 'margin', time: middle });
    const before = asked(model, rows, { explain: { output: 'margin' }, time: times[0]! / 2 }).explanations!;
    if (times[0]! > 0) expect(before.every((one) => sumOf(one) === 0)).toBe(true);
  });
});

describe('a hazard model', () => {
  const { model, rows } = cases.find(({ name }) => name === 'coxph.RDS')!;

  test('without a time explains its linear predictor, and beside a curve the curve', () => {
    const { explain } = asked(model, rows, { explain: true });
    expect(explain).toMatchObject({ output: 'margin' });
    expect(explain).not.toHaveProperty('time');
    expect(asked(model, rows, { explain: true, type: 'survival' }).explain).toMatchObject({ output: 'probability', time: 223 });
  });

  test('explains the same number at whichever times its curve is asked for', () => {
    const { times } = model.schema;
    const wished = { type: 'survival', explain: true, time: times![20] };
    const { explanations } = asked(model, rows, wished);
    for (const others of [[times![40]!], [times![0]!, times![1]!], times!.toReversed()]) {
      const found = asked(model, rows, { ...wished, times: others });
      expect(found.times).toEqual(others);
      expect(found.explanations).toEqual(explanations);
    }
  });

  test.each<[string, object, string]>([
    [
      'a time of another number',
      { explain: { output: 'margin' }, time: 3 },
      'found time with output "margin", expected output "probability"',
    ],
    ['a time without explain', { time: 3 }, 'found time, expected it with explain only'],
  ])('refuses %s', (_, given, message) => {
    expect(readParameters(model.schema, given, '/parameters').problems).toEqual([{ path: '/parameters', message }]);
  });
});

test('a forest without background rows explains hazards, and says what chances need', () => {
  const { model, rows, times } = forests.find(({ name }) => name === 'veteran-survival.RDS')!;
  const cover = treesOf(model.body)!.count!(bodySchema(model), model.body.data, rows);
  const counted = decodeArtifact(encodeArtifact({ ...model, basis: { cover } }), 'counted');
  expect(asked(counted, rows, { explain: true, time: times[9] }).explain).toMatchObject({ output: 'margin', background: 'path' });
  const { problems } = readParameters(counted.schema, { explain: { output: 'probability' } }, '/parameters');
  expect(problems[0]!.message).toContain('import the model with --data training.csv');
});
