import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bucketCode, type Ranked, rankCode } from '../../../shared/bodies/forest/kernels/rank-code.ts';
import { rankIndex } from '../../../shared/bodies/forest/kernels/rank-index.ts';
import { countBelow, hasLevel } from '../../../shared/bodies/forest/packed.ts';
import * as w from '../../../shared/wasm/assembler.ts';

/** Numbers as models have them, and any doubles: infinities, subnormals and NaN among them. */
const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }).map((whole) => whole / 2),
  fc.double({ noNaN: false }),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -5e-324, 1e308, -1e308),
);
const thresholds = fc
  .array(number, { minLength: 1, maxLength: 60 })
  // -0 as 0, which is the same threshold.
  .map((drawn) => Float64Array.from(new Set(drawn.filter((one) => !Number.isNaN(one)).map((one) => one + 0))).sort())
  .filter((cuts) => cuts.length > 0);

/** What gives the ranks of a row of values, by a module made for these features: thresholds, or a number of levels. */
function ranker(features: (Float64Array | number)[]): (values: number[]) => number[] {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const [row, buckets, ranks] = [16, 1_024, 2_048];
  let end = 4_096;
  const put = (content: Float64Array | Int32Array) => {
    const at = end;
    new Uint8Array(memory.buffer, at, content.byteLength).set(new Uint8Array(content.buffer));
    end += Math.ceil(content.byteLength / 8) * 8;
    return at;
  };
  const ranked = features.map((feature): Ranked => {
    if (typeof feature === 'number') return { ranks: feature + 1, firsts: 0, cuts: 0 };
    const index = rankIndex(feature);
    return { ranks: feature.length + 1, index, firsts: put(index.firsts), cuts: put(index.cuts) };
  });
  const locals = { row: 0, rank: 1, bits: 2, value: 3 };
  const body = [
    ...bucketCode(ranked, buckets, locals),
    ...ranked.flatMap((one, feature) => [...w.i32(0), ...rankCode(feature, one, buckets, locals), ...w.storeI32(ranks + 4 * feature)]),
  ];
  const code: w.WasmFunction = { name: 'rank', params: ['i32'], locals: ['i32', 'i32', 'f64'], body };
  const { rank } = w.instantiate([code], [{ memory, pages: 4, shared: false }]);
  return (values) => {
    new Float64Array(memory.buffer, row).set(values);
    rank?.(row);
    return [...new Int32Array(memory.buffer, ranks, features.length)];
  };
}

test('a rank by the index is that of a search among all thresholds, whatever thresholds and values are', () => {
  fc.assert(
    fc.property(fc.array(thresholds, { minLength: 1, maxLength: 5 }), fc.array(number, { minLength: 1 }), (features, drawn) => {
      const rank = ranker(features);
      for (const value of [...drawn, ...features.flatMap((cuts) => [...cuts])]) {
        // Another value beside it, since two are looked up together.
        const row = features.map((_, feature) => (feature % 2 === 0 ? value : -value));
        expect(rank(row)).toEqual(features.map((cuts, feature) => countBelow(cuts, 0, cuts.length, row[feature]!)));
      }
    }),
    { numRuns: 500 },
  );
});

test('thresholds that lie close together far from others are kept apart by more halvings', () => {
  const close = Float64Array.from({ length: 300 }, (_, at) => (at < 299 ? 1 + at * Number.EPSILON : 1e9));
  expect(rankIndex(close).steps).toBe(9);
  const rank = ranker([close]);
  for (const [at, cut] of close.entries()) expect(rank([cut])).toEqual([at]);
  expect([rank([Number.NaN]), rank([2]), rank([2e9]), rank([-1])]).toEqual([[300], [299], [300], [0]]);
});

test('a level has its place as rank, a missing one that of the first, and what is no level the last, in no set', () => {
  const rank = ranker([4, 4]);
  const all = 2 ** 4 - 1;
  for (const value of [1, 2, 3, 4, 1.5, 0, -1, 0.5, 5, 1e300, -1e300, Number.POSITIVE_INFINITY, Number.NaN]) {
    const [found, same] = rank([value, value]) as [number, number];
    expect(same).toBe(found);
    for (let level = 0; level < 4; level += 1) expect(hasLevel(2 ** level, value)).toBe(found === level);
    expect(hasLevel(all, value)).toBe(found < 4);
  }
});
