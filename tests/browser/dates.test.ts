import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { PROJECT } from '../support/project.ts';
import { openPage, shoot } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, serveAnswers, serveModel } from './servers.ts';

/** lm(y ~ day + a) of R with days as Dates, and what its predict() says. */
const CASE = `${PROJECT}tests/cases/G14-date`;
const { rows, predictions } = JSON.parse(readFileSync(`${CASE}.rows.json`, 'utf8')) as {
  rows: { day: string; a: number }[];
  predictions: number[];
};
const [first, second] = [
  { ...rows[0]!, answer: predictions[0]! },
  { ...rows[1]!, answer: predictions[1]! },
];

let browser: Browser;
let url: string;
beforeAll(async () => {
  if (!hasChromium) return;
  browser = await launch();
  url = await serveModel(`${CASE}.RDS`);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await closeServers();
});

const says = (page: Page, number: number) =>
  page.locator('#exact', { hasText: new RegExp(`^${String(number).replaceAll('.', '\\.')}$`) }).waitFor({ state: 'attached' });

(hasChromium ? describe : describe.skip)('a field for a date', () => {
  test('takes a date, answers with R’s number for it, and is kept in the address', async () => {
    const { page, complaints, close } = await openPage(browser, url);
    const day = page.getByLabel('day');
    expect(await day.getAttribute('type')).toBe('date');
    expect(await day.inputValue()).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const { day: date, a, answer } of [first, second]) {
      await day.fill(date);
      await page.getByRole('spinbutton', { name: 'a', exact: true }).fill(String(a));
      await says(page, answer);
    }
    await page.waitForURL((address) => address.href.includes(second.day));
    await shoot(page, 'date');
    const again = await openPage(browser, page.url());
    await says(again.page, second.answer);
    expect(await again.page.getByLabel('day').inputValue()).toBe(second.day);
    expect([...complaints, ...again.complaints]).toEqual([]);
    await again.close();
    await close();
  }, 30_000);

  test('says what is missing where it is emptied, and answers again once it is filled', async () => {
    const { page, complaints, close } = await openPage(browser, url);
    await page.locator('#answer strong').waitFor();
    await page.getByLabel('day').fill('');
    const error = page.locator('.field[data-feature="0"] .error');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/date/i);
    await page.getByRole('spinbutton', { name: 'a', exact: true }).fill(String(first.a));
    await page.getByLabel('day').fill(first.day);
    await says(page, first.answer);
    expect(await error.isHidden()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  }, 30_000);

  test('of a time shows UTC, and sends the time with its zone, wherever the reader is', async () => {
    const asked: unknown[] = [];
    const schema = { kind: 'regression' as const, features: [{ name: 'begin', type: 'datetime' as const }], takesMissing: false };
    const card = { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: 'ab'.repeat(32) } };
    const made = await serveAnswers({ schema, card, sha256: 'ab'.repeat(32) }, (body) => {
      asked.push(...body.rows);
      return { predictions: body.rows.map(() => 1), model: { name: 'made-up', sha256: 'ab'.repeat(32) } };
    });
    const { page, complaints, close } = await openPage(browser, made, { timezoneId: 'America/Sao_Paulo' });
    const field = page.getByRole('textbox', { name: 'begin' });
    expect(await field.inputValue()).toBe('2024-01-31T12:00');
    const sent = page.waitForRequest((request) => request.method() === 'POST');
    await field.fill('2024-07-01T08:30:15');
    await (await sent).response();
    expect(asked.at(-1)).toEqual(['2024-07-01T08:30:15Z']);
    expect(complaints).toEqual([]);
    await close();
  }, 30_000);
});
