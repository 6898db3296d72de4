import type { Model } from '../../../shared/artifact.ts';
import { predictRows } from '../../../shared/predict.ts';
import type { Trained } from '../train.ts';
import { classesOf } from './metrics.ts';

/** Points of a curve, rows that a point is the mean over, and predictions of all curves together: bounds on the time a report takes. */
const POINTS = 40;
const ROWS = 50;
const MAX_PREDICTIONS = 2_000_000;
/** Most curves, and most whole values that have a bar each. */
const MAX_CURVES = 200;
const MAX_BARS = 12;

/**
 * How the prediction changes with one feature, all others as in rows of the data (partial dependence): the mean number
 * (regression), or each class's share or share of votes. `labels` are the names of values that stand for themselves (levels, no and
 * yes, a few whole numbers) and are drawn as bars; `isWhole` that there is nothing between the values, which are drawn as steps.
 */
export type Curve = {
  feature: string;
  x: number[];
  labels: string[] | undefined;
  isWhole: boolean;
  series: { name: string; y: number[] }[];
};

/** The curves of a forest, and how many features have none: there are more than are drawn. */
export type Curves = { curves: Curve[]; left: number };

/** A curve for each feature, the most important first where that is known; none for survival. */
export function responseCurves(trained: Trained, model: Model): Curves {
  const { frame, data, grown } = trained;
  if (frame.kind === 'survival') return { curves: [], left: 0 };
  const order = frame.features.map((_, column) => column);
  const { importance } = grown;
  if (importance) order.sort((one, other) => importance[other]! - importance[one]!);
  const chosen = order.slice(0, MAX_CURVES);
  const rows = Math.max(1, Math.min(ROWS, Math.floor(MAX_PREDICTIONS / POINTS / chosen.length)));
  const curves = chosen.map((column) => curveOf(trained, model, column, frame.columns.length === 1 ? data.rows : rows));
  return { curves, left: order.length - chosen.length };
}

/** A feature's curve, each point the mean over at most `most` rows. */
function curveOf(trained: Trained, model: Model, column: number, most: number): Curve {
  const { frame, data } = trained;
  const feature = frame.features[column] as (typeof frame.features)[number];
  const distinct = data.values.subarray(data.offsets[column], data.offsets[column + 1]);
  const isFactor = feature.type === 'factor';
  const isWhole = isFactor || distinct.every((value) => Number.isInteger(value));
  const x = gridOf(distinct, isFactor, isWhole);
  const step = Math.max(1, Math.ceil(data.rows / most));
  const chosen = Array.from({ length: Math.ceil(data.rows / step) }, (_, at) => at * step);
  const outputs = predictRows(model, cellsOf(trained, column, x, chosen));
  const names = frame.kind === 'regression' ? [frame.formula.text.split('~')[0]?.trim() ?? ''] : classesOf(trained).names;
  const places = names.map((name) => Math.max(0, model.schema.classes?.indexOf(name) ?? 0));
  const perRow = outputs.length / (x.length * chosen.length);
  const series = names.map((name, curve) => ({
    name,
    y: x.map((_, point) => {
      let sum = 0;
      for (let row = 0; row < chosen.length; row += 1) {
        const start = (point * chosen.length + row) * perRow;
        const place = places[curve]!;
        sum += frame.kind === 'classification' ? Number(outputs[start] === place) : outputs[start + place]!;
      }
      return sum / chosen.length;
    }),
  }));
  return { feature: feature.name, x, labels: labelsOf(feature, x, isWhole), isWhole, series };
}

/** The rows of the data with one feature at each value of x, row after row. */
function cellsOf({ frame }: Trained, column: number, x: number[], chosen: number[]): Float64Array {
  const width = frame.columns.length;
  const cells = new Float64Array(x.length * chosen.length * width);
  let at = 0;
  for (const value of x) {
    for (const row of chosen) {
      frame.columns.forEach(({ values }, other) => {
        cells[at + other] = other === column ? value : values[row]!;
      });
      at += width;
    }
  }
  return cells;
}

/** What stands at bars; undefined where a line is drawn. */
function labelsOf({ type, levels }: Trained['frame']['features'][number], x: number[], isWhole: boolean): string[] | undefined {
  if (type === 'factor') return x.map((code) => levels?.[code - 1] ?? String(code));
  if (type === 'logical') return x.map((value) => (value === 0 ? 'FALSE' : 'TRUE'));
  return isWhole && x.length <= MAX_BARS ? x.map(String) : undefined;
}

/** The values themselves where they are few, else points at equal steps between the 1st and the 99th of a hundred. */
function gridOf(distinct: Float64Array, isFactor: boolean, isWhole: boolean): number[] {
  if (isFactor || distinct.length <= POINTS) return Array.from(distinct);
  const low = distinct[Math.floor(0.01 * (distinct.length - 1))]!;
  const high = distinct[Math.ceil(0.99 * (distinct.length - 1))]!;
  const points = Array.from({ length: POINTS }, (_, at) => low + ((high - low) * at) / (POINTS - 1));
  return isWhole ? Array.from(new Set(points.map(Math.round))) : points;
}
