import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { golden } from '../support/golden.ts';
import { openPage, shoot } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, serveModel } from './servers.ts';

const ages = golden('heart-age');
let browser: Browser;
let url: string;
const inChromium = hasChromium ? test : test.skip;

beforeAll(async () => {
  if (!hasChromium) return;
  browser = await launch();
  url = await serveModel(ages.file);
});
afterAll(async () => {
  await browser?.close();
  await closeServers();
});

inChromium("a request is tried on the API's page, and its answer has R's number", async () => {
  const { page, complaints, close } = await openPage(browser, `${url}docs`);
  await page.locator('#predict-body').fill('{"age": 54}');
  await page.locator('#predict').getByRole('button', { name: 'Send' }).click();
  const answer = page.locator('#predict .answer');
  await answer.waitFor();
  expect(await answer.textContent()).toContain(String(0.62656818884906396));
  expect(await page.locator('#predict [role=status]').textContent()).toMatch(/^200 in \d+ ms$/);
  await shoot(page, 'docs');
  expect(complaints).toEqual([]);
  await close();
});

inChromium('an example brings its content type, and a path its parameters', async () => {
  const { page, complaints, close } = await openPage(browser, `${url}docs`);
  const form = page.locator('#predict form');
  await form.getByLabel('Example').selectOption({ label: 'text/csv: A header line, then a row a line' });
  await form.getByRole('button', { name: 'Send' }).click();
  await expect(form.locator('[role=status]').textContent()).resolves.toBeDefined();
  await form.locator('.answer').waitFor();
  expect(await form.locator('.answer').textContent()).toContain('"predictions":[');
  await page.locator('#v2Model > summary').click();
  await page.locator('#v2Model').getByRole('button', { name: 'Send' }).click();
  await page.locator('#v2Model .answer').waitFor();
  expect(await page.locator('#v2Model .answer').textContent()).toContain('"versions":');
  expect(complaints).toEqual([]);
  await close();
});

inChromium('a parameter of the query goes into the query, and stays out of it until it is chosen', async () => {
  const { page, complaints, close } = await openPage(browser, `${url}docs`);
  const form = page.locator('#predict form');
  const asked: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && asked.push(new URL(request.url()).search));
  await form.getByRole('button', { name: 'Send' }).click();
  await form.locator('.answer', { hasText: '"predictions":[' }).waitFor();
  // A browser of three years ago does not know it.
  await page.evaluate(() => Reflect.deleteProperty(URLSearchParams.prototype, 'size'));
  await form.getByLabel('format').selectOption('table');
  await form.getByRole('button', { name: 'Send' }).click();
  await form.locator('.answer', { hasText: '"predict":[' }).waitFor();
  expect(asked).toEqual(['', '?format=table']);
  expect(complaints).toEqual([]);
  await close();
});

inChromium('its fixed words are in the reader’s language, and the rest says that it is English', async () => {
  const { page, complaints, close } = await openPage(browser, `${url}docs`, { locale: 'pt-BR' });
  await page.locator('#predict').getByRole('button', { name: 'Enviar' }).click();
  await page.locator('#predict .answer', { hasText: '"predictions":[' }).waitFor();
  await page.getByText('As descrições vêm do documento OpenAPI').waitFor();
  expect(await page.locator('#predict [role=status]').textContent()).toMatch(/^200 em \d+ ms$/);
  expect(complaints).toEqual([]);
  await close();
});

inChromium('a link to a schema opens it, and the list that it lies in', async () => {
  const { page, close } = await openPage(browser, `${url}docs#schema-Answer`);
  expect(await page.locator('#schema-Answer').getAttribute('open')).not.toBeNull();
  expect(await page.locator('#schema-Answer').isVisible()).toBe(true);
  await page.locator('#schema-Answer a').first().click();
  await page.waitForFunction(() => document.querySelectorAll('details[id^=schema-][open]').length > 1);
  await close();
});
