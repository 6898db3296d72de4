import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { shapleyValues } from '../../../shared/explain/exact.ts';
import { decodeSection } from '../../../shared/explain/section.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { answerQuery, explainerKindOf } from '../../../shared/predict.ts';
import type { Parameters } from '../../../shared/schema/parameters.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';
import type { Prediction } from '../../../shared/schema/shape.ts';
import { withBasis } from '../../support/explain/explained-model.ts';
import { worthOfBoosting, worthOfRpart } from '../../support/explain/path-worth.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden');
const BOOSTED = path.join(FOLDER, 'boosting');

/** A model with the weights of its leaves, if its artifact has some. */
function open(file: string): { model: Model; cover: ArrayLike<number> | undefined } {
  const bytes = importModel(file);
  const at = Buffer.from(bytes).lastIndexOf('EXPLAIN\n');
  return { model: decodeArtifact(bytes, file), cover: at < 0 ? undefined : decodeSection(bytes.slice(at), file, undefined).cover };
}

/** Parameters as a request has them. */
function asked(model: Model, given: object): Parameters {
  const { parameters, problems } = readParameters(model.schema, given, '/parameters');
  expect(problems).toEqual([]);
  return parameters;
}

/** The check rows, some of whose values are missing where the model takes that: they lie on the splits. */
function rowsOf({ checks, schema }: Model): Float64Array {
  const random = seeded(5);
  return checks.rows.map((value) => (schema.takesMissing && random() < 0.1 ? Number.NaN : value));
}

/** What each explanation must add up to: the sums of trees, or the answer itself. */
function explained(model: Model, rows: Float64Array): number[] {
  const types = model.schema.types ?? ['response'];
  const type = (['margin', 'link'] as const).find((one) => types.includes(one));
  const count = rows.length / model.schema.features.length;
  const { explanations } = answerQuery(model, { rows, count, parameters: asked(model, { explain: true }) });
  const { predictions } = answerQuery(model, { rows, count, parameters: asked(model, type ? { type } : {}) });
  return predictions.map((prediction: Prediction, row) => {
    const label = explanations![row]!.class;
    if (typeof prediction === 'object') return (prediction as Record<string, number>)[label!]!;
    return (label === undefined || label === model.schema.classes![1] ? 1 : -1) * (prediction as number);
  });
}

const files = [
  ...readdirSync(BOOSTED).map((name) => {
    const { model } = JSON.parse(readFileSync(path.join(BOOSTED, name, 'case.json'), 'utf8')) as { model: string };
    return path.join(BOOSTED, name, model);
  }),
  ...readdirSync(FOLDER).flatMap((name) => (name.endsWith('-rpart.RDS') ? [path.join(FOLDER, name)] : [])),
];
const opened = files.map((file): [string, ReturnType<typeof open>] => [path.relative(FOLDER, file), open(file)]);
const explainable = opened.filter(([, { model }]) => model.explainer);

test('models whose files have the weights of their leaves can be explained', () => {
  const types = explainable.map(([name]) => /gbm|lightgbm|rpart|xgboost/.exec(name)![0]);
  const counts = Object.fromEntries(
    ['gbm', 'lightgbm', 'rpart', 'xgboost'].map((type) => [type, types.filter((one) => one === type).length]),
  );
  expect(counts).toEqual({ gbm: 11, lightgbm: 18, rpart: 9, xgboost: 17 });
});

test.each(explainable)('baseline and contributions add up to the explained number: %s', (_, { model }) => {
  const rows = rowsOf(model);
  const count = rows.length / model.schema.features.length;
  const answer = answerQuery(model, { rows, count, parameters: asked(model, { explain: true }) });
  const numbers = explained(model, rows);
  const range = Math.max(1, ...numbers.map(Math.abs));
  answer.explanations!.forEach(({ baseline, contributions, rounding }, row) => {
    expect(Object.keys(contributions)).toEqual(model.schema.features.map(({ name }) => name));
    const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
    expect(Math.abs(sum + (rounding ?? 0) - numbers[row]!)).toBeLessThanOrEqual(1e-12 * range);
    expect(Math.abs(rounding ?? 0)).toBeLessThanOrEqual(1e-6 * range);
    expect(rounding === undefined).toBe(model.schema.explain!.isRounded === false);
  });
});

// Of trees behind steps contributions are those of the inputs, added up (explain-pipelines.test.ts).
const alone = explainable.filter(([, { model }]) => explainerKindOf(model) && model.schema.features.length <= 10);
test.each(alone)('contributions are the Shapley values: %s', (_, { model, cover }) => {
  const { schema, body } = model;
  const rows = rowsOf(model);
  const [inputs, count] = [schema.features.length, rows.length / schema.features.length];
  const { explanations = [] } = answerQuery(model, { rows, count, parameters: asked(model, { explain: true }) });
  // Boosted trees that add 32-bit floats have 32-bit inputs.
  const isFloat = (body.data as Boosting).precision === 'float';
  const trees = (schema.rounds?.used ?? 0) * (schema.rounds?.trees ?? 0);
  for (let row = 0; row < Math.min(4, count); row += 1) {
    const own = rows.slice(row * inputs, (row + 1) * inputs).map((value) => (isFloat ? Math.fround(value) : value));
    const place = schema.classes?.indexOf(explanations[row]!.class!) ?? 0;
    const isTwoSided = schema.classes !== undefined && schema.margins === undefined && trees > 0;
    const output = isTwoSided ? 0 : place;
    const worth =
      trees > 0
        ? worthOfBoosting(schema, body.data as Boosting, cover!, trees, own, output)
        : worthOfRpart(body.data as Rpart, cover!, own, output);
    const sign = isTwoSided && place === 0 ? -1 : 1;
    const found = Object.values(explanations[row]!.contributions);
    const range = Math.max(1, ...found.map(Math.abs));
    shapleyValues(inputs, worth).forEach((value, input) => {
      expect(Math.abs(sign * value - found[input]!)).toBeLessThan(1e-7 * range * (isFloat ? 1 : 1e-4));
    });
    expect(Math.abs(sign * worth(0) - explanations[row]!.baseline)).toBeLessThan(1e-6);
  }
});

// No steps come before their trees, so that neither the tests of pipelines have them nor those of models that are explained by their answers.
const PIPELINES = path.join(FOLDER, 'pipelines');
const withoutSteps = readdirSync(PIPELINES)
  .filter((name) => name.endsWith('.RDS'))
  .map((name) => [name, loadModel(path.join(PIPELINES, name))] as const)
  .filter(([, model]) => explainerKindOf(model) !== undefined);

test.each(withoutSteps)('baseline and contributions add up to each number, by each background: %s', (_, given) => {
  const rows = rowsOf(given);
  const count = rows.length / given.schema.features.length;
  const ways = [given, withBasis(given, rows)].flatMap((model) => model.schema.explain!.ways.map((way) => ({ model, ...way })));
  expect([...new Set(ways.map(({ background }) => background))]).toEqual(['path', 'rows']);
  for (const { model, background, outputs } of ways) {
    for (const output of outputs) {
      const explain = { background, output };
      const { explanations = [], predictions } = answerQuery(model, { rows, count, parameters: asked(model, { explain }) });
      explanations.forEach(({ class: label, baseline, contributions, rounding = 0 }, row) => {
        const prediction = predictions[row]!;
        const number = typeof prediction === 'object' ? (prediction as Record<string, number>)[label!]! : (prediction as number);
        const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
        expect(Math.abs(sum + rounding - number)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(number)));
      });
      expect(explanations).toHaveLength(count);
    }
  }
});

test('there are such pipelines', () => {
  expect(withoutSteps.map(([name]) => name)).toEqual(expect.arrayContaining(['engine-xgboost.RDS', 'mlr-tuned.RDS']));
});
