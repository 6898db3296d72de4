import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { chanceAt, HEART_AGE, inChromium, through, visits } from './visits.ts';

const { urls, open, closeAll } = visits({ age: HEART_AGE });

/** A workbook of sheets, each of rows of cells as SpreadsheetML has them. */
function workbook(sheets: Record<string, string>, more: Record<string, Uint8Array> = {}): Buffer {
  const names = Object.keys(sheets);
  const ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const rel = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const list = names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('');
  const rels = names
    .map((_, at) => `<Relationship Id="rId${at + 1}" Type="${rel}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`)
    .join('');
  const styles = `<styleSheet ${ns}><numFmts/><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0"/></cellXfs></styleSheet>`;
  const files: Record<string, string> = {
    'xl/workbook.xml': `<workbook ${ns} xmlns:r="${rel}"><sheets>${list}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${rels}<Relationship Id="s" Type="${rel}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': styles,
  };
  names.forEach((name, at) => {
    files[`xl/worksheets/sheet${at + 1}.xml`] = `<worksheet ${ns}><sheetData>${sheets[name]}</sheetData></worksheet>`;
  });
  return Buffer.from(zipSync({ ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])), ...more }));
}

const text = (place: string, value: string) => `<c r="${place}" t="inlineStr"><is><t>${value}</t></is></c>`;

inChromium('a workbook', () => {
  test('reads a workbook: the first sheet or a choice, dates as ISO texts, and formulas in its texts disarmed', async () => {
    const page = await open(urls.age!);
    const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('workbook.js')));
    await through(page, 'age\n54\n');
    expect(await loaded()).toBe(false);
    const head = `<row r="1">${text('A1', 'age')}${text('B1', 'seen')}${text('C1', '=note')}</row>`;
    const book = workbook({
      First: `${head}<row r="2"><c r="A2"><v>54</v></c><c r="B2" s="1"><v>45000</v></c>${text('C2', '=1+1')}</row><row r="3">${text('B3', 'x, y')}</row>`,
      Second: `${head}<row r="2"><c r="A2"><v>61</v></c></row>`,
    });
    expect(await through(page, book, 'patients.xlsx')).toBe(
      `\ufeffage,seen,'=note,prediction,problem\r\n54,2023-03-15,'=1+1,${chanceAt(54)},\r\n,"x, y",,,age: a value is missing\r\n`,
    );
    expect(await loaded()).toBe(true);
    await page.getByRole('combobox', { name: 'Sheet' }).selectOption('Second');
    await page.locator('#run-state', { hasText: '1 row · Done' }).waitFor();
    await page.locator('#preview th', { hasText: 'reasons' }).waitFor();
    expect(await page.locator('#preview tbody').textContent()).toBe('12.1%Age (61) −42.461');
    await closeAll();
  });

  test('reads a sheet in a language whose decimal mark is a comma, one number of it kept as a text', async () => {
    const page = await open(urls.age!, { locale: 'pt-BR' });
    const rows = `<row r="2"><c r="A2"><v>54.5</v></c></row><row r="3">${text('A3', '54.5')}</row>`;
    const buffer = workbook({ Idades: `<row r="1">${text('A1', 'age')}</row>${rows}` });
    await page.locator('#file').setInputFiles({ name: 'a.xlsx', mimeType: 'application/zip', buffer });
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/^\ufeffage;prediction\r\n54,5;(0,\d+)\r\n54\.5;\1\r\n$/);
    await closeAll();
  });

  test('a workbook that would become too large, or is none, is refused in words', async () => {
    const page = await open(urls.age!);
    const give = (buffer: Buffer) => page.locator('#file').setInputFiles({ name: 'a.xlsx', mimeType: 'application/zip', buffer });
    await give(workbook({ A: '' }, { 'xl/more.xml': new Uint8Array(60_000_000) }));
    await page.getByText('The Excel file is too large for a browser').waitFor();
    await give(
      workbook({ A: Array.from({ length: 400 }, (_, row) => `<row r="${row + 1}"><c r="XFD${row + 1}"><v>1</v></c></row>`).join('') }),
    );
    await page.getByText('The Excel file is too large for a browser').waitFor();
    await give(Buffer.from('PK\u0003\u0004 and nothing more'));
    await page.getByText('This is no Excel file').waitFor();
    await closeAll();
  });
});
