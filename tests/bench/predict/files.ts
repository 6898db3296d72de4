import { closeSync, existsSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../support/project.ts';

/** Values of a column with more distinct ones than this are moved by up to half a unit, so that few are alike. */
const FEW = 5;
/** Rows that are written at once. */
const BLOCK = 20_000;

/**
 * Writes a CSV of made-up rows where it is not there yet: each column's values are drawn from heart.csv's; a measurement is moved by a random
 * double. Seeded. The file's path.
 */
export function makeRows(folder: string, features: readonly string[], rows: number): string {
  const file = path.join(folder, `${features.length === 1 ? features[0] : 'heart'}-${rows}.csv`);
  if (existsSync(file)) return file;
  const [header = '', ...lines] = readFileSync(path.join(PROJECT, 'model/heart/heart.csv'), 'utf8').trimEnd().split('\n');
  const names = header.split(',').map((name) => name.replaceAll('"', '').trim());
  const columns = features.map((feature) => lines.map((line) => Number(line.split(',')[names.indexOf(feature)])));
  const isMeasured = columns.map((values) => new Set(values).size > FEW);
  const random = createRandom(42);
  const handle = openSync(`${file}.new`, 'w');
  writeSync(handle, `${features.join(',')}\n`);
  for (let done = 0; done < rows; done += BLOCK) {
    let text = '';
    for (let row = 0; row < Math.min(BLOCK, rows - done); row += 1) {
      const cells = columns.map((values, at) => {
        const value = values[Math.floor(random() * values.length)]!;
        return isMeasured[at] ? value + random() - 0.5 : value;
      });
      text += `${cells.join(',')}\n`;
    }
    writeSync(handle, text);
  }
  closeSync(handle);
  renameSync(`${file}.new`, file);
  return file;
}

/** Random doubles from 0 to 1 (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  // Two of 32 bits: one alone would give few distinct doubles.
  return () => (next() + next() / 2 ** 32) / 2 ** 32;
}
