import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { golden } from '../../support/golden.ts';
import { openRuns } from '../../support/predict-file/runs.ts';

const MAIN = fileURLToPath(new URL('../../support/predict-file/runs-main.ts', import.meta.url));
const { file: model } = golden('heart-age');
const runs = openRuns(model);
afterAll(runs.stop);

const ROWS = 12_000;
runs.write('ages.csv', `age\n${Array.from({ length: ROWS }, (_, row) => 29 + ((row * 7919) % 4801) / 100).join('\n')}\n`);

/** Starts a run in a process; `pieces`: kills it after so many. `size`: the most bytes that a file may have, in blocks of 512. */
function start(output: string, { pieces = Number.POSITIVE_INFINITY, size }: { pieces?: number; size?: number } = {}) {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, model, runs.at('ages.csv'), runs.at(output)];
  const limit = size === undefined ? '' : `ulimit -f ${size}; `;
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...command]);
  let [said, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    said += text;
    if (said.split('\n').length > pieces) child.kill('SIGKILL');
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  return new Promise<{ isWhole: boolean; signal: string | null; errors: string }>((resolve) =>
    child.on('close', (_, signal) => resolve({ isWhole: said.endsWith('whole\n'), signal, errors })),
  );
}

describe('a run that is killed', () => {
  test.each(['csv', 'parquet'])('ten times at random, and goes on each time, writes the same %s as one that is not', async (form) => {
    await runs.predict('ages.csv', `whole.${form}`);
    let kills = 0;
    for (let tries = 0; tries < 10; tries += 1) {
      const { signal } = await start(`killed.${form}`, { pieces: 1 + Math.floor(5 * Math.random()) });
      if (signal === 'SIGKILL') kills += 1;
    }
    expect(kills).toBe(10);
    expect((await start(`killed.${form}`)).isWhole).toBe(true);
    expect(runs.bytes(`killed.${form}`).equals(runs.bytes(`whole.${form}`))).toBe(true);
  });
});

test('a disk that is full (a limit of the file here) ends a run with a sentence, and nothing is lost', async () => {
  const { isWhole, errors } = await start('full.csv', { size: 40 });
  expect(isWhole).toBe(false);
  expect(errors).toMatch(
    /full\.csv\.part: a file that is too large here\n[\d,]+ rows are kept in .*full\.csv\.part; the same command with --resume goes on behind them\n$/,
  );
  expect((await start('full.csv')).isWhole).toBe(true);
  expect(runs.read('full.csv')).toBe(runs.read('whole.csv'));
});
