import { ModelError } from '../../../shared/errors.ts';
import { type Predictor, predictRows } from '../../../shared/predict.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { readFormula } from '../data/formula.ts';
import { expectComplete, factorText } from '../data/frame.ts';
import type { Column, Table } from '../data/read-csv.ts';
import type { Trained } from '../train.ts';
import { concordance } from './concordance.ts';
import { rocOf } from './roc.ts';

/** Rows that are predicted at once: what a forest answers to all of them may be many times the data. */
const AT_ONCE = 4_096;
/** A share below it counts as it, so that one wrong answer is not infinitely wrong. */
const LEAST_SHARE = 1e-15;

/** What a model was measured by beside its training data: how many rows, and numbers by name. */
export type Validation = { rows: number; metrics: Record<string, number> };

/** Rows that a model is not trained on, typed as the training data are: the features' columns, and those of the target. */
export type HeldRows = { rows: number; features: Column[]; target: Column; status: Column | undefined; training: Table };

/**
 * Takes the rows to measure a model by, before it is trained: a table with the columns of a formula, as `training` has them (a factor
 * has the same levels). Throws a ModelError that names column and row.
 */
export function readHeld(table: Table, training: Table, formulaText: string): HeldRows {
  const { label } = table;
  const formula = readFormula(
    formulaText,
    training.columns.map(({ name }) => name),
  );
  const { target } = formula;
  if (table.rows === 0) throw new ModelError(label, '0 rows', 'at least 1');
  const column = (name: string): Column => {
    const found = table.columns.find((one) => one.name === name);
    const trained = training.columns.find((one) => one.name === name) as Column;
    if (!found) throw new ModelError(label, `no column "${name}"`, `the columns of ${training.label} that the formula has`);
    if (found.refused) throw found.refused;
    if (kindOf(found) !== kindOf(trained)) {
      throw new ModelError(`${label}, column "${name}"`, kindOf(found), `${kindOf(trained)}, as in ${training.label}`);
    }
    expectComplete(label, found);
    return found;
  };
  return {
    rows: table.rows,
    features: formula.features.map(column),
    target: column(target.type === 'survival' ? target.time : target.name),
    status: target.type === 'survival' ? column(target.status) : undefined,
    training,
  };
}

function kindOf({ type }: Column): string {
  return type === 'factor' ? 'text' : type === 'logical' ? 'TRUE and FALSE' : 'numbers';
}

/** Measures a trained model by such rows. */
export function validate(model: Predictor, trained: Trained, held: HeldRows): Validation {
  const metrics = measured(model, trained, held);
  return { rows: held.rows, metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))) };
}

function measured(model: Predictor, trained: Trained, held: HeldRows): Record<string, number> {
  const { kind } = trained.frame;
  if (kind === 'regression') return ofNumbers(answersTo(model, trained, held, first), held.target.values);
  if (kind === 'survival') return ofTimes(answersTo(model, trained, held, summed, 'chf'), held);
  const classes = model.schema.classes ?? [];
  const truth = classPlaces(classes, trained, held);
  if (kind === 'classification') return ofLabels(answersTo(model, trained, held, first), truth);
  const shares = classes.map((_, place) => answersTo(model, trained, held, (answer) => answer[place]!));
  return ofShares(shares, truth);
}

const first = (answer: Float64Array) => answer[0]!;
const summed = (answer: Float64Array) => answer.reduce((sum, one) => sum + one, 0);

/** A number of the answer to each row. */
function answersTo(
  model: Predictor,
  { frame }: Trained,
  { features, rows }: HeldRows,
  numberOf: (answer: Float64Array) => number,
  type?: 'chf',
): Float64Array {
  const usual = defaultParameters(model.schema);
  const parameters = type === undefined ? usual : { ...usual, type };
  const columns = features.map(({ levels, values }, at) => {
    const order = frame.features[at]?.levels;
    if (!levels || !order) return values;
    // respect.unordered.factors = "order" has put the levels in another order.
    const codes = new Map(order.map((level, place) => [level, place + 1]));
    return values.map((code) => codes.get(levels[code - 1] as string) ?? 0);
  });
  const out = new Float64Array(rows);
  for (let start = 0; start < rows; start += AT_ONCE) {
    const count = Math.min(AT_ONCE, rows - start);
    const cells = new Float64Array(count * columns.length);
    columns.forEach((values, column) => {
      for (let row = 0; row < count; row += 1) cells[row * columns.length + column] = values[start + row]!;
    });
    const answers = predictRows(model, cells, parameters);
    const width = answers.length / count;
    for (let row = 0; row < count; row += 1) out[start + row] = numberOf(answers.subarray(row * width, (row + 1) * width));
  }
  return out;
}

/** Each row's class by its place in the model; -1 where the model does not know it, and so is never right. */
function classPlaces(classes: readonly string[], { frame }: Trained, { target, training }: HeldRows): number[] {
  // R writes whole numbers that were read as such in another way than 1e+05 of others.
  const trained = training.columns.find(({ name }) => name === target.name) as Column;
  const isFactor = frame.formula.target.type === 'factor' || target.type === 'factor';
  const textOf = (value: number) => (isFactor ? factorText(trained, value) : String(value));
  const placeOf = new Map([...new Set(target.values)].map((value) => [value, classes.indexOf(textOf(value))]));
  return Array.from(target.values, (value) => placeOf.get(value) as number);
}

function ofNumbers(answers: Float64Array, truth: Float64Array): Record<string, number> {
  const mean = meanOf(truth, (value) => value);
  const mse = meanOf(truth, (value, row) => (answers[row]! - value) ** 2);
  const spread = meanOf(truth, (value) => (value - mean) ** 2);
  return { rmse: Math.sqrt(mse), mae: meanOf(truth, (value, row) => Math.abs(answers[row]! - value)), 'r.squared': 1 - mse / spread };
}

function ofLabels(answers: Float64Array, truth: number[]): Record<string, number> {
  return { accuracy: meanOf(truth, (place, row) => Number(answers[row] === place)) };
}

function ofShares(shares: Float64Array[], truth: number[]): Record<string, number> {
  const shareOf = (place: number, row: number) => shares[place]?.[row] ?? 0;
  const right = (place: number, row: number) => place !== -1 && shares.every((one) => one[row]! <= shareOf(place, row));
  const squares = (place: number, row: number) => shares.reduce((sum, one, at) => sum + (one[row]! - Number(at === place)) ** 2, 0);
  const aucs = shares.slice(shares.length === 2 ? 1 : 0).flatMap((one, at) => {
    const place = at + (shares.length === 2 ? 1 : 0);
    const roc = rocOf(
      one,
      truth.map((other) => other === place),
    );
    return roc ? [roc.auc] : [];
  });
  return {
    accuracy: meanOf(truth, (place, row) => Number(right(place, row))),
    'log.loss': meanOf(truth, (place, row) => -Math.log(Math.max(LEAST_SHARE, shareOf(place, row)))),
    brier: meanOf(truth, squares),
    ...(aucs.length === 0 ? {} : { auc: meanOf(aucs, (one) => one) }),
  };
}

/** Harrell's concordance; events are counted as in the training data, where 2 may be the event. */
function ofTimes(hazards: Float64Array, { target, status, training, rows }: HeldRows): Record<string, number> {
  const { name, values } = status as Column;
  const trained = training.columns.find((one) => one.name === name) as Column;
  const event = trained.type !== 'logical' && trained.values.some((value) => value === 2) ? 2 : 1;
  const events = Uint8Array.from(values, (value) => Number(value === event));
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  return { concordance: concordance({ y: target.values, status: events }, hazards, order) };
}

function meanOf<One>(all: { readonly length: number; readonly [at: number]: One }, of: (one: One, at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < all.length; at += 1) sum += of(all[at] as One, at);
  return sum / all.length;
}
