import { expect, test } from '@jest/globals';
import type { PageData } from '../../../shared/page/base/data.ts';
import { batches } from '../../../shared/page/sheet/file.ts';
import type { Words } from '../../../shared/page/words/words.ts';

const data = {
  features: [{ name: 'age', type: 'number', min: 0, max: 100, step: 1, start: 25 }],
  takesMissing: false,
} as object as PageData;
const words = { text: (name: string) => name, number: String } as object as Words;

/** The rows that a file's bytes become: each line as it is kept, and what is sent of it. Two rows are a batch. */
async function rowsOf(...bytes: (string | Uint8Array<ArrayBuffer>)[]): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  const signal = new AbortController().signal;
  for await (const { batch } of batches(data, new File(bytes, 'a.csv'), 2, () => words, signal)) {
    rows.push(...batch.rows.map(({ line, sent }): [string, string] => [line, sent]));
  }
  return rows;
}

test('a file whose numbers have commas here and points there is refused, however far apart they are', async () => {
  await expect(rowsOf('age\tid\n1,234\tx\n54.5\ty\n')).rejects.toThrow('unclearCommas');
  await expect(rowsOf('age;id\n1.234;x\n54,5;y\n')).rejects.toThrow('unclearCommas');
  await expect(rowsOf('age;id\n', '54;x\n'.repeat(9), '54,5;y\n', '54;x\n'.repeat(9), '1.234;z\n')).rejects.toThrow('unclearCommas');
});

test('commas that may set thousands apart are refused between tabs, and are decimal where one cannot', async () => {
  await expect(rowsOf('age\tid\n1,234\tx\n54\ty\n')).rejects.toThrow('unclearCommas');
  expect((await rowsOf('age\tid\n1,234\tx\n54,5\ty\n')).map(([, sent]) => sent)).toEqual(['1.234', '54.5']);
  expect((await rowsOf('age;id\n1,234;x\n54;y\n')).map(([, sent]) => sent)).toEqual(['1.234', '54']);
});

test('numbers of other columns say nothing of the model’s', async () => {
  expect((await rowsOf('age\tid\n54.5\t1,234\n54\t1,5\n')).map(([, sent]) => sent)).toEqual(['54.5', '54']);
});

test('empty cells beyond the header’s are left out, so that an answer stands in its own column', async () => {
  const lines = ['1,54,', '2,60', '3,54,""', '4,"54",,"",', '5,54,x'];
  const rows = await rowsOf(`id,age\n${lines.join('\n')}\n`);
  expect(rows.map(([line]) => line)).toEqual(['1,54', '2,60', '3,54', '4,"54"', '5,54,x']);
  expect((await rowsOf('age\n"54",\n'))[0]).toEqual(['"54"', '54']);
});

test('what Windows writes in the West is read so, wherever its first letter with an accent stands', async () => {
  const head = `age,name\n${'54,none\n'.repeat(150_000)}`;
  const latin = await rowsOf(head, Uint8Array.from(Buffer.from('54,José\n', 'latin1')));
  expect(latin.at(-1)).toEqual(['54,José', '54']);
  expect((await rowsOf(head, '54,José\n')).at(-1)).toEqual(['54,José', '54']);
  expect((await rowsOf(Uint8Array.from(Buffer.from('age,name\n54,José', 'latin1')))).at(-1)).toEqual(['54,José', '54']);
});
