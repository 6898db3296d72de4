import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readQuery, writeQuery } from '../../../shared/page/base/address.ts';
import { newestWins } from '../../../shared/page/base/ask.ts';
import type { PageData, PageFeature, Value } from '../../../shared/page/base/data.ts';
import { medianTime } from '../../../shared/page/base/reading.ts';
import { curlSnippet, snippet } from '../../../shared/page/dialogs/snippets.ts';
import { gridOf, gridRows } from '../../../shared/page/plot/grid.ts';
import { createTally, reasonOf } from '../../../shared/page/sheet/check.ts';
import {
  addedCells,
  addedColumns,
  createLineReader,
  decimalMark,
  featureCells,
  hasDecimalComma,
  MAX_LINE,
  readHeader,
  requestLine,
  splitLine,
  writeCells,
} from '../../../shared/page/sheet/rows.ts';
import type { Words } from '../../../shared/page/words/words.ts';
import { csvField, parseCsv } from '../../../shared/wire/csv.ts';

const features: PageFeature[] = [
  { name: 'age', type: 'number', min: 0, max: 100, step: 1, start: 25 },
  { name: 'cell type', type: 'factor', levels: ['a&b', '~lang', ''], start: 'a&b' },
  { name: 'prior', type: 'logical', start: false },
];

describe('the address', () => {
  test('holds what is not at its start, and gives it back', () => {
    expect(writeQuery(features, [25, 'a&b', false], {})).toBe('');
    const values: Value[] = [54, '~lang', true];
    const view = { language: 'pt' as const, along: 1, time: 7 };
    expect(readQuery(features, writeQuery(features, values, view), [0, 1, 2])).toEqual({ values, view });
    expect(readQuery(features, writeQuery(features, [null, '', false], {}), [0, 1, 2]).values).toEqual([null, '', false]);
  });

  test('holds dates, times and whole numbers', () => {
    const given: PageFeature[] = [
      { name: 'day', type: 'date', start: '2024-01-01' },
      { name: 't', type: 'datetime', start: '2024-01-01T00:00:00Z' },
      { name: 'id', type: 'integer64', start: 0 },
    ];
    const values: Value[] = ['2024-02-29', '2024-02-29T10:30Z', 7];
    expect(readQuery(given, writeQuery(given, values, {}), [0, 1, 2]).values).toEqual(values);
    expect(readQuery(given, 'day=soon&t=12:00&id=x', [0, 1, 2]).values).toEqual(['2024-01-01', '2024-01-01T00:00:00Z', 0]);
  });

  test('what does not fit is left at its start', () => {
    const { values, view } = readQuery(features, 'age=old&cell+type=z&prior=maybe&~lang=fr&~plot=none&~time=x', [0, 1, 2]);
    expect(values).toEqual([25, 'a&b', false]);
    expect(view).toEqual({});
    expect(readQuery(features, 'age=Infinity', [0]).values[0]).toBe(25);
    // So is an input without a field, as the page says of it.
    expect(readQuery(features, 'age=54&prior=true', [1, 0]).values).toEqual([54, 'a&b', false]);
  });

  test('is left empty where it would be too long', () => {
    const wide = Array.from({ length: 400 }, (_, at): PageFeature => ({ name: `a long name of a gene ${at}`, type: 'number', start: 0 }));
    expect(
      writeQuery(
        wide,
        wide.map(() => 1.5),
        {},
      ),
    ).toBe('');
  });
});

describe('a curve’s grid', () => {
  test.each<[string, PageFeature, Value[] | number]>([
    ['every step of a short slider', features[0]!, 101],
    ['at most 201 of a long one', { name: 'a', type: 'number', min: 0, max: 10_000, step: 1, start: 0 }, 201],
    ['a factor’s levels', features[1]!, ['a&b', '~lang', '']],
    ['no and yes', features[2]!, [false, true]],
    ['nothing without a range', { name: 'a', type: 'number', start: 0 }, []],
    [
      'nothing for a factor of a thousand levels',
      { name: 'a', type: 'factor', levels: Array.from({ length: 1000 }, String), start: '0' },
      [],
    ],
  ])('has %s', (_, feature, expected) => {
    const grid = gridOf(feature);
    if (typeof expected === 'number') expect(grid).toHaveLength(expected);
    else expect(grid).toEqual(expected);
  });

  test('stands on the slider’s steps, both ends among them', () => {
    const grid = gridOf({ name: 'a', type: 'number', min: 0.5, max: 3, step: 0.01 }) as number[];
    expect([grid[0], grid.at(-1)]).toEqual([0.5, 3]);
    for (const value of grid) expect(value).toBe(Number(value.toFixed(2)));
  });

  test('puts each value in the feature’s place, and nothing else', () => {
    expect(gridRows([54, 'x', true], 0, [1, 2])).toEqual([
      [1, 'x', true],
      [2, 'x', true],
    ]);
  });
});

test('the median survival time is where a half or less is left', () => {
  expect(medianTime([0.9, 0.5, 0.2], [10, 20, 30])).toBe(20);
  expect(medianTime([0.9, 0.8], [10, 20])).toBeUndefined();
});

test('work triggered while it runs runs once more, with the newest state', async () => {
  const seen: number[] = [];
  let state = 0;
  const trigger = newestWins(async () => {
    const before = state;
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push(before);
  });
  const all = [1, 2, 3, 4].map((value) => {
    state = value;
    return trigger();
  });
  await Promise.all(all);
  expect(seen).toEqual([1, 4]);
});

describe('the lines of a spreadsheet', () => {
  test('come the same however the text is cut, quotes and line ends within them included', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', '0') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(table, fc.nat(20), fc.boolean(), (rows, size, endsWithLine) => {
        const text = `${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}${endsWithLine ? '\r\n' : ''}`;
        const reader = createLineReader();
        const lines: string[] = [];
        for (let at = 0; at < text.length; at += size + 1) lines.push(...reader.push(text.slice(at, at + size + 1)));
        lines.push(...reader.end());
        expect(lines.map((line) => splitLine(line, ','))).toEqual(rows);
        expect(lines.map((line) => splitLine(line, ','))).toEqual(parseCsv(text));
      }),
    );
  });

  test('a quote that never closes and a line without end are refused', () => {
    const reader = createLineReader();
    reader.push('a,b\n"1,2\n');
    expect(() => reader.end()).toThrow(RangeError);
    expect(() => createLineReader().push('x'.repeat(MAX_LINE + 1))).toThrow(RangeError);
  });

  test('are read in time that grows with the text alone', () => {
    const text = '12345,67890\n'.repeat(500_000);
    const started = performance.now();
    expect(createLineReader().push(text)).toHaveLength(500_000);
    // A search for quotes from each line anew takes minutes here; this takes a tenth of a second.
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('a byte order mark is left away', () => {
    expect(createLineReader().push('\ufeffage\n54\n')).toEqual(['age', '54']);
  });
});

describe('the columns of a spreadsheet', () => {
  const [age, cell] = features as [PageFeature, PageFeature, PageFeature];

  test.each([
    ['id,age,cell type', ','],
    ['id;age;cell type', ';'],
    ['id\tage\tcell type', '\t'],
    ['"id";"age";"cell type"', ';'],
    ['id,Age,CELL TYPE', ','],
  ])('are found in the header line %j', (line, delimiter) => {
    const { layout, lacking } = readHeader([age, cell], line);
    expect(lacking).toEqual([]);
    expect([layout.delimiter, layout.columns]).toEqual([delimiter, [1, 2]]);
  });

  test('that lack are named; a name that is there twice in other cases is none', () => {
    expect(readHeader([age, cell], 'Age,AGE,other').lacking).toEqual(['age', 'cell type']);
  });

  test('that stand there twice are named: nobody can say which one is meant', () => {
    expect(readHeader([age, cell], 'age,cell type,age').twice).toEqual(['age']);
    expect(readHeader([age, cell], 'age,cell type,Age,other,other')).toMatchObject({ twice: [], lacking: [] });
  });

  test('of the model alone are sent, with a point for a decimal comma', () => {
    const { layout } = readHeader([age, cell], 'name;cell type;age');
    const sent = (line: string) => requestLine(featureCells([age, cell], layout, splitLine(line, layout.delimiter)));
    expect(sent('José;"a;b";54,5')).toBe('54.5,a;b');
    expect(sent('José;x,y')).toBe('"","x,y"');
    expect(['1,5', '-,5', '1e3', '1.000,5', '1,000'].map(hasDecimalComma)).toEqual([true, true, false, false, true]);
  });

  test('of a workbook whose numbers are levels are those levels, with a point, unless the comma is a level too', () => {
    const dose = { name: 'dose', type: 'factor', levels: ['0.5', '1', '2,5', '2.5'] } as PageFeature;
    const cells = (isMade: boolean) =>
      ['0,5', '1', '2,5', '7,5'].map((field) => featureCells([dose], { delimiter: ';', columns: [0], isMade }, [field])[0]);
    expect(cells(true)).toEqual(['0.5', '1', '2,5', '7,5']);
    expect(cells(false)).toEqual(['0,5', '1', '2,5', '7,5']);
  });

  test('that are added have names of their own, and numbers that read back to the same double', () => {
    const data = { classes: ['yes', 'no'] } as PageData;
    expect(addedColumns(data, 1, [], ['prediction'])).toEqual(['prediction_']);
    expect(addedColumns(data, { no: 0.25, yes: 0.75 }, [], [])).toEqual(['prediction', 'prediction.yes', 'prediction.no']);
    expect(addedColumns(data, [0.9, 0.5], [10, 20.5], [])).toEqual(['survival.10', 'survival.20.5']);
    expect(addedCells(data, { no: 0.25, yes: 0.75 })).toEqual(['yes', '0.75', '0.25']);
    expect(writeCells(['0.626568188849064', 'a,b'], ',', false)).toBe(',0.626568188849064,"a,b"');
    expect(writeCells(['0.5', '1e-7', 'a.b'], ';', true)).toBe(';0,5;1e-7;a.b');
  });
});

describe('what a spreadsheet keeps and gets', () => {
  test('a text that a spreadsheet would take for a formula is disarmed, and numbers stay numbers', () => {
    const hostile = ['=HYPERLINK("http://x")', '+1+1', '-1+1', '@SUM(A1)', '\tx', '\rx'];
    hostile.push('\n=1+1', '＝1+1', '＠SUM(1)', '＋1', '－1');
    for (const text of hostile) expect(splitLine(writeCells([text], ',', false).slice(1), ',')).toEqual([`'${text}`]);
    expect(writeCells(['-1.5', '+2', '-1e-7', '-0'], ',', false)).toBe(',-1.5,+2,-1e-7,-0');
    expect(writeCells(['-1.5', '-2.5e-8'], ';', true)).toBe(';-1,5;-2,5e-8');
    expect(writeCells(['-1,5', 'a=b'], ';', false)).toBe(';-1,5;a=b');
  });

  test.each<[string, string, string[], string, boolean]>([
    ['a comma where a number has one', ';', ['a;1,5', 'b;2'], '1.5', true],
    ['a point where a number has one', ';', ['a;1.5', 'b;2'], '1,5', false],
    ['the reader’s own where no number has decimals', ';', ['a;1'], '1,5', true],
    ['the reader’s own where no number has decimals', ';', ['a;1'], '1.5', false],
    ['a point where commas part the cells', ',', ['"1,5",2'], '1,5', false],
    ['a point where tabs part cells without decimals', '\t', ['1\t2'], '1,5', false],
  ])('the decimal mark is %s', (_, delimiter, lines, example, expected) => {
    expect(decimalMark(delimiter, lines, example)).toBe(expected);
  });

  test('lines before one without end are not lost', () => {
    const reader = createLineReader();
    expect(reader.push(`a\n"${'x'.repeat(MAX_LINE)}`)).toEqual(['a']);
    expect(() => reader.push('')).toThrow(RangeError);
  });

  test('a quote that never closes costs its own line alone', () => {
    const reader = createLineReader();
    expect(reader.push('a,b\n1,2\n"3,4\n5,6\n')).toEqual(['a,b', '1,2']);
    expect(() => reader.end()).toThrow(RangeError);
    expect(reader.skip()).toBe('"3,4');
    expect([...reader.push(''), ...reader.end()]).toEqual(['5,6']);
  });

  test('a row’s reason names the feature and what is wrong, by the rules of the server', () => {
    const data = { features, takesMissing: false } as unknown as PageData;
    const words = { text: (key: string) => key } as Words;
    const reason = (...cells: string[]) => reasonOf(data, cells, words);
    expect(reason('54', 'a&b', 'TRUE')).toBeUndefined();
    expect(reason(' 5.4e1 ', '', '0')).toBeUndefined();
    expect(reason('', 'a&b', 'T')).toBe('age: cell.missing');
    expect(reason('NA', 'a&b', 'T')).toBe('age: cell.missing');
    expect(reason('old', 'a&b', 'T')).toBe('age: cell.number ("old")');
    expect(reason('1e999', 'a&b', 'T')).toBe('age: cell.number ("1e999")');
    expect(reason('54', 'z', 'T')).toBe('cell type: cell.level ("z")');
    expect(reason('54', 'a&b', '2')).toBe('prior: cell.logical ("2")');
    expect(reasonOf({ ...data, takesMissing: true }, ['', 'NA', ''], words)).toBeUndefined();
    const tally = createTally();
    for (const told of [reason('old', '', 'T'), reason('young', '', 'T'), reason('', '', 'T')]) tally.count(told as string);
    expect([tally.rows(), tally.top(1)]).toEqual([3, { reasons: [['age: cell.number', 2]], others: 1 }]);
  });
});

describe('the code of a request', () => {
  const record = { "it's": 'a "b" \\ `c`\n', n: 1.5, yes: true, none: null };
  const url = 'https://host.example/it/predict';

  test('curl’s is one word to a shell, whatever stands in it', () => {
    const code = curlSnippet(url, record).replace(/^curl/, 'printf "%s\\0"');
    const [flag, body, address] = execFileSync('sh', ['-c', code], { encoding: 'utf8' }).split('\0');
    expect([flag, JSON.parse(body as string), address]).toEqual(['-d', record, url]);
  });

  test('JavaScript’s runs', async () => {
    const asked: unknown[] = [];
    const said: unknown[] = [];
    const fetch = async (...request: unknown[]) => {
      asked.push(request);
      return { json: async () => ({ predictions: [7] }) };
    };
    const run = new Function('fetch', 'console', `return (async () => {${snippet('JavaScript', url, record)}})()`);
    await run(fetch, { log: (value: unknown) => said.push(value) });
    expect(said).toEqual([7]);
    const [[address, { body }]] = asked as [[string, { body: string }]];
    expect([address, JSON.parse(body)]).toEqual([url, record]);
  });

  test('Python’s and R’s spell the values as those languages do', () => {
    expect(snippet('Python', url, record)).toContain(`{"it's": "a \\"b\\" \\\\ \`c\`\\n", "n": 1.5, "yes": True, "none": None}`);
    expect(snippet('R', url, record)).toContain(
      'data.frame(`it\'s` = "a \\"b\\" \\\\ `c`\\n", `n` = 1.5, `yes` = TRUE, `none` = NA, check.names = FALSE)',
    );
  });
});
