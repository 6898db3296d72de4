import { expect, test } from '@jest/globals';
import type { PageData } from '../../../shared/page/base/data.ts';
import { batches, type Source } from '../../../shared/page/sheet/file.ts';
import { decimalMark } from '../../../shared/page/sheet/rows.ts';
import type { Words } from '../../../shared/page/words/words.ts';

const data = {
  features: [{ name: 'age', type: 'number', min: 0, max: 100, step: 1, start: 25 }],
  takesMissing: false,
} as object as PageData;
const words = { text: (name: string) => name, number: String } as object as Words;

const { signal } = new AbortController();
type Bytes = (string | Uint8Array<ArrayBuffer>)[];
const rowsOf = (...bytes: Bytes) => rowsWith({ csv: new Blob(bytes) });

/** The rows that a file's bytes become: each line as it is kept, and what is sent of it. Two rows are a batch. */
async function rowsWith(source: Source, features = data.features): Promise<[string, string][]> {
  const rows: [string, string][] = [];
  for await (const { batch } of batches({ ...data, features }, source, 2, () => words, signal)) {
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

test('predictions have a decimal comma where any number of the file has one, however far down', async () => {
  const marks: (boolean | undefined)[] = [];
  for await (const { layout } of batches(data, { csv: new Blob(['age;id\n', '54;x\n'.repeat(9), '54,5;y\n']) }, 2, () => words, signal))
    marks.push(layout.decimalComma);
  expect(marks).toEqual([true, true, true, true, true]);
});

test('of lines that cannot say which mark a file has no cell is looked at: thousands of columns have fifty million of them', () => {
  const line = { includes: (text: string) => text === ',', split: () => expect('this line').toBe('left alone') };
  expect(decimalMark(';', ['a;1,5', line as unknown as string], '1.5')).toBe(true);
  expect(decimalMark(';', [{ ...line, includes: () => false } as unknown as string], '1,5')).toBe(true);
  expect(decimalMark(';', ['a;1', 'b;1.5', 'c,d;2'], '1,5')).toBe(false);
});

test('a name such as 400.5 in the header is no number', async () => {
  const named = ['400.5', '401.5'].map((name) => ({ ...data.features[0]!, name }));
  const rowsBelow = (header: string, row: string) => rowsWith({ csv: new Blob([`${header}\n${row}\n`]) }, named);
  expect((await rowsBelow('400.5;401.5', '1,5;2'))[0]).toEqual(['1,5;2', '1.5,2']);
  expect((await rowsBelow('sep=;\n400.5;401.5', '1,5;2'))[0]).toEqual(['1,5;2', '1.5,2']);
  await expect(rowsBelow('400.5;401.5', '1,5;2\n400.5;401.5')).rejects.toThrow('unclearCommas');
});

test('of a workbook only numbers kept as texts can have two marks', async () => {
  const book = (csv: string, texts: string) => rowsWith({ csv: new Blob([csv]), delimiter: ';', texts: new Blob([texts]) });
  const rows = await book('age;id\n54.5;a\n61,5;b\n', 'age;id\n54.5;a\n;b\n');
  expect(rows.map(([, sent]) => sent)).toEqual(['54.5', '61.5']);
  await expect(book('age\n1.234\n54,5\n', 'age\n1.234\n54,5\n')).rejects.toThrow('unclearCommas');
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

test('a quote within a cell is a character like others, as the server reads it', async () => {
  const lines = ['50,5" pipe', '51,6" pipe', '52,"7"" pipe, ""long"""', '53,"a', 'b"'];
  const rows = await rowsOf(`age,note\n${lines.join('\n')}\n`);
  expect(rows).toEqual([...lines.slice(0, 3).map((line) => [line, line.slice(0, 2)]), ['53,"a\nb"', '53']]);
  expect((await rowsOf('\ufeff"age","a\nb"\n54,x\n')).map(([, sent]) => sent)).toEqual(['54']);
});

test('what parts the fields is what gives the names of the features', async () => {
  expect((await rowsOf('age;note, such as it is, or none\n54,5;x\n')).map(([, sent]) => sent)).toEqual(['54.5']);
  // A sheet of one column in a language of decimal commas: the page knows what it wrote.
  expect(await rowsWith({ csv: new Blob(['age\n54,5\n55\n']), delimiter: ';' })).toEqual([
    ['54,5', '54.5'],
    ['55', '55'],
  ]);
});

test('a first line that names what parts the fields is kept, and no header', async () => {
  const kept: string[] = [];
  for (const first of ['sep=;', 'SEP=|', '"sep=\t"']) {
    const mark = first.replaceAll('"', '').at(-1);
    for await (const { batch, layout } of batches(
      data,
      { csv: new Blob([`${first}\nid${mark}age\n1${mark}54\n`]) },
      2,
      () => words,
      signal,
    ))
      kept.push(layout.line, ...batch.rows.map(({ sent }) => sent));
  }
  expect(kept).toEqual(['sep=;\nid;age', '54', 'SEP=|\nid|age', '54', '"sep=\t"\nid\tage', '54']);
});

test('a name with white space at its ends is found, in quotes or not', async () => {
  const named = [{ ...data.features[0]!, name: 'age ' }];
  for (const header of ['id,age ', '"id","age "', 'age ,id']) {
    const at = header.startsWith('a') ? '54,1' : '1,54';
    expect(await rowsWith({ csv: new Blob([`${header}\n${at}\n`]) }, named)).toEqual([[at, '54']]);
  }
  expect((await rowsOf(' age ,id\n54,1\n'))[0]).toEqual(['54,1', '54']);
});

test('a tab alone is a row of two empty cells, where tabs part them', async () => {
  const named = ['a', 'b'].map((name) => ({ ...data.features[0]!, name }));
  expect(await rowsWith({ csv: new Blob(['a\tb\n1\t2\n\t\n3\t4\n']) }, named)).toEqual([
    ['1\t2', '1,2'],
    ['\t', '"",""'],
    ['3\t4', '3,4'],
  ]);
});
