import type { Kind } from '../../../shared/schema/features.ts';
import { lowerBound } from '../numbers/std-random.ts';

/** What a forest may be grown for: what is served here, and survival. */
export type TrainKind = Exclude<Kind, 'columns'> | 'survival';

/** A feature as numbers, as R's data.matrix() makes them: values, 1 or 0, or the places of a factor's levels from 1. */
export type NumericColumn = { name: string; values: Float64Array; ordered: boolean };

/**
 * The training data in shared memory, so that all threads read one copy. A cell is kept as the rank of its value among its
 * column's distinct values (ranger's index_data), 2 or 4 bytes instead of ranger's 16.
 */
export type TrainingData = {
  kind: TrainKind;
  rows: number;
  columns: number;
  /** Column after column: the rank of each row's value. They lie at the start of `memory`. */
  ranks: Uint16Array | Uint32Array;
  memory: WebAssembly.Memory;
  /** Every column's distinct values, ascending; those of column c are at `offsets[c]` up to `offsets[c + 1]`. */
  values: Float64Array;
  offsets: Uint32Array;
  /** One flag a column: 0 where splits are sets of levels. */
  ordered: Uint8Array;
  /** The target: a number, a class's value, or a time. */
  y: Float64Array;
  /** Classes in the order they appear in, as ranger numbers them, and each row's. */
  classValues: Float64Array;
  classIds: Uint32Array;
  /** Survival: 1 where the time is that of an event; the distinct times, ascending, and the place of each row's. */
  status: Uint8Array;
  times: Float64Array;
  timeIds: Uint32Array;
  /** A weight a row, or none; a weight a class, in the order of classValues. */
  caseWeights: Float64Array;
  classWeights: Float64Array;
};

/** What goes into training beside the columns; rows without missing values. */
export type Target = { kind: TrainKind; y: Float64Array; status?: Uint8Array | undefined };

/** Makes the columns and the target ready for growing. */
export function indexData(columns: NumericColumn[], target: Target, caseWeights: Float64Array = new Float64Array(0)): TrainingData {
  const rows = target.y.length;
  const offsets = sharedUint32(columns.length + 1);
  const distinct = columns.map(({ values }, column) => {
    const found = distinctValues(values);
    offsets[column + 1] = offsets[column]! + found.length;
    return found;
  });
  const isShort = distinct.every(({ length }) => length <= 65_536);
  const pages = Math.ceil((rows * columns.length * (isShort ? 2 : 4)) / 65_536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const ranks = new (isShort ? Uint16Array : Uint32Array)(memory.buffer, 0, rows * columns.length);
  columns.forEach(({ values }, column) => {
    rankInto(values, distinct[column] as Float64Array, ranks, column * rows);
  });
  const values = sharedFloat64(offsets[columns.length]!);
  distinct.forEach((found, column) => {
    values.set(found, offsets[column]);
  });
  const classes = target.kind === 'classification' || target.kind === 'probability' ? [...new Set(target.y)] : [];
  const placeOf = new Map(classes.map((value, place) => [value, place]));
  const times = target.kind === 'survival' ? distinctValues(target.y) : new Float64Array(0);
  const timeIds = sharedUint32(target.kind === 'survival' ? rows : 0);
  if (target.kind === 'survival') rankInto(target.y, times, timeIds, 0);
  return {
    kind: target.kind,
    rows,
    columns: columns.length,
    ranks,
    memory,
    values,
    offsets,
    ordered: shared(Uint8Array.from(columns, (column) => (column.ordered ? 1 : 0))),
    y: shared(target.y),
    classValues: shared(Float64Array.from(classes)),
    classIds: classes.length > 0 ? shared(Uint32Array.from(target.y, (value) => placeOf.get(value) as number)) : new Uint32Array(0),
    status: shared(target.status ?? new Uint8Array(0)),
    times: shared(times),
    timeIds,
    caseWeights: shared(caseWeights),
    classWeights: shared(new Float64Array(classes.length).fill(1)),
  };
}

/** A row's value in a column. */
export function valueAt(data: TrainingData, row: number, column: number): number {
  return data.values[data.offsets[column]! + data.ranks[column * data.rows + row]!]!;
}

/** The greatest number of distinct values a column has. */
export function mostDistinct({ offsets, columns }: TrainingData): number {
  let most = 0;
  for (let column = 0; column < columns; column += 1) {
    most = Math.max(most, offsets[column + 1]! - offsets[column]!);
  }
  return most;
}

function distinctValues(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  let count = 0;
  for (const value of sorted) {
    if (count > 0 && sorted[count - 1] === value) continue;
    sorted[count] = value;
    count += 1;
  }
  return sorted.slice(0, count);
}

/**
 * Writes the rank of each value among the distinct ones, from `start` on. The search begins between the first values of two buckets of equal
 * width, as many as there are values, since a search among all of them misses the caches at each step.
 */
function rankInto(values: Float64Array, distinct: Float64Array, ranks: Uint16Array | Uint32Array, start: number): void {
  const count = distinct.length;
  const least = distinct[0]!;
  const width = distinct[count - 1]! - least;
  // Without a width, or with one beyond the doubles, all values are in the first bucket.
  const scale = width > 0 && Number.isFinite(width) && Number.isFinite(count / width) ? (count - 1) / width : 0;
  const firsts = new Uint32Array(count + 1).fill(count);
  for (let rank = count - 1; rank >= 0; rank -= 1) firsts[Math.floor((distinct[rank]! - least) * scale)] = rank;
  for (let bucket = count - 1; bucket >= 0; bucket -= 1) firsts[bucket] = Math.min(firsts[bucket]!, firsts[bucket + 1]!);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row]!;
    const bucket = Math.floor((value - least) * scale);
    ranks[start + row] = lowerBound(distinct, firsts[bucket]!, firsts[bucket + 1]!, value);
  }
}

function sharedUint32(length: number): Uint32Array<SharedArrayBuffer> {
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

function sharedFloat64(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}

/** The same numbers in shared memory. */
function shared<T extends Float64Array | Uint32Array | Uint8Array>(numbers: T): T {
  const buffer = new SharedArrayBuffer(numbers.byteLength);
  const copy = new (numbers.constructor as new (buffer: SharedArrayBuffer) => T)(buffer);
  copy.set(numbers);
  return copy;
}
