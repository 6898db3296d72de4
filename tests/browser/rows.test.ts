import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { encodeArtifact } from '../../shared/artifact.ts';
import { golden } from '../support/golden.ts';
import { shoot } from './chromium.ts';
import { serveAnswers, serveModel } from './servers.ts';
import { chanceAt, HEART_AGE, inChromium, infoOf, through, visits } from './visits.ts';

const { urls, open, closeAll, watch } = visits({
  age: HEART_AGE,
  iris: golden('iris').file,
  several: golden('glmnet-mgaussian').file,
  'heart-probability': golden('heart-probability').file,
});

inChromium('no row of a spreadsheet is thrown away', () => {
  test('answers a model whose features have numbers as names', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'canopy-names-'));
    const { schema, ...model } = loadModel(HEART_AGE);
    const features = schema.features.map((feature) => ({ ...feature, name: '400.5' }));
    writeFileSync(path.join(folder, 'a.canopy'), encodeArtifact({ ...model, schema: { ...schema, features } }));
    const page = await open(await serveModel(path.join(folder, 'a.canopy')));
    rmSync(folder, { recursive: true });
    expect(await through(page, '400.5\n54\n61\n')).toBe(`400.5,prediction\n54,${chanceAt(54)}\n61,${chanceAt(61)}\n`);
    await closeAll();
  });

  test('throws no spreadsheet away: rows that can be predicted are, the others stay with a reason', async () => {
    const page = await open(urls.age!);
    const file = await through(page, 'id,age\n1,54\n2,\n3,old\n4,61\n');
    expect(file.split('\n')).toEqual([
      'id,age,prediction,problem',
      `1,54,${chanceAt(54)},`,
      '2,,,age: a value is missing',
      '3,old,,"age: not a number (""old"")"',
      `4,61,${chanceAt(61)},`,
      '',
    ]);
    await page.getByText('2 of 4 rows have no prediction').waitFor();
    expect(await page.locator('#left li').allTextContents()).toEqual(['1 × age: a value is missing', '1 × age: not a number']);
    expect(await page.locator('#preview-note').textContent()).toMatch(
      /^The first 4 of 4 rows · (?:scroll .* · )?Reasons are .* no causes\.$/,
    );
    // One blank line is a row where there is one column, and nothing at the end.
    expect(await through(page, 'age\n54\n\n61\n\n')).toBe(
      `age,prediction,problem\n54,${chanceAt(54)},\n,,age: a value is missing\n61,${chanceAt(61)},\n`,
    );
    // Quotes that never close, each in a line of its own between good ones.
    const quotes = (await through(page, 'age,x\n54,"a\n61,b\n')).split('\n');
    expect(quotes.slice(1)).toEqual(['54,"a,,a quote is opened and never closed', `61,b,${chanceAt(61)},`, '']);
    // An unclosed quote, too many cells and too few.
    const odd = (await through(page, 'age,x\n54,"a\n61\n60,1,2\n')).split('\n');
    expect(odd.slice(1)).toEqual([
      '54,"a,,a quote is opened and never closed',
      `61,,${chanceAt(61)},`,
      '60,1,2,,more cells than the header line has (3)',
      '',
    ]);
    await closeAll();
  });

  test('one NA far down loses nothing, and the batches before it get the column of reasons', async () => {
    const page = await open(urls.age!);
    const lines = Array.from({ length: 10_000 }, (_, row) => (row === 8_000 ? 'NA' : String(row % 100)));
    const file = (await through(page, `age\r\n${lines.join('\r\n')}\r\n`)).split('\r\n');
    expect(file.length).toBe(10_002);
    expect([file[0], file[1], file[8_001], file[10_000]]).toEqual([
      'age,prediction,problem',
      `0,${chanceAt(0)},`,
      'NA,,age: a value is missing',
      `99,${chanceAt(99)},`,
    ]);
    expect(new Set(file.slice(0, -1).map((line) => line.split(',').length))).toEqual(new Set([3]));
    expect(await page.locator('#preview-note').textContent()).toMatch(/^The first 8 of 10,000 rows · /);
    await closeAll();
  });

  test('rows before the first prediction have as many cells as those behind it', async () => {
    const page = await open(urls['heart-probability']!);
    const { rows, predictions } = golden('heart-probability');
    const names = Object.keys(rows[0]!);
    const good = Object.values(rows[0]!).join();
    const bad = good.replace(/^[^,]+/, '');
    const lines = (await through(page, `${names.join()}\n${`${bad}\n`.repeat(2_499)}\n${bad}\n${good}\n`)).split('\n');
    const shares = predictions[0] as Record<string, number>;
    const classes = Object.keys(shares);
    expect(lines[0]).toBe(`${names.join()},prediction,${classes.map((label) => `prediction.${label}`).join()},problem`);
    for (const at of [1, 2_499, 2_501]) expect(lines[at]).toBe(`${bad}${','.repeat(classes.length + 2)}${names[0]}: a value is missing`);
    expect(lines[2_500]).toBe('');
    expect(lines[2_502]).toMatch(new RegExp(`,${Object.values(shares).join()},$`));
    await closeAll();
  });

  test('several numbers of a prediction have a column each', async () => {
    const page = await open(urls.several!);
    const { rows, predictions } = golden('glmnet-mgaussian');
    const names = Object.keys(rows[0]!);
    const line = Object.values(rows[0]!).join();
    const [first, second] = predictions[0] as number[];
    expect(await through(page, `${names.join()}\n${line}\n`)).toBe(
      `${names.join()},prediction.1,prediction.2\n${line},${first},${second}\n`,
    );
    await closeAll();
  });

  test('a row that only the server refuses has its words, and a server that is gone is a reason, too', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }]);
    // The browser logs what is refused, so nobody listens to its log here.
    const { page, close } = await watch(await serveAnswers(info, ({ rows }) => ({ predictions: rows.map(() => 1) })));
    let isGone = false;
    await page.route('**/predict', async (route) => {
      if (isGone) return route.fulfill({ status: 400, json: { detail: 'made up' } });
      const rows = (route.request().postData() ?? '').trim().split('\n').slice(1);
      const errors = rows.flatMap((x, at) =>
        Number.parseFloat(x) > 5 ? [{ path: `/${at}`, message: 'no answer; if "x" is a factor in R, name it' }] : [],
      );
      return errors.length > 0
        ? route.fulfill({ status: 422, json: { errors } })
        : route.fulfill({ json: { predictions: rows.map((x) => Number.parseFloat(x)), model: { sha256: info.sha256 } } });
    });
    expect(await through(page, 'x\n1\n7\n3\n')).toBe('x,prediction,problem\n1,1,\n7,,no answer\n3,3,\n');
    isGone = true;
    expect(await through(page, 'x\n1\n2\n')).toBe('x,prediction,problem\n1,,made up\n2,,made up\n');
    await close();
  });

  test('labels that a spreadsheet would take for formulas are disarmed in the download', async () => {
    const label = '=HYPERLINK("http://x.example")';
    const info = infoOf('classification', [{ name: 'x', type: 'number', min: 0, max: 1, step: 1 }], { classes: [label, '-1'] });
    const page = await open(await serveAnswers(info, ({ rows }) => ({ predictions: rows.map(([x]) => (x === 0 ? label : '-1')) })));
    await page.route('**/predict', (route) => route.fulfill({ json: { predictions: [label, '-1'], model: { sha256: info.sha256 } } }));
    expect(await through(page, 'x\n0\n1\n')).toBe(`x,prediction\n0,"'=HYPERLINK(""http://x.example"")"\n1,-1\n`);
    await closeAll();
  });

  test('the preview has classes and shares, and scrolls inside itself on a telephone', async () => {
    const page = await open(urls.iris!, { viewport: { width: 360, height: 740 } });
    const row = '5.9,3,5,1.8';
    const file = await through(page, `Sepal.Length,Sepal.Width,Petal.Length,Petal.Width\n${`${row}\n`.repeat(10)}`);
    expect(file.split('\n')[1]).toMatch(/^5\.9,3,5,1\.8,(?:virginica|versicolor)$/);
    await page.locator('#preview th', { hasText: 'setosa' }).waitFor();
    expect(await page.locator('#preview th.new').allTextContents()).toEqual(['prediction', 'setosa', 'versicolor', 'virginica']);
    expect(await page.locator('#preview tbody tr').first().locator('td.new').last().textContent()).toMatch(/%$/);
    const sticking = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
    const inside = await page.locator('#preview-frame').evaluate((frame) => frame.scrollWidth - frame.clientWidth);
    expect([sticking, inside > 0]).toEqual([0, true]);
    await shoot(page, 'preview-narrow');
    const shares = await open(urls['heart-probability']!);
    const { rows, predictions } = golden('heart-probability');
    const names = Object.keys(rows[0]!);
    const table = await through(shares, `${names.join()}\n${Object.values(rows[0]!).join()}\n`);
    const { absence, presence } = predictions[0] as Record<string, number>;
    const best = (presence as number) > (absence as number) ? 'presence' : 'absence';
    expect(table.split('\n')[0]).toBe(`${names.join()},prediction,prediction.presence,prediction.absence`);
    expect(table.split('\n')[1]).toBe(`${Object.values(rows[0]!).join()},${best},${presence},${absence}`);
    expect(await shares.locator('#preview').textContent()).not.toMatch(/\d\.\d{8}/);
    await closeAll();
  });
});
