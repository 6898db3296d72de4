import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openKeysFile } from '../../container/server/keys.ts';
import { stored } from '../support/access/keys.ts';
import { golden } from '../support/golden.ts';
import { drawn, shoot } from './chromium.ts';
import { hasChromium } from './launch.ts';
import { serveModel } from './servers.ts';
import { chanceAt, HEART_AGE, inChromium, openDialog, says, violations, visits } from './visits.ts';

const KEY = 'canopy_the-key-of-the-visitor';
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-page-keys-'));
const { urls, watch } = visits({});
let close = () => {};
beforeAll(async () => {
  if (!hasChromium) return;
  const file = path.join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [stored('visitor', KEY)] }));
  const keys = openKeysFile(file, () => {});
  close = keys.close;
  urls.age = await serveModel(HEART_AGE, keys);
  urls.heart = await serveModel(golden('heart-probability').file, keys);
});
afterAll(() => {
  close();
  rmSync(folder, { recursive: true });
});

/** What a browser says of an answer that is a 401; nothing else may stand in its console. */
const others = (complaints: string[]) => complaints.filter((one) => !one.includes('401'));

inChromium('the page of an API with keys', () => {
  test('asks for the key, says when it is wrong, and has with it all that an open page has', async () => {
    const { page, complaints, close: leave } = await watch(urls.age!);
    expect(await page.getByRole('spinbutton').count()).toBe(0);
    const field = page.getByLabel('Key or token', { exact: true });
    expect(await violations(page)).toEqual([]);
    await shoot(page, 'access');
    await field.fill('canopy_wrong');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText('Not known here.').waitFor();
    await field.fill(KEY);
    await page.keyboard.press('Enter');
    await page.locator('#answer strong').waitFor();
    await says(page, chanceAt(25));
    const age = page.getByRole('spinbutton', { name: 'Age' });
    expect([await age.inputValue(), await age.getAttribute('min'), await age.getAttribute('max')]).toEqual(['25', '0', '100']);
    await page.getByRole('slider', { name: 'Age, slider' }).fill('54');
    await says(page, chanceAt(54));
    await page.locator('#plot .over').waitFor();
    expect(await drawn(page, '#plot')).toBeGreaterThan(100);
    expect(await page.locator('#code').textContent()).toContain('curl -H "x-api-key: $CANOPY_KEY" -d ');
    // Nowhere but in the page's memory.
    const kept = await page.evaluate(() => [
      location.href,
      document.cookie,
      JSON.stringify({ ...localStorage, ...sessionStorage }),
      document.documentElement.outerHTML,
    ]);
    expect(kept.join()).not.toContain(KEY);
    await openDialog(page, 'About the model');
    expect(others(complaints)).toEqual([]);
    await leave();
  });

  test('begins anew where its model was replaced before the key came', async () => {
    const { page, close: leave } = await watch(urls.age!);
    // As in a tab that was open for a day: /model tells of a model whose levels may stand in another order.
    await page.route('**/model', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), sha256: 'cd'.repeat(32) } });
    });
    await page.getByLabel('Key or token', { exact: true }).fill(KEY);
    const again = page.waitForEvent('framenavigated');
    await page.keyboard.press('Enter');
    await again;
    await page.unroute('**/model');
    await page.getByLabel('Key or token', { exact: true }).fill(KEY);
    await page.keyboard.press('Enter');
    await says(page, chanceAt(25));
    await leave();
  });

  test('gives every field of a model with many features what it needs', async () => {
    const { page, complaints, close: leave } = await watch(urls.heart!);
    await page.getByRole('button', { name: 'Português' }).click();
    await page.getByLabel('Chave ou token', { exact: true }).fill(KEY);
    await page.getByRole('button', { name: 'Usar' }).click();
    await page.locator('#answer strong').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('pt');
    expect(await page.locator('input[type=range].slider').count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('#form h2').textContent()).toBe('Inputs');
    await shoot(page, 'access-heart');
    expect(others(complaints)).toEqual([]);
    await leave();
  });

  test('lets its description be tried with the key', async () => {
    const { page, close: leave } = await watch(`${urls.age}docs`);
    const send = page.locator('#predict').getByRole('button', { name: 'Send' });
    const status = page.locator('#predict [role=status]');
    await page.locator('#predict-body').fill('{"age": 54}');
    await send.click();
    await status.filter({ hasText: /^401 / }).waitFor();
    await page.locator('#key').fill(KEY);
    await send.click();
    await status.filter({ hasText: /^200 / }).waitFor();
    await leave();
  });
});
