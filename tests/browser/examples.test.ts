import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { chooseModel } from '../../model/examples/examples.ts';
import { PROJECT } from '../support/project.ts';
import { openPage, shoot } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, serveModel } from './servers.ts';

jest.setTimeout(30_000);

let browser: Browser;
let url: string;

beforeAll(async () => {
  if (!hasChromium) return;
  browser = await launch();
  url = await serveModel(chooseModel({ model: undefined, example: 'heart', project: PROJECT, from: '.' }));
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await closeServers();
});

/** Opens the example's page, runs a test with it, and holds that the page complained of nothing. */
async function withPage(options: Parameters<typeof openPage>[2], run: (page: Page) => Promise<void>): Promise<void> {
  const { page, complaints, close } = await openPage(browser, url, options);
  await page.locator('#answer strong').waitFor();
  await run(page);
  await close();
  expect(complaints).toEqual([]);
}

/** The texts of a select's options. */
const optionsOf = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true }).locator('option').allTextContents();

const inChromium = hasChromium ? describe : describe.skip;

inChromium('the page of the example heart', () => {
  test('has every feature in words: a select, a switch or a slider with its unit', () =>
    withPage({}, async (page) => {
      expect(await page.locator('.field').count()).toBe(13);
      expect(await optionsOf(page, 'Chest pain')).toEqual(['no pain', 'atypical angina', 'other pain', 'typical angina']);
      expect(await page.getByRole('switch', { name: 'Angina in exercise' }).count()).toBe(1);
      expect(await page.getByRole('slider').count()).toBe(6);
      await page.getByText('mg/dl', { exact: true }).waitFor();
    }));

  test('says its classes and levels in Portuguese too, and sends the data’s own words', () =>
    withPage({ locale: 'pt-BR' }, async (page) => {
      expect(await page.title()).toBe('Doença cardíaca a partir de um exame');
      expect(await page.locator('#answer').textContent()).toMatch(/Mais provável (?:sem )?doença cardíaca \d/);
      await page.locator('#shares', { hasText: 'sem doença cardíaca' }).waitFor();
      expect(await optionsOf(page, 'Dor no peito')).toContain('sem dor');
      const sent = page.waitForRequest((request) => request.method() === 'POST');
      await page.getByRole('combobox', { name: 'Dor no peito', exact: true }).selectOption({ label: 'sem dor' });
      expect((await sent).postData()).toContain('"asymptomatic"');
      await page.locator('#levels dt', { hasText: 'sem dor' }).waitFor();
      await page.getByRole('button', { name: 'English' }).click();
      expect(await optionsOf(page, 'Chest pain')).toContain('no pain');
      await page.locator('#shares', { hasText: 'no heart disease' }).waitFor();
      await shoot(page, 'example-heart');
    }));
});
