import { expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { importCommand } from '../../../model/commands/import.ts';
import { withinSeconds } from '../../../model/rds/time-limit.ts';
import { golden } from '../../support/golden.ts';

const { file } = golden('warpbreaks-ignore');

test('a file whose reading has no end is refused in words, even by a reader that catches everything', () => {
  const endless = () => {
    for (;;)
      try {
        for (;;);
      } catch {}
  };
  const fileReaders = [{ title: 'a model without end', matches: () => true, read: endless }];
  expect(() => importModel(file, { fileReaders, timeLimit: 0.2 })).toThrow(
    `${file}: found a file that takes more than 0.2 s to read, expected one that is read sooner; import --time-limit SECONDS gives it longer`,
  );
  // The process goes on as if nothing had been.
  expect(importModel(file).length).toBeGreaterThan(1_000);
});

test('what is read in time comes back as it is, and so does what it throws', () => {
  const [found, thrown] = [{ rows: [1] }, new RangeError('3 rows')];
  expect(withinSeconds(file, 60, () => found)).toBe(found);
  expect(() =>
    withinSeconds(file, 60, () => {
      throw thrown;
    }),
  ).toThrow(thrown);
});

test('a slip of ours keeps its stack as it is, and a limit that no timer has is refused', () => {
  const slip = new TypeError('x is undefined');
  const stack = slip.stack;
  expect(() =>
    withinSeconds(file, 60, () => {
      throw slip;
    }),
  ).toThrow(slip);
  expect(slip.stack).toBe(stack);
  for (const limit of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => importModel(file, { timeLimit: limit })).toThrow(`found a time limit of ${limit} s, expected one of 0.001 to 4294967`);
});

test('a time limit is whole seconds of a week at most', () => {
  for (const limit of ['0', '-1', '1.5', '604801', '1e3', ''])
    expect(() => importCommand([file, '-o', 'm.canopy', `--time-limit=${limit}`], undefined)).toThrow(
      `found --time-limit ${limit}, expected whole seconds from 1 to 604800`,
    );
});
