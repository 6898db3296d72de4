import type { Trained } from '../train.ts';
import { type Roc, rocOf } from './roc.ts';

/** How often each predicted class stands for each true one, out of the bag; rows are true classes. */
export type Confusion = { classes: string[]; counts: number[][] };
/** Rows in one range of predicted shares: their mean share, and how many of them are of the class. */
export type CalibrationBin = { share: number; observed: number; rows: number };

/** A forest's measures out of the bag, in ranger's words; NaN where no row was out of a bag. */
export type Metrics = {
  /** Numbers by name, ranger's prediction.error first. */
  numbers: Record<string, number>;
  confusion?: Confusion;
  /** For probabilities: each class's calibration, in ten ranges. */
  calibration?: { name: string; bins: CalibrationBin[] }[];
  /** For probabilities: each class against the others, in the order of the classes; undefined where there are no others. */
  rocs?: { name: string; roc: Roc | undefined }[];
  /** Column to importance, the greatest first. */
  importance?: [string, number][];
};

/** What the trees say of rows they were not grown with, and of columns. */
export function measure({ frame, data, grown }: Trained): Metrics {
  const { ids, names } = classesOf({ frame, data });
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const truth = data.classIds.map((id) => placeOf.get(id) as number);
  const { oob, importance } = grown;
  const sorted = importance && Array.from(importance, (value, at): [string, number] => [frame.features[at]?.name ?? '', value]);
  const ranked = sorted ? { importance: sorted.sort(([, one], [, other]) => other - one) } : {};
  if (!oob) return { numbers: {}, ...ranked };
  const error = { 'prediction.error': oob.error };
  switch (frame.kind) {
    case 'regression':
      return { numbers: { ...error, 'r.squared': 1 - oob.error / variance(data.y) }, ...ranked };
    case 'survival':
      return { numbers: { ...error, concordance: 1 - oob.error }, ...ranked };
    case 'classification': {
      const places = Array.from(oob.predictions, (value) => placeOf.get(data.classValues.indexOf(value)) ?? -1);
      return { numbers: { ...error, accuracy: 1 - oob.error }, confusion: confuse(names, truth, places), ...ranked };
    }
    case 'probability': {
      const shares = (row: number) => oob.predictions.subarray(row * oob.width, (row + 1) * oob.width);
      const places = Array.from(data.classIds, (_, row) => {
        const chances = shares(row);
        return chances.some(Number.isNaN) ? -1 : (placeOf.get(chances.indexOf(Math.max(...chances))) as number);
      });
      const known = places.filter((place) => place !== -1).length;
      const right = places.filter((place, row) => place === truth[row]).length;
      const calibration = names.map((name, place) => {
        return { name, bins: calibrate(truth, place, (row) => shares(row)[ids[place]!]!) };
      });
      const rocs = names.map((name, place) => {
        const chances = Float64Array.from(truth, (_, row) => shares(row)[ids[place]!]!);
        return {
          name,
          roc: rocOf(
            chances,
            Array.from(truth, (id) => id === place),
          ),
        };
      });
      const confusion = confuse(names, truth, places);
      const numbers = { ...error, accuracy: right / known, ...meanAuc(rocs) };
      return { numbers, confusion, calibration, rocs, ...ranked };
    }
  }
}

/** The area under the curve: of two classes that of the last, of more the mean of each against the others. */
function meanAuc(rocs: NonNullable<Metrics['rocs']>): Record<string, number> {
  const known = rocs.slice(rocs.length === 2 ? 1 : 0).flatMap(({ roc }) => (roc ? [roc.auc] : []));
  return known.length === 0 ? {} : { auc: known.reduce((sum, auc) => sum + auc, 0) / known.length };
}

/**
 * The classes in the one order that a report shows them in: that of their levels, or numbers. ranger itself counts them as they appear;
 * `ids` are their places in that.
 */
export function classesOf({ frame, data }: Pick<Trained, 'frame' | 'data'>): { ids: number[]; names: string[] } {
  const { classValues } = data;
  const ids = Array.from(classValues.keys()).sort((one, other) => classValues[one]! - classValues[other]!);
  const all = classNames(frame.classes, classValues);
  return { ids, names: ids.map((id) => all[id] as string) };
}

/** The names of classes in the order of classValues. */
function classNames(classes: string[] | undefined, values: Float64Array): string[] {
  return Array.from(values, (value) => classes?.[value - 1] ?? String(value));
}

/** The sample variance. */
function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

function confuse(classes: string[], truth: Uint32Array, places: number[]): Confusion {
  const counts = classes.map(() => classes.map(() => 0));
  places.forEach((place, row) => {
    const ofTruth = counts[truth[row]!] as number[];
    if (place !== -1) ofTruth[place] = ofTruth[place]! + 1;
  });
  return { classes, counts };
}

function calibrate(truth: Uint32Array, place: number, shareOf: (row: number) => number): CalibrationBin[] {
  const bins = Array.from({ length: 10 }, (): CalibrationBin => ({ share: 0, observed: 0, rows: 0 }));
  truth.forEach((right, row) => {
    const share = shareOf(row);
    if (Number.isNaN(share)) return;
    const bin = bins[Math.min(9, Math.floor(share * 10))] as CalibrationBin;
    bin.rows += 1;
    bin.share += share;
    bin.observed += right === place ? 1 : 0;
  });
  return bins.filter(({ rows }) => rows > 0).map(({ share, observed, rows }) => ({ share: share / rows, observed: observed / rows, rows }));
}
