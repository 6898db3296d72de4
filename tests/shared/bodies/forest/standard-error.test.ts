import { expect, test } from '@jest/globals';
import type { Forest } from '../../../../shared/bodies/forest/forest.ts';
import { standardErrors } from '../../../../shared/bodies/forest/standard-error.ts';

const [TREES, TRAINING] = [7, 30];
/** How often each tree drew each training row: 0, 1 or 2 times. */
const DRAWN = Uint16Array.from({ length: TREES * TRAINING }, (_, at) => (at * 5) % 3);

/** How many draws are looked at for the jackknife's errors of so many rows. */
function looksFor(rows: number): number {
  let looks = 0;
  const inbag = new Proxy(DRAWN, {
    get: (counts, name) => {
      if (/^\d+$/.test(String(name))) looks += 1;
      return Reflect.get(counts, name, counts);
    },
  });
  const every = Float64Array.from({ length: rows * TREES }, (_, at) => (at * 11) % 13);
  const forest = { roots: { length: TREES + 1 }, width: 1, inbag } as unknown as Forest;
  standardErrors('regression', forest, every, TREES, 'jack');
  return looks;
}

test('which trees drew a training row is found once, however many rows ask for their errors: of hundreds it took a Lambda longer than it has', () => {
  expect(looksFor(1)).toBe(DRAWN.length);
  expect(looksFor(100)).toBe(DRAWN.length);
});
