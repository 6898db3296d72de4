import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { answerLines, csvColumns, type LineForm, NO_COLUMNS } from '../../../shared/batch/columns.ts';
import { createCutter } from '../../../shared/batch/cutter.ts';
import { computePiece } from '../../../shared/batch/piece.ts';
import { golden } from '../../support/golden.ts';

const MB = 1_048_576;
/** Most CPU time of a megabyte, in seconds: five times what it may take on an idle machine. */
const MOST_SECONDS = 10;
const SIZE = { bytes: 262_144, records: 8_192 };
const model = loadModel(golden('heart-probability').file);
const [row] = golden('heart-probability').rows;
const { features } = model.schema;
const good = { csv: features.map(({ name }) => row?.[name]).join(','), jsonlines: JSON.stringify(row) };

/** How many rows of a payload have an answer, how many have none, and the seconds of CPU that it took. */
function answer(payload: Buffer, form: LineForm) {
  const { empty } = answerLines(model.schema);
  const columns = form === 'csv' ? csvColumns(model.schema, Buffer.from(`${good.csv}\n`), false) : NO_COLUMNS;
  const start = process.cpuUsage();
  const cutter = createCutter(form === 'csv', SIZE);
  let [rows, bad] = [0, 0];
  for (const piece of [...cutter.add(payload), cutter.end()]) {
    const done = computePiece(model, { ...piece, columns, form, accepted: form, empty, onError: 'line' });
    [rows, bad] = [rows + done.rows, bad + done.bad];
  }
  const { user, system } = process.cpuUsage(start);
  return { rows, bad, seconds: (user + system) / 1e6 };
}

describe('a megabyte of bad rows costs about as much as one of good rows', () => {
  test.each<[LineForm, string, number]>([
    ['csv', 'x\n', 0],
    ['csv', ',\n', 0],
    ['csv', '"\n', 0],
    ['csv', `x\n${good.csv}\n`, 1],
    ['jsonlines', 'x\n', 0],
    ['jsonlines', '"\n', 0],
    ['jsonlines', '{}\n', 0],
    ['jsonlines', `{}\n${good.jsonlines}\n`, 1],
  ])('%s, %j', (form, lines, goodOnes) => {
    const times = Math.floor(MB / lines.length);
    const { rows, bad, seconds } = answer(Buffer.from(lines.repeat(times)), form);
    expect({ rows, bad }).toEqual({ rows: times * goodOnes, bad: times });
    expect(seconds).toBeLessThan(MOST_SECONDS);
  });
});
