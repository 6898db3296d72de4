import type { Model } from '../../../shared/artifact.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Trained } from '../train.ts';
import { classNames } from './metrics.ts';

/** Most features with a curve, points of one, and rows that a point is the mean over: bounds on the time a report takes. */
const MAX_CURVES = 12;
const POINTS = 40;
const ROWS = 50;

/**
 * How the prediction changes with one feature, all others as in rows of the data (partial dependence): the mean number
 * (regression), or each class's share or share of votes. `labels` are a factor's levels.
 */
export type Curve = { feature: string; x: number[]; labels: string[] | undefined; series: { name: string; y: number[] }[] };

/** A curve for each feature, the most important ones where that is known; none for survival. */
export function responseCurves(trained: Trained, model: Model): Curve[] {
  const { frame, data, grown } = trained;
  if (frame.kind === 'survival') return [];
  const order = frame.features.map((_, column) => column);
  const { importance } = grown;
  if (importance) order.sort((one, other) => importance[other]! - importance[one]!);
  return order.slice(0, MAX_CURVES).map((column) => curveOf(trained, model, column, data.rows));
}

function curveOf({ frame, data }: Trained, model: Model, column: number, rows: number): Curve {
  const feature = frame.features[column] as (typeof frame.features)[number];
  const x = gridOf(data.values.subarray(data.offsets[column], data.offsets[column + 1]), feature.type === 'factor');
  const width = frame.columns.length;
  // With one feature there is nothing to take a mean over.
  const step = width === 1 ? rows : Math.max(1, Math.ceil(rows / ROWS));
  const chosen = Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step);
  const cells = new Float64Array(x.length * chosen.length * width);
  let at = 0;
  for (const value of x) {
    for (const row of chosen) {
      frame.columns.forEach((own, other) => {
        cells[at + other] = other === column ? value : own.values[row]!;
      });
      at += width;
    }
  }
  const outputs = predictRows(model, cells);
  const names =
    frame.kind === 'regression'
      ? [frame.formula.text.split('~')[0]?.trim() ?? '']
      : (model.schema.classes ?? classNames(frame.classes, data.classValues));
  const perRow = outputs.length / (x.length * chosen.length);
  const series = names.map((name, place) => ({
    name,
    y: x.map((_, point) => {
      let sum = 0;
      for (let row = 0; row < chosen.length; row += 1) {
        const start = (point * chosen.length + row) * perRow;
        sum += frame.kind === 'classification' ? Number(outputs[start] === place) : outputs[start + place]!;
      }
      return sum / chosen.length;
    }),
  }));
  return { feature: feature.name, x, labels: feature.type === 'factor' ? feature.levels : undefined, series };
}

/** The values themselves where they are few, else points at equal steps between the 1st and the 99th of a hundred. */
function gridOf(distinct: Float64Array, isFactor: boolean): number[] {
  if (isFactor || distinct.length <= POINTS) return Array.from(distinct);
  const low = distinct[Math.floor(0.01 * (distinct.length - 1))]!;
  const high = distinct[Math.ceil(0.99 * (distinct.length - 1))]!;
  return Array.from({ length: POINTS }, (_, at) => low + ((high - low) * at) / (POINTS - 1));
}
