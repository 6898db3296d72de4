import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';
import { workbookPlugins } from '../../../model/bundle/build-page.ts';
import { PROJECT } from '../../support/project.ts';

type Read = typeof import('../../../shared/page/workbook.ts').readWorkbook;

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-workbook-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let readWorkbook: Read;
/** The reader as the page has it: bundled, with the limits that the bundle puts into its library. */
beforeAll(async () => {
  const outfile = path.join(folder, 'workbook.mjs');
  const entry = path.join(PROJECT, 'shared/page/workbook.ts');
  await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'browser', outfile, plugins: workbookPlugins(PROJECT) });
  ({ readWorkbook } = (await import(pathToFileURL(outfile).href)) as { readWorkbook: Read });
});

const XML = '<?xml version="1.0"?>';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** Styles of a number, 0, of a time, 1, and of a format of a million characters, 2. */
const LONG = `<numFmts><numFmt numFmtId="200" formatCode="${'['.repeat(1_000_000)}"/></numFmts>`;
const STYLES = `<styleSheet ${MAIN}>${LONG}<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="200"/></cellXfs></styleSheet>`;

/** A workbook of these sheets, each as the rows in its XML; they lie in a folder of their own, as the relations say. */
function workbook(sheets: string[], place = 'worksheets', prefix = '', properties = '', texts = ''): Blob {
  const names = sheets.map((_, at) => `<sheet name="S${at}" sheetId="${at + 1}" r:id="r${at}"/>`).join('');
  const relations = sheets.map((_, at) => `<Relationship Id="r${at}" Type="${OFFICE}/worksheet" Target="${place}/s${at}.xml"/>`).join('');
  const strings = `<Relationship Id="s" Type="${OFFICE}/sharedStrings" Target="strings.xml"/>`;
  const files = {
    '[Content_Types].xml': `${XML}<Types/>`,
    'xl/workbook.xml': `${XML}<workbook ${MAIN} xmlns:r="${OFFICE}">${properties}<sheets>${names}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${XML}<Relationships>${relations}${strings}</Relationships>`,
    'xl/strings.xml': `${XML}<sst ${MAIN}>${texts}</sst>`,
    'xl/styles.xml': STYLES,
    ...Object.fromEntries(
      sheets.map((rows, at) => [
        `xl/${place}/s${at}.xml`,
        `${XML}<${prefix}worksheet ${MAIN}><${prefix}sheetData>${rows}</${prefix}sheetData></${prefix}worksheet>`,
      ]),
    ),
  };
  return new Blob([zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))]);
}

const HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>age</t></is></c></row>';
const row = (number: number, cells: string) => `<row r="${number}">${cells}</row>`;
const column = (rows: number) => Array.from({ length: rows }, (_, at) => row(at + 3, `<c r="A${at + 3}"><v>5</v></c>`)).join('');

test('a sheet comes as its rows, gaps among them; cells of nothing but a style take no place', async () => {
  const styled = row(4, '<c r="A4"><v>54.000000000000007</v></c><c r="XFD4" s="1"/>');
  const sheets = await readWorkbook(workbook([HEAD + styled + row(2_000, '<c r="B2000" t="b"><v>1</v></c>'), HEAD]));
  expect(sheets.map(({ name, rows }) => [name, rows.length])).toEqual([
    ['S0', 2_000],
    ['S1', 1],
  ]);
  expect([sheets[0]?.rows[0], sheets[0]?.rows[3], sheets[0]?.rows.at(-1)]).toEqual([
    ['age', null],
    [54.00000000000001, null],
    [null, true],
  ]);
});

const timesOf = async (cells: string[], properties = '') => {
  const rows = cells.map((cell, at) => row(at + 2, cell.replace('<c', `<c r="A${at + 2}"`))).join('');
  const [sheet] = await readWorkbook(workbook([HEAD + rows], 'worksheets', '', properties));
  return (await sheet!.source(false).csv.text()).trim().split('\r\n').slice(1);
};

test('times come as they are shown: every second of a day, those from 1904, and those that are written out, none with a zone', async () => {
  const seconds = Array.from({ length: 86_399 }, (_, at) => at + 1);
  const day = Date.UTC(2021, 5, 5);
  const written = await timesOf(seconds.map((second) => `<c s="1"><v>${44_352 + second / 86_400}</v></c>`));
  expect(written).toEqual(seconds.map((second) => new Date(day + 1_000 * second).toISOString().slice(0, 19)));
  for (const date1904 of ['1', 'true']) {
    expect(await timesOf(['<c s="1"><v>42890.5</v></c>'], `<workbookPr date1904="${date1904}"/>`)).toEqual(['2021-06-05T12:00:00']);
  }
  // Where the reader is says nothing of a time.
  process.env.TZ = 'America/Sao_Paulo';
  const told = ['2021-06-05T12:00:00', '2021-06-05T12:00:00.25', '2021-06-05T12:00:00Z', '2021-06-05T12:00:00-03:00', '2021-06-05'];
  expect(await timesOf(told.map((time) => `<c t="d"><v>${time}</v></c>`))).toEqual([
    '2021-06-05T12:00:00',
    '2021-06-05T12:00:00.250',
    '2021-06-05T12:00:00',
    '2021-06-05T15:00:00',
    '2021-06-05',
  ]);
});

test('a time without a day is what is written', async () => {
  expect(await timesOf(['<c t="d"><v>12:30:00</v></c>', '<c t="d"><v>T08:15:00.5</v></c>'])).toEqual(['12:30:00', '08:15:00.5']);
});

test('rows and cells that do not say where they are stand behind those before them', async () => {
  const text = (value: string, at = '') => `<c${at} t="inlineStr"><is><t>${value}</t></is></c>`;
  const head = `<row>${Array.from({ length: 28 }, (_, at) => text(`x${at}`)).join('')}</row>`;
  const gap = `<row/><row>${text('a')}${text('c', ' r="C3"')}<c/>${text('e')}</row>`;
  const [sheet] = await readWorkbook(
    workbook([`${head}${gap}<row r="6">${text('z', ' r="AA6"')}${text('last')}</row><row>${text('g')}</row>`]),
  );
  const rows = sheet!.rows.map((cells) => cells.flatMap((cell, at) => (cell === null ? [] : [`${at}:${cell}`])).join());
  const all = Array.from({ length: 28 }, (_, at) => `${at}:x${at}`).join();
  expect(rows).toEqual([all, '', '0:a,2:c,4:e', '', '', '26:z,27:last', '0:g']);
});

test('a number that is no date, as which its cell is shown, is a missing one', async () => {
  expect(await timesOf(['<c s="1"><v>4915112345678</v></c>', '<c s="1"><v>44352</v></c>'])).toEqual(['', '2021-06-05']);
});

test('a format of a million characters is looked at no further than Excel takes one', async () => {
  expect(await timesOf(['<c s="2"><v>44352</v></c>'])).toEqual(['44352']);
});

test('a sheet that is a chart is passed over', async () => {
  const files = await readWorkbook(workbook([HEAD], 'worksheets', '', '<sheets><sheet name="Chart1" sheetId="9" r:id="c"/></sheets>'));
  expect(files.map(({ name }) => name)).toEqual(['S0']);
});

describe('a workbook of few bytes that would fill the memory is refused as too large', () => {
  const far = row(1_048_576, '<c r="XFD1048576"><v>1</v></c>');
  const named = (rows: number) => Array.from({ length: rows }, (_, at) => row(at + 2, `<c r="A${at + 2}" t="s"><v>0</v></c>`)).join('');
  test.each([
    ['a cell far away', workbook([HEAD + far])],
    ['rows within a cell whose address is none', workbook([`${HEAD}<row><c r="A1x"><row><row r="1048577"></row></row></c></row>`])],
    ['an address in single quotes', workbook([HEAD + far.replaceAll('"', "'")])],
    ['an address with an entity', workbook([HEAD + far.replace('XFD', '&#88;FD')])],
    ['a > in an attribute before it', workbook([HEAD + far.replace('<c ', '<c a=">" ')])],
    ['a sheet in another folder', workbook([HEAD + far], 'elsewhere')],
    [
      'tags with a prefix',
      workbook(
        [HEAD + far].map((rows) => rows.replaceAll(/<(\/?)/g, '<$1x:')),
        'worksheets',
        'x:',
      ),
    ],
    ['a row of a number that no sheet has', workbook([HEAD + row(1e9, '')])],
    ['cells without an address', workbook([`${HEAD}${row(1_048_576, `${'<c/>'.repeat(1_000)}<c><v>1</v></c>`)}`])],
    ['a row without end', workbook([`${HEAD}<row r="1e999"></row>`])],
    ['one cell far to the right, to which all rows are filled up', workbook([HEAD + row(2, '<c r="XFD2"><v>1</v></c>') + column(1_000)])],
    ['a text that many cells name', workbook([HEAD + named(400)], 'worksheets', '', '', `<si><t>${'x'.repeat(300_000)}</t></si>`)],
    ['many sheets', workbook(Array.from({ length: 20 }, () => HEAD + row(290, '<c r="XFD290"><v>1</v></c>')))],
  ])('%s', async (_, file) => {
    expect(file.size).toBeLessThan(40_000);
    await expect(readWorkbook(file)).rejects.toThrow(RangeError);
  });
});

test('a sheet is read on a machine that is too slow for any of it', async () => {
  const file = workbook([HEAD + column(5_000)]);
  const { now } = Date;
  let clock = 0;
  Date.now = () => {
    clock += 1_000;
    return clock;
  };
  try {
    const [sheet] = await readWorkbook(file);
    expect(sheet?.rows.length).toBe(5_002);
  } finally {
    Date.now = now;
  }
});

test('as a CSV with decimal commas it keeps the points of its first line and its texts, which stand alone once more', async () => {
  const head = row(3, '<c r="A3"><v>400.5</v></c><c r="B3" t="inlineStr"><is><t>id</t></is></c>');
  const below = row(4, '<c r="A4"><v>1.5</v></c><c r="B4" t="inlineStr"><is><t>1.5</t></is></c>');
  const [sheet] = await readWorkbook(workbook([head + below]));
  const { csv, delimiter, texts } = sheet!.source(true);
  expect([await csv.text(), delimiter, await texts?.text()]).toEqual(['400.5;id\r\n1,5;1.5\r\n', ';', '400.5;id\r\n;1.5\r\n']);
  expect(await sheet!.source(false).csv.text()).toBe('400.5,id\r\n1.5,1.5\r\n');
});
