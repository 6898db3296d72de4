import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { loadModel } from '../../model/artifact/import.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { boxOf } from './chromium.ts';
import { serveAnswers } from './servers.ts';
import { HEART_AGE, inChromium, infoOf, through, violations, visits } from './visits.ts';

const HEART = `${PROJECT}model/examples/heart/heart.canopy`;
const { urls, open, closeAll } = visits({
  heart: HEART,
  age: HEART_AGE,
  iris: golden('iris').file,
  veteran: golden('veteran-survival').file,
});
const csv = readFileSync(`${PROJECT}model/examples/heart/heart.csv`);

/** What lies in an element but out of sight, in pixels, by the side that it would have to be scrolled to. */
const outOfSight = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => element.scrollHeight - element.clientHeight);

inChromium('plain to whoever sees the page for the first time', () => {
  test.each([
    ['en-US', 'heart', 'means that a vessel of the heart is narrowed by half or more; “no heart disease”, that none is.'],
    ['pt-BR', 'heart', 'quer dizer que um vaso do coração está estreitado pela metade ou mais; “sem doença cardíaca”, que nenhum está.'],
    ['en-US', 'age', '“No heart disease” means that no vessel of the heart is narrowed by half or more.'],
    ['pt-BR', 'age', 'quer dizer que nenhum vaso do coração está estreitado pela metade ou mais.'],
  ])('what the answer’s words mean stands beside its reasons: %s, %s', async (locale, model, words) => {
    const page = await open(urls[model]!, { locale, viewport: { width: 320, height: 640 } });
    await page.locator('#why-table').waitFor();
    const [meaning, table] = await Promise.all(['#why #meaning', '#why-table'].map((place) => boxOf(page, place)));
    expect(await page.locator('#meaning').textContent()).toContain(words);
    expect(table!.y - meaning!.y - meaning!.height).toBeLessThan(400);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#meaning').isVisible()).toBe(true);
    await closeAll();
  });

  test('a model without reasons has the meaning of its answer under the answer, and one without words has none', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 9, step: 1 }]);
    const answer = ({ rows }: { rows: number[][] }) => ({ predictions: rows.map(([x]) => x as number) });
    const meaning = { en: 'A number of <b>steps</b>.', pt: 'Um número de passos.' };
    const page = await open(await serveAnswers({ ...info, card: { ...info.card, answer: { meaning } } }, answer));
    expect(await page.locator('#prediction #meaning').textContent()).toBe(meaning.en);
    await page.getByRole('button', { name: 'Português' }).click();
    expect(await page.locator('#prediction #meaning').textContent()).toBe(meaning.pt);
    const plain = await open(await serveAnswers(info, answer));
    expect(await plain.locator('#meaning').count()).toBe(0);
    await closeAll();
  });

  test('all small curves are seen by scrolling the page, and none is hidden in its card', async () => {
    for (const [width, height] of [
      [1280, 720],
      [1280, 900],
      [1440, 900],
      [1000, 800],
    ] as const) {
      const page = await open(urls.heart!, { viewport: { width, height } });
      await page.locator('#small button path').first().waitFor({ state: 'attached' });
      for (const place of ['#now', '#response', '#small'])
        expect([width, height, place, await outOfSight(page, place)]).toEqual([width, height, place, 0]);
      const last = page.locator('#small button').last();
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await last.focus();
      const isOnTop = await last.evaluate((button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      });
      expect([width, height, isOnTop]).toEqual([width, height, true]);
      await closeAll();
    }
  });

  test('no name of a class is broken within a word beside the reasons', async () => {
    const page = await open(urls.heart!, { viewport: { width: 1280, height: 800 } });
    await page.locator('#shares dt').first().waitFor();
    const lines = await page.evaluate(() =>
      [...document.querySelectorAll('#shares dt')].map((name) => {
        const { lineHeight } = getComputedStyle(name);
        return Math.round(name.getBoundingClientRect().height / Number.parseFloat(lineHeight));
      }),
    );
    expect(lines).toEqual([1, 1]);
    await closeAll();
  });

  test('a spreadsheet has the count of all its answers, people’s names of its columns, and a hint that it scrolls', async () => {
    const heart = loadModel(HEART);
    const { predictions } = answerQuery(heart, readBody(heart.schema, csv, 'csv'));
    const healthy = predictions.filter((shares) => (shares as Record<string, number>).healthy! >= 0.5).length;
    const page = await open(urls.heart!, { viewport: { width: 1280, height: 800 } });
    await through(page, csv);
    expect(await page.locator('#counts').textContent()).toBe(
      `All answers: ${healthy} × no heart disease · ${predictions.length - healthy} × heart disease`,
    );
    await page.locator('#preview thead th.told').waitFor();
    expect(await page.locator('#preview-note').innerText()).toContain('The first 8 of 296 rows');
    expect(await page.locator('#preview-note').innerText()).toContain('scroll sideways for all columns');
    expect(await page.locator('#preview thead th', { hasText: 'trestbps' }).textContent()).toBe('trestbpsBlood pressure (mmHg)');
    expect(await page.locator('#preview tbody td', { hasText: 'other pain (non-anginal pain)' }).count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await closeAll();
  }, 60_000);

  test('a spreadsheet of numbers has the least, the greatest and the average, and no hint where it does not scroll', async () => {
    const page = await open(urls.age!);
    await through(page, 'age\n54\n60\n');
    const model = loadModel(HEART_AGE);
    const found = answerQuery(model, readBody(model.schema, Buffer.from('age\n54\n60\n'), 'csv')).predictions as number[];
    const percent = (value: number) => value.toLocaleString('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const [least, greatest] = [Math.min(...found), Math.max(...found)];
    expect(await page.locator('#counts').textContent()).toBe(
      `All answers: ${percent(least)} … ${percent(greatest)}, on average ${percent((found[0]! + found[1]!) / 2)}`,
    );
    await page.locator('#preview thead th.told').waitFor();
    expect(await page.locator('#scrolls').textContent()).toBe('');
    await closeAll();
  });

  test('a file that cannot be read leaves nothing of the one before it', async () => {
    const page = await open(urls.age!);
    await through(page, 'age\n54\n');
    await page.locator('#file').setInputFiles({ name: 'b.csv', mimeType: 'text/csv', buffer: Buffer.from('size\n1\n') });
    await page.getByText('The header line lacks: age').waitFor();
    for (const place of ['#counts', '#preview-note', '#preview-frame', '#download'])
      expect([place, await page.locator(place).isVisible()]).toEqual([place, false]);
    await closeAll();
  });

  test('a file to start from has the columns that the page takes, and gets predictions', async () => {
    for (const model of ['heart', 'veteran']) {
      const page = await open(urls[model]!);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'A file to start from' }).click(),
      ]);
      const example = readFileSync(await download.path(), 'utf8');
      const { features } = loadModel(model === 'heart' ? HEART : golden('veteran-survival').file).schema;
      expect(example.split('\n')[0]).toBe(features.map(({ name }) => name).join(','));
      const whole = await through(page, example, download.suggestedFilename());
      expect(whole.split('\n')[0]).not.toContain('problem');
      await closeAll();
    }
  });

  test('where there is no prediction, the fields to be mended are named', async () => {
    const page = await open(urls.heart!);
    await page.getByRole('spinbutton', { name: 'Cholesterol' }).fill('');
    await page.getByText('No prediction: see what is said beside “Cholesterol”.').first().waitFor();
    await page.getByRole('button', { name: 'Português' }).click();
    await page.getByText('Sem previsão: veja o que está dito junto a “Colesterol”.').first().waitFor();
    await closeAll();
  });

  test('a spreadsheet of survival starts with the time that half reach', async () => {
    const { rows, predictions, times } = golden('veteran-survival');
    const names = Object.keys(rows[0]!);
    const lines = rows.slice(0, 3).map((row) => names.map((name) => row[name]).join(','));
    const page = await open(urls.veteran!);
    await through(page, [names.join(','), ...lines, ''].join('\n'));
    const cells = await page.locator('#preview tbody tr td:first-child').allTextContents();
    expect(await page.locator('#preview thead th').first().textContent()).toBe('Half last until');
    expect(cells).toEqual(
      (predictions.slice(0, 3) as number[][]).map((survival) => {
        const half = survival.findIndex((share) => share <= 0.5);
        return `${half < 0 ? '> ' : ''}${times!.at(half)!.toLocaleString('en')} (time)`;
      }),
    );
    await closeAll();
  });
});
