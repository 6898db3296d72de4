import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModel } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../shared/artifact.ts';
import type { Rpart } from '../../shared/bodies/rpart/predict.ts';
import { shapleyValues } from '../../shared/explain/exact.ts';
import { decodeSection } from '../../shared/explain/section.ts';
import { generator } from '../../shared/math/generator.ts';
import { answerQuery, bodySchema, explainerKindOf, predictRows } from '../../shared/predict.ts';
import type { Explanation } from '../../shared/schema/explanation.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { worthOfRpart } from '../support/explain/path-worth.ts';

/*
 * node tests/explain/brute-main.ts [ROWS] [SEED]: what shap cannot hold, by all coalitions of at most ten features: trees with surrogate splits
 * whose rows lack values, by both backgrounds, and forests that split by sets of levels, beside background rows. About ROWS random rows in all
 * for each of the three. Ends with status 1 where a contribution differs by more than 1e-10 of the range.
 */

const [rows = '1000', seed = process.env.CI_SEED ?? String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));
const [MOST, MOST_FEATURES, BACKGROUND] = [1e-10, 10, 4];

type Opened = { name: string; model: Model; cover: ArrayLike<number> | undefined };

function open(name: string): Opened {
  const bytes = importModel(path.join(GOLDEN, name));
  const at = Buffer.from(bytes).lastIndexOf('EXPLAIN\n');
  return { name, model: decodeArtifact(bytes, name), cover: at < 0 ? undefined : decodeSection(bytes.slice(at), name, undefined).cover };
}

/** Rows whose values are those of the check rows, which lie on the splits; some are missing where the model takes that. */
function drawRows({ schema, checks }: Model, count: number, random: () => number): Float64Array {
  const width = schema.features.length;
  return Float64Array.from({ length: count * width }, (_, at) => {
    if (schema.takesMissing && random() < 0.15) return Number.NaN;
    return checks.rows[Math.floor(random() * (checks.rows.length / width)) * width + (at % width)]!;
  });
}

function explain(model: Model, given: Float64Array, background: 'path' | 'rows'): Explanation[] {
  const { parameters, problems } = readParameters(model.schema, { explain: { background, output: 'response' } }, '');
  if (problems.length > 0) throw new Error(`${model.card.name}: ${problems[0]!.message}`);
  return answerQuery(model, { rows: given, count: given.length / model.schema.features.length, parameters }).explanations!;
}

/** The numbers, or the shares of a class, of rows. */
function numbersOf(model: Model, mixed: Float64Array, place: number): Float64Array {
  const { classes, types = [] } = model.schema;
  if (!classes) return predictRows(model, mixed);
  const type = (['prob', 'vote'] as const).find((one) => types.includes(one)) ?? 'response';
  const doubles = predictRows(model, mixed, { type });
  return Float64Array.from({ length: doubles.length / classes.length }, (_, row) => doubles[row * classes.length + place]!);
}

/** The worth of a coalition beside background rows, by the model's own answers. */
function worthBeside(model: Model, own: Float64Array, background: Float64Array, place: number) {
  return (coalition: number) => {
    const mixed = background.map((value, at) => ((coalition >> (at % own.length)) & 1 ? own[at % own.length]! : value));
    const numbers = numbersOf(model, mixed, place);
    return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  };
}

/** The largest difference of some rows, as a part of the range of the explained numbers. */
function compare({ model, cover }: Opened, background: 'path' | 'rows', count: number, random: () => number): number {
  const width = model.schema.features.length;
  const asked = drawRows(model, count, random);
  const beside = drawRows(model, BACKGROUND, random);
  const weights = explainerKindOf(model)!.count?.(bodySchema(model), model.body.data, beside);
  const basis = { cover: cover ?? weights ?? [], background: beside };
  const opened = decodeArtifact(encodeArtifact({ ...model, basis }), model.card.name);
  const explanations = explain(opened, asked, background);
  let [worst, least, greatest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  explanations.forEach(({ class: label, baseline, contributions }, row) => {
    const own = asked.slice(row * width, (row + 1) * width);
    const place = label === undefined ? 0 : model.schema.classes!.indexOf(label);
    const worth =
      background === 'path' ? worthOfRpart(model.body.data as Rpart, cover!, own, place) : worthBeside(model, own, beside, place);
    const found = Object.values(contributions);
    shapleyValues(width, worth).forEach((value, feature) => {
      const off = Math.abs(value - found[feature]!);
      worst = off <= worst ? worst : off;
    });
    const number = found.reduce((sum, one) => sum + one, baseline);
    [least, greatest] = [Math.min(least, number), Math.max(greatest, number)];
  });
  return worst / (Math.max(greatest - least, 1e-3 * Math.abs(greatest)) || 1);
}

/** Whether a forest's answer is a number, or shares of classes, which is what is explained; votes are counted otherwise. */
const hasNumber = ({ schema: { kind } }: Model) => kind === 'regression' || kind === 'probability';
const isSmall = ({ model }: Opened) => model.schema.features.length <= MOST_FEATURES;
const files = readdirSync(GOLDEN).filter((name) => name.endsWith('.RDS'));
const trees = files.filter((name) => /-rpart\.RDS$/.test(name)).map(open);
const withSurrogates = trees.filter((one) => isSmall(one) && one.cover && one.model.schema.takesMissing && !one.model.steps);
const partitioned = files
  .filter((name) => /partition/.test(name))
  .map(open)
  .filter((one) => isSmall(one) && explainerKindOf(one.model) && hasNumber(one.model));
const random = generator(Number(seed));
let failed = 0;
process.stdout.write(
  `brute: ${withSurrogates.length} trees with surrogates, ${partitioned.length} forests by sets of levels, seed ${seed}\n`,
);
for (const [models, background] of [
  [withSurrogates, 'path'],
  [withSurrogates, 'rows'],
  [partitioned, 'rows'],
] as const) {
  const each = Math.ceil(Number(rows) / models.length);
  if (models.length < 2) failed += 1;
  for (const one of models) {
    const worst = compare(one, background, each, random);
    if (!(worst <= MOST)) failed += 1;
    process.stdout.write(`${one.name}, ${background}: ${each} rows, the largest difference is ${worst.toExponential(1)} of the range\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
