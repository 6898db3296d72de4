import { calibrated } from '../../shared/bodies/conformal/intervals.ts';
import { stepsOf } from '../../shared/bodies/rows-explainer.ts';
import { ModelError } from '../../shared/errors.ts';
import { generator } from '../../shared/math/generator.ts';
import { bodySchema, type Predictor, predictRows } from '../../shared/predict.ts';
import { quote } from '../../shared/schema/describe-value.ts';
import type { Loss, Permutation } from '../../shared/schema/explain-ask.ts';
import { STEPS_PER_MS } from '../../shared/schema/explanation.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { defaultParameters, type Parameters } from '../../shared/schema/parameters.ts';
import { shapeOf } from '../../shared/schema/shape.ts';
import { shuffled } from './background.ts';
import { classReader, guessTarget } from './target.ts';
import { placeOfColumn, plainNumber, type TrainingTable } from './training-rows.ts';

const SEED = 1;
/** Most rows that are asked, the fewest that say something, and most shuffles of a feature. */
const [MOST_ROWS, LEAST_ROWS, MOST_SHUFFLES] = [1_000, 20, 5];
/** Most milliseconds of computing, by their estimate. */
const MOST_MS = 2_000;
/** A share below it counts as it, so that one wrong answer is not infinitely wrong. */
const LEAST_SHARE = 1e-15;

/** How a model's answers are measured: what is asked, by which loss, and how wrong the answer to one row is; and the loss of an answer that is always the same. */
type Measure = {
  loss: Loss;
  parameters: Parameters;
  wrong(answers: Float64Array, row: number, target: number): number;
  constant(targets: readonly number[]): number;
};

/**
 * How much worse a model's answers to its training data get where the values of one feature are shuffled: a fixed seed chooses the rows and
 * the shuffles. `target` names the column that the model predicts; where it is not given, the call's formula or the only column that is no
 * feature does, if the model fits it better than a constant. Undefined where there is no such column, or too much to compute. Throws a
 * ModelError where the named column is not there, or has another kind of values.
 */
export function permutationOf(
  model: Predictor,
  table: TrainingTable,
  { target, call }: { target?: string; call: string },
): Permutation | undefined {
  const { schema } = model;
  const measure = measureOf(schema);
  const name = target ?? guessTarget(table.header, schema, call);
  if (!measure || name === undefined) return undefined;
  const targets = targetsOf(schema, table, name, target !== undefined);
  const width = schema.features.length;
  const budget = (MOST_MS * STEPS_PER_MS) / stepsOf({ ...model, bodySchema: bodySchema(model) }) / width;
  const random = generator(SEED);
  const known = targets && shuffled(targets.length, random).filter((row) => targets[row] !== undefined);
  const picked = known?.slice(0, Math.min(MOST_ROWS, Math.floor(budget))) ?? [];
  if (picked.length < LEAST_ROWS) return undefined;
  const rows = Float64Array.from(picked.flatMap((row) => [...table.rows.subarray(row * width, (row + 1) * width)]));
  const wanted = picked.map((row) => targets![row]!);
  const base = lossOf(model, measure, rows, wanted);
  if (!Number.isFinite(base) || (target === undefined && base > measure.constant(wanted))) return undefined;
  const shuffles = Math.max(1, Math.min(MOST_SHUFFLES, Math.floor(budget / picked.length)));
  const increases = Float64Array.from({ length: width }, (_, column) => {
    let sum = 0;
    for (let time = 0; time < shuffles; time += 1) {
      const order = shuffled(picked.length, random);
      const mixed = rows.slice();
      order.forEach((from, row) => {
        mixed[row * width + column] = rows[from * width + column]!;
      });
      sum += lossOf(model, measure, mixed, wanted);
    }
    return sum / shuffles - base;
  });
  return increases.every(Number.isFinite) ? { loss: measure.loss, target: name, rows: picked.length, base, increases } : undefined;
}

/** The loss of the answers to rows; a row without an answer does not count. */
function lossOf(model: Predictor, { loss, parameters, wrong }: Measure, rows: Float64Array, targets: readonly number[]): number {
  const answers = predictRows(model, rows, parameters);
  const all = targets.map((target, row) => wrong(answers, row, target)).filter((one) => !Number.isNaN(one));
  const mean = meanOf(all);
  return loss === 'rmse' ? Math.sqrt(mean) : mean;
}

/** How a model's answers are measured; undefined where they are neither one number nor classes. */
function measureOf(schema: Schema): Measure | undefined {
  const { classes } = schema;
  const parameters = calibrated(schema);
  if (parameters && !classes) {
    const wrong: Measure['wrong'] = (answers, row, target) => (answers[row]! - target) ** 2;
    const constant: Measure['constant'] = (targets) => Math.sqrt(meanOf(targets.map((one) => (one - meanOf(targets)) ** 2)));
    return { loss: 'rmse', parameters, wrong, constant };
  }
  if (!classes) return undefined;
  const sharesOf = (targets: readonly number[]) =>
    classes.map((_, place) => targets.filter((one) => one === place).length / targets.length);
  if (parameters) {
    const wrong: Measure['wrong'] = (answers, row, target) => -Math.log(Math.max(LEAST_SHARE, answers[row * classes.length + target]!));
    const constant: Measure['constant'] = (targets) =>
      sharesOf(targets).reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
    return { loss: 'logLoss', parameters, wrong, constant };
  }
  const usual = defaultParameters(schema);
  if (!shapeOf(schema, usual).places) return undefined;
  const wrong: Measure['wrong'] = (answers, row, target) => (Number.isNaN(answers[row]) ? Number.NaN : Number(answers[row] !== target));
  return { loss: 'error', parameters: usual, wrong, constant: (targets) => 1 - Math.max(...sharesOf(targets)) };
}

function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

/** The value of the target in each row, undefined where it is missing; a class by its place. Undefined where the column has other values, or, if it `isNamed`, a ModelError. */
function targetsOf(
  { classes }: Schema,
  { header, lines, file }: TrainingTable,
  name: string,
  isNamed: boolean,
): (number | undefined)[] | undefined {
  const place = placeOfColumn(header, name);
  if (place < 0) throw new ModelError(file, `no column ${quote(name)}`, 'that of --target');
  const placeOf = classes && classReader(classes);
  const targets: (number | undefined)[] = [];
  for (const [at, line] of lines.entries()) {
    const field = classes ? (line[place] ?? '') : plainNumber(line[place] ?? '');
    const text = field.trim();
    const value = placeOf ? placeOf(field) : text === '' ? undefined : Number(text);
    const isMissing = value === undefined || !Number.isFinite(value);
    if (isMissing && text !== '' && text !== 'NA') {
      if (!isNamed) return undefined;
      const expected = classes ? `one of ${classes.slice(0, 8).map(quote).join(', ')}` : 'a number';
      throw new ModelError(`${file}, column ${quote(name)}`, `${quote(text.slice(0, 50))} in row ${at + 1}`, expected);
    }
    targets.push(isMissing ? undefined : value);
  }
  return targets;
}
