import { MAX_BACKGROUND } from '../../shared/explain/limits.ts';
import { generator } from '../../shared/math/generator.ts';
import type { Feature, Schema } from '../../shared/schema/features.ts';
import { fromBits, toBits } from '../../shared/schema/integer64.ts';

/** Most bins of a column's histogram. */
const MOST_BINS = 20;
const SEED = 1;

/**
 * Background rows of training rows that lie side by side, at most 100: real ones, chosen by a fixed seed; or synthetic ones, each column
 * drawn by itself. A number lies evenly within a bin of its column's histogram (and is whole where all of the column are), a level or a
 * logical value comes as often as in the data, and so do missing values. So no row is copied, and no fraction is.
 */
export function drawBackground({ features }: Schema, rows: Float64Array, isReal: boolean): Float64Array {
  const width = features.length;
  const random = generator(SEED);
  const count = rows.length / width;
  if (isReal) {
    const chosen = shuffled(count, random)
      .slice(0, MAX_BACKGROUND)
      .sort((a, b) => a - b);
    return Float64Array.from(chosen.flatMap((row) => [...rows.subarray(row * width, (row + 1) * width)]));
  }
  const out = new Float64Array(MAX_BACKGROUND * width);
  features.forEach((feature, column) => {
    const values = Float64Array.from({ length: count }, (_, row) => rows[row * width + column]!);
    const drawn = drawColumn(feature, values, random);
    for (let row = 0; row < MAX_BACKGROUND; row += 1) out[row * width + column] = drawn[row]!;
  });
  return out;
}

/** The places from 0 up to a count in a random order. */
export function shuffled(count: number, random: () => number): number[] {
  const places = Array.from({ length: count }, (_, place) => place);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [places[last], places[other]] = [places[other]!, places[last]!];
  }
  return places;
}

/** Values like those of a column: one at each hundredth of it, in a random order. */
function drawColumn({ type }: Feature, values: Float64Array, random: () => number): number[] {
  const isBits = type === 'integer64';
  const known = values.filter((value) => !Number.isNaN(value)).map((value) => (isBits ? fromBits(value) : value));
  const missing = values.length - known.length;
  const sorted = known.sort();
  const drawOne = type === 'factor' || type === 'logical' ? drawKnown : drawBinned;
  const draw = drawOne(sorted, random);
  const order = shuffled(MAX_BACKGROUND, random);
  return order.map((place) => {
    const at = ((place + random()) / MAX_BACKGROUND) * values.length;
    if (at < missing) return Number.NaN;
    const value = draw((at - missing) / known.length);
    return isBits ? toBits(value) : value;
  });
}

/** A value by how much of the column lies below it. */
type Draw = (share: number) => number;

function drawKnown(sorted: Float64Array): Draw {
  return (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

/** A number that lies evenly within the bin of the value there; a whole one where all are. */
function drawBinned(sorted: Float64Array, random: () => number): Draw {
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const bins = Math.max(1, Math.min(MOST_BINS, Math.ceil(Math.sqrt(sorted.length))));
  const isWhole = sorted.every(Number.isSafeInteger);
  // A whole number has room for itself.
  const [from, to] = isWhole ? [least - 0.5, most + 0.5] : [least, most];
  const width = to / bins - from / bins;
  const known = drawKnown(sorted);
  return (share) => {
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((known(share) - from) / width)) : 0;
    const place = (bin + random()) / bins;
    const value = from * (1 - place) + to * place;
    return isWhole ? Math.min(most, Math.max(least, Math.round(value))) : value;
  };
}
