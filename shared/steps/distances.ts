import { ModelError } from '../errors.ts';
import { logPlain, log as naturalLog } from '../math/log.ts';
import type { Schema } from '../schema/features.ts';
import type { Column, StepKind } from './kind.ts';
import { longSum } from './long-sum.ts';
import { placesIn } from './places.ts';
import { times } from './projection.ts';

/**
 * Columns divided by their row's norm; where `skips` is set, missing values do not count in it. Where `least` is given, columns of a
 * norm up to it become 0.
 */
export type SpatialSignStep = { step: 'spatial-sign'; of: string; columns: number[]; skips: boolean; least?: number };
/** Behind all columns the squared Mahalanobis distance to each centre, by its inverse covariance; or the logarithm of that. */
export type DistancesStep = {
  step: 'distances';
  of: string;
  from: number[];
  centers: number[][];
  inverses: number[][][];
  log: boolean;
  names: string[];
};

/** step_spatialsign(). */
export const SPATIAL_SIGN: StepKind<SpatialSignStep> = {
  step: 'spatial-sign',
  check: ({ columns, least }, schema, label) => {
    if (!arePlaces(columns, schema) || columns.length === 0)
      throw new ModelError(`${label}'s spatial sign`, 'other columns', 'places of columns');
    if (least !== undefined && !(typeof least === 'number' && least >= 0 && Number.isFinite(least)))
      throw new ModelError(`${label}'s spatial sign`, 'another least norm', 'a finite number from 0 on');
  },
  columns: ({ columns }, schema) => {
    const made = new Set(columns);
    return schema.features.map((feature, at): Column => (made.has(at) ? { name: feature.name, type: 'number', computed: true } : feature));
  },
  compile: ({ columns, skips, least = -1 }, schema) => {
    const width = schema.features.length;
    return (rows, count) => {
      const out = rows.slice();
      for (let row = 0; row < count; row += 1) {
        const values = columns.map((place) => rows[row * width + place]!);
        const norm = Math.sqrt(sumOf(values.filter((value) => !skips || !Number.isNaN(value)).map((value) => value * value)));
        columns.forEach((place, at) => {
          out[row * width + place] = norm <= least ? values[at]! * 0 : values[at]! / norm;
        });
      }
      return out;
    };
  },
  source: ({ columns }, place) => (placesIn(columns).has(place) ? undefined : place),
  uses: ({ columns }, place) => (placesIn(columns).has(place) ? columns : [place]),
};

/** step_classdist(). */
export const DISTANCES: StepKind<DistancesStep> = {
  step: 'distances',
  check: ({ from, centers, inverses, names }, schema, label) => {
    const fail = () => new ModelError(`${label}'s distances`, 'another form', 'a centre, a matrix and a name for each class');
    if (!arePlaces(from, schema) || !Array.isArray(names) || names.length === 0) throw fail();
    const areNumbers = (list: unknown) => Array.isArray(list) && list.length === from.length && list.every(Number.isFinite);
    const isMatrix = (matrix: unknown) => Array.isArray(matrix) && matrix.length === from.length && matrix.every(areNumbers);
    const isWhole = Array.isArray(centers) && centers.length === names.length && centers.every(areNumbers);
    if (!isWhole || !Array.isArray(inverses) || inverses.length !== names.length || !inverses.every(isMatrix)) throw fail();
    if (!names.every((name) => typeof name === 'string')) throw fail();
  },
  columns: ({ names }, schema) => [...schema.features, ...names.map((name): Column => ({ name, type: 'number', computed: true }))],
  compile: ({ from, centers, inverses, log, names }, schema) => {
    const [width, to] = [schema.features.length, schema.features.length + names.length];
    const logarithm = schema.libm === 'plain' ? logPlain : naturalLog;
    return (rows, count) => {
      const out = new Float64Array(count * to);
      for (let row = 0; row < count; row += 1) {
        out.set(rows.subarray(row * width, (row + 1) * width), row * to);
        centers.forEach((center, which) => {
          const x = from.map((place, at) => rows[row * width + place]! - center[at]!);
          const products = times(x, inverses[which]!);
          const distance = sumOf(x.map((value, column) => products[column]! * value));
          out[row * to + width + which] = log ? logarithm(distance) : distance;
        });
      }
      return out;
    };
  },
  source: (_, place) => place,
  uses: ({ from }, place, columns) => (place < columns ? [place] : from),
};

/** A sum as R's rowSums() has it, which adds in more digits than a double's and rounds once. */
function sumOf(values: number[]): number {
  const [high, low] = longSum(values);
  return Number.isFinite(high) ? high + low : high;
}

function arePlaces(list: unknown, schema: Schema): list is number[] {
  const most = schema.features.length;
  return Array.isArray(list) && list.every((place) => Number.isInteger(place) && place >= 0 && place < most) && list.length <= most;
}
