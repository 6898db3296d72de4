import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { readLink } from '../../formula/links.ts';
import { classOf, element, numbersOf, type RValue, typeOf } from '../../rds/values.ts';
import { readDesign } from './design.ts';
import { columnMeans } from './means.ts';
import { readSpread } from './spread.ts';

/** An lm or glm as a schema and a sum of columns. */
export type LinearModel = { schema: Schema; linear: Linear; call: string; isOfFused: boolean; read: Read; steps?: BoundStep[] } & {
  intervalParts: readonly IntervalPart[];
  means?: Float64Array;
};

/**
 * Turns what `lm()` or `glm()` returned into a sum of columns, as predict.lm and model.matrix would compute it from new data
 * (stats, lm.R, models.R and model.c). Of a glm's family only the names are read. Throws a ModelError that names what a
 * formula here may not have.
 */
export function readLinear(value: RValue, label: string): LinearModel {
  const isGlm = classOf(value).includes('glm');
  const call = element(value, 'call');
  const offset = call?.type === 'language' ? call.values[call.tags.indexOf('offset')] : undefined;
  const [terms, xlevels, contrasts, frame, data] = ['terms', 'xlevels', 'contrasts', 'model', 'data'].map((part) => element(value, part));
  const { features, steps, columns, offsets, isOfFused, read } = readDesign(
    { terms, xlevels, contrasts, frame, offset, call, data },
    label,
  );
  const { order, coefficients } = readCoefficients(value, columns.length, label);
  const schema: Schema = { kind: 'regression', features, takesMissing: false, types: isGlm ? ['response', 'link'] : ['response'] };
  const linear: Linear = {
    columns: order.map((column) => columns[column] as Expression[]),
    coefficients,
    offsets,
    ...(isGlm ? readLink(value, label) : { link: 'identity' }),
  };
  const intervalParts = readSpread(value, coefficients.length, label);
  const means = summandMeans(value, linear, label);
  const beside = { ...(steps.length > 0 ? { steps } : {}), ...(means ? { means } : {}) };
  const made = { schema, linear, intervalParts, isOfFused, read, ...beside };
  return { ...made, call: call?.type === 'language' ? deparse(call) : isGlm ? 'glm' : 'lm' };
}

/** How far from 1 the mean of the intercept's column may come out; further, the decomposition is of other rows than it seems. */
const MOST_ROUNDING = 1e-6;

/** The mean of each summand over the training rows, where the file tells it: each column by its coefficient, then an offset. */
function summandMeans(value: RValue, { columns, coefficients, offsets }: Linear, label: string): Float64Array | undefined {
  const means = columnMeans(value, coefficients.length, label);
  if (means && !columns.every((column, at) => column.length > 0 || Math.abs(means[at]! - 1) <= MOST_ROUNDING)) return undefined;
  const offset = offsets.length === 1 ? element(value, 'offset') : undefined;
  const isKnown = offsets.length === 0 || (offset?.type === 'double' && offset.values.length > 0 && offset.values.every(Number.isFinite));
  if (!means || !isKnown) return undefined;
  const summands = coefficients.map((coefficient, column) => coefficient * means[column]!);
  return offset?.type === 'double' ? Float64Array.of(...summands, meanOf(offset.values)) : summands;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Which columns have coefficients and in what order they are summed: the first `rank` pivots of the QR decomposition (predict.lm). */
export function readCoefficients(value: RValue, columns: number, label: string): { order: number[]; coefficients: Float64Array } {
  const all = numbersOf(element(value, 'coefficients'), `${label}'s coefficients`);
  if (all.length !== columns)
    throw new ModelError(`${label}'s coefficients`, String(all.length), `${columns}, one a column of its formula`);
  const [rank] = numbersOf(element(value, 'rank'), `${label}'s rank`);
  if (!(rank !== undefined && Number.isInteger(rank) && rank >= 0 && rank <= columns))
    throw new ModelError(`${label}'s rank`, String(rank), `0 to ${columns}`);
  if (rank === 0) return { order: [], coefficients: new Float64Array() };
  const qr = element(value, 'qr');
  if (!qr)
    throw new ModelError(`${label}'s qr`, typeOf(qr), "a QR decomposition, without which R's predict() fails too: fit with qr = TRUE");
  // earth() gives a glm of the intercept alone one more column, without a coefficient.
  const pivots = Array.from(numbersOf(element(qr, 'pivot'), `${label}'s pivots`)).slice(0, columns === 1 ? 1 : undefined);
  const isOrder = pivots.length === columns && [...pivots].sort((a, b) => a - b).every((pivot, at) => pivot === at + 1);
  if (!isOrder) throw new ModelError(`${label}'s pivots`, 'other numbers', `1 to ${columns}, each once`);
  const order = pivots.slice(0, rank).map((pivot) => pivot - 1);
  const coefficients = Float64Array.from(order, (column) => all[column]!);
  const wrong = coefficients.findIndex((coefficient) => !Number.isFinite(coefficient));
  if (wrong >= 0) throw new ModelError(`${label}'s coefficient ${order[wrong]! + 1}`, String(coefficients[wrong]), 'a finite number');
  return { order, coefficients };
}
