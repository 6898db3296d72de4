import { expect, test } from '@jest/globals';
import { computePart, type PartAsked } from '../../../container/server/compute.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { cutBody } from '../../../shared/wire/quick/parts.ts';
import { golden } from '../../support/golden.ts';

const { model } = await loadShared(golden('heart-age').file);

/** A body in so many parts, as threads get them. */
function partsOf(rows: unknown[], count: number, most?: number): PartAsked[] {
  const soFar = new SharedArrayBuffer(4);
  const parts = cutBody(Buffer.from(JSON.stringify(rows)), 'json', count) ?? [];
  expect(parts).toHaveLength(count);
  return parts.map((read) => ({ read, soFar, accepted: 'json', ...(most === undefined ? {} : { most }) }));
}
const ages = (count: number): unknown[] => Array.from({ length: count }, () => [54]);
/** The rows that each part computes, in the order in which the parts are read; undefined where it computes none. */
const computed = (parts: PartAsked[]) => parts.map((part) => computePart(model, part)?.rows);

test('parts are computed whose rows together are not too many', () => {
  expect(computed(partsOf(ages(40), 4, 40))).toEqual([10, 10, 10, 10]);
});

test('no more rows are computed than a request may have, however many parts they lie in', () => {
  expect(computed(partsOf(ages(40), 4, 39))).toEqual([10, 10, 10, undefined]);
  expect(computed(partsOf(ages(40), 4, 9))).toEqual([undefined, undefined, undefined, undefined]);
});

test('no more rows are computed than one answer has room for', () => {
  const parts = partsOf(ages(400_000), 4);
  let rows = 0;
  const all = () => {
    for (const part of parts) rows += computePart(model, part)?.rows ?? 0;
  };
  expect(all).toThrow(/^the answer to [34]00000 rows could exceed \d+ bytes/);
  expect(rows).toBe(200_000);
});

test('behind a part with something wrong in it no other is computed', () => {
  const rows = ages(40);
  rows[12] = ['x'];
  expect(computed(partsOf(rows, 4))).toEqual([10, undefined, undefined, undefined]);
  expect(computed(partsOf(rows, 4, 1_000))).toEqual([10, undefined, undefined, undefined]);
});
