import { generator } from '../../shared/math/generator.ts';
import type { Proved } from './functions.ts';

const DOUBLES = new Float64Array(1);
const SINGLES = new Float32Array(1);
const WORDS = new Uint32Array(DOUBLES.buffer);
const SINGLE_WORD = new Uint32Array(SINGLES.buffer);
const BITS = new BigInt64Array(DOUBLES.buffer);

const SPECIAL = [
  ...[0, 1, 2, 0.5, 3, 10, Math.LN2, Math.LOG2E, Math.E, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, 2 ** -126, 2 ** -149, 2 ** 128],
  ...[2 ** 53, 2 ** 52 + 0.5, 2 ** 31, 2 ** 63, 2 ** 64, Number.POSITIVE_INFINITY, Number.NaN],
];
/** How many doubles on each side of an edge are taken. */
const AROUND = 40;

/** A generator of whole numbers from 0 to 2^32 - 1, the same for the same seed. */
export function wholes(seed: number): () => number {
  const random = generator(seed);
  return () => random() * 2 ** 32;
}

/** The double that lies so many doubles further from zero (nearer to it, where `by` is negative). */
function stepped(x: number, by: number): number {
  DOUBLES[0] = x;
  BITS[0] = BITS[0]! + BigInt(by);
  return DOUBLES[0]!;
}

/** Special values, and all doubles around the edges of a function. */
function chosen({ edges }: Proved): number[] {
  const around = [...edges, 1].flatMap((edge) => Array.from({ length: 2 * AROUND + 1 }, (_, at) => stepped(edge, at - AROUND)));
  return [...SPECIAL, ...around].flatMap((x) => [x, -x]);
}

/** One argument: any bits; any size of 2^-60 to 2^60; a stretch's; a short decimal of a stretch, as data have them. */
function argument(proved: Proved, random: () => number, way: number): number {
  const unit = (random() + random() * 2 ** -32) * 2 ** -32;
  if (way === 0) {
    if (proved.single) {
      SINGLE_WORD[0] = random();
      return SINGLES[0]!;
    }
    WORDS[0] = random();
    WORDS[1] = random();
    return DOUBLES[0]!;
  }
  if (way === 1) return (1 + unit) * 2 ** ((random() % 121) - 60) * (random() & 1 ? 1 : -1);
  const [low, high] = proved.ranges[random() % proved.ranges.length]!;
  const x = low + unit * (high - low);
  return way === 2 ? x : Math.round(x * 1000) / 1000;
}

/** How many ways argument() has; stretches and decimals are taken twice as often. */
const WAYS = [0, 1, 2, 2, 3] as const;

/** So many arguments of a function, in random order of kinds; pairs lie one after another. The first ones are the chosen ones. */
export function* argumentsOf(proved: Proved, count: number, seed: number, most = 1 << 17): Generator<Float64Array> {
  const random = wholes(seed);
  const first = chosen(proved);
  const width = proved.pairs ? 2 : 1;
  const pairs = proved.pairs ? first.length ** 2 : first.length;
  for (let from = 0; from < count; from += most) {
    const rows = Math.min(most, count - from);
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row += 1) {
      const at = from + row;
      const picked = at < Math.min(pairs, count / 4);
      // Pairs of chosen values: by a prime's steps, so that the first of many combine all with all.
      const pick = picked ? (proved.pairs ? (at * 7919) % pairs : at) : 0;
      const way = WAYS[random() % WAYS.length]!;
      for (let place = 0; place < width; place += 1) {
        const x = picked
          ? first[place === 0 ? pick % first.length : Math.floor(pick / first.length)]!
          : argument(proved, random, place === 0 ? way : WAYS[random() % WAYS.length]!);
        // JavaScript does not tell a signalling NaN from a quiet one.
        out[row * width + place] = Number.isNaN(x) ? Number.NaN : proved.single ? Math.fround(x) : x;
      }
    }
    yield out;
  }
}
