import { existsSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { golden } from '../../support/golden.ts';
import { openRuns } from '../../support/predict-file/runs.ts';

const runs = openRuns(golden('heart-age').file);
afterAll(runs.stop);
runs.write('ages.csv', `age\n${Array.from({ length: 1_000 }, (_, row) => 29 + (row % 48)).join('\n')}\n`);

/** A promise, and what keeps it. */
function promised() {
  let keep = () => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return { keep, kept };
}

test.each([
  'force',
  'resume',
] as const)('of two runs into one file the first never gives a name to what the second writes: %s', async (mode) => {
  const alone = `alone-${mode}.csv`;
  await runs.predict('ages.csv', alone);
  const output = `${mode}.csv`;
  const [isFirstThere, isSecondThere, isFirstOver] = [promised(), promised(), promised()];
  const waits = async (there: () => void, until: Promise<void>) => {
    there();
    await until;
  };
  const first = runs.predict('ages.csv', output, {
    pause: { behind: 10, until: () => waits(isFirstThere.keep, isSecondThere.kept) },
  });
  await isFirstThere.kept;
  const second = runs.predict('ages.csv', output, {
    mode,
    pause: { behind: 1, until: () => waits(isSecondThere.keep, isFirstOver.kept) },
  });
  await expect(first).rejects.toThrow(`${output}: found another run that writes it by now, expected one at a time; this one has ended`);
  expect(existsSync(runs.at(output))).toBe(false);
  isFirstOver.keep();
  expect((await second).rows).toBe(1_000);
  expect(runs.read(output)).toBe(runs.read(alone));
  expect([`${output}.part`, `${output}.journal`].some((name) => existsSync(runs.at(name)))).toBe(false);
});
