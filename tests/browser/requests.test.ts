import { expect, test } from '@jest/globals';
import type { Page, Request } from 'playwright-core';
import { RequestError } from '../../shared/errors.ts';
import { golden } from '../support/golden.ts';
import { serveAnswers } from './servers.ts';
import { chanceAt, closeDialog, deploy, HEART_AGE, inChromium, infoOf, openDialog, REPLACED, says, visits } from './visits.ts';

const { urls, open, closeAll, watch } = visits({ age: HEART_AGE, iris: golden('iris').file, lm: golden('mtcars-lm').file });

/** Waits until the page says that it is to be loaded again, and shows no answer any more. */
async function isOver(page: Page, words = REPLACED): Promise<void> {
  await page.locator('#problem', { hasText: words }).waitFor();
  expect(await page.locator('#problem').textContent()).toBe(words);
  expect(await page.locator('#answer').textContent()).toBe('');
  expect(await page.locator('#exactly').isVisible()).toBe(false);
  expect(await page.locator('#shares').textContent()).toBe('');
}

inChromium('hostile names', () => {
  test('stay text wherever they are shown', async () => {
    const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
    const info = infoOf('probability', [
      { name: hostile, type: 'number', min: 0, max: 1, step: 0.1, label: hostile, unit: hostile },
      { name: `${hostile}2`, type: 'factor', levels: [hostile, 'b'] },
    ]);
    const model = {
      ...info,
      schema: { ...info.schema, classes: [hostile, 'other'] },
      card: { ...info.card, title: hostile, description: hostile, limits: hostile },
    };
    const url = await serveAnswers(model, ({ rows }) => ({
      predictions: rows.map(() => ({ [hostile]: 0.7, other: 0.3 })),
      servedBy: hostile,
      reason: hostile,
    }));
    const page = await open(url);
    await page.locator('#plot .over').waitFor();
    await page.getByRole('combobox', { name: 'Input', exact: true }).selectOption('1');
    await page.locator('#levels:not([hidden])').waitFor();
    await page.locator('#file').setInputFiles({ name: `${hostile}.csv`, mimeType: 'text/csv', buffer: Buffer.from('x\n1\n') });
    await page.locator('#run-problem', { hasText: hostile }).waitFor();
    await openDialog(page, 'About the model');
    expect(await page.locator('img, script:not([src]):not([type])').count()).toBe(0);
    await closeAll();
  });
});

inChromium('requests', () => {
  test('one is on its way at a time, and the newest inputs win', async () => {
    const seen: number[] = [];
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 1000, step: 1 }]);
    const url = await serveAnswers(
      info,
      ({ rows }) => {
        if (rows.length === 1) seen.push(rows[0]?.[0] as number);
        return { predictions: rows.map(([x]) => x), servedBy: 'endpoint' };
      },
      80,
    );
    const page = await open(url);
    let [now, most] = [0, 0];
    const isOne = (request: Request) => request.postDataJSON()?.dataframe_split.data.length === 1;
    page.on('request', (request) => {
      now += isOne(request) ? 1 : 0;
      most = Math.max(most, now);
    });
    page.on('requestfinished', (request) => {
      now -= isOne(request) ? 1 : 0;
    });
    for (let x = 1; x <= 40; x += 1) await page.getByRole('spinbutton').fill(String(x));
    await says(page, 40);
    // The curve may have said it first.
    while (seen.at(-1) !== 40) await page.waitForTimeout(20);
    expect(seen.length).toBeLessThan(40);
    expect(most).toBe(1);
    await closeAll();
  });

  test('votes that do not come take the bars of other inputs away', async () => {
    const info = infoOf('classification', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }], {
      classes: ['low', 'high'],
      types: ['response', 'vote'],
      trees: 10,
    });
    const url = await serveAnswers(info, ({ rows, parameters }) => {
      if (!parameters) return { predictions: rows.map(([x]) => (x === 9 ? 'high' : 'low')) };
      // What another model answers is no answer to the page.
      const isOther = rows.length === 1 && rows[0]?.[0] === 9;
      return { predictions: rows.map(() => ({ low: 0.9, high: 0.1 })), ...(isOther ? { model: { sha256: 'other' } } : {}) };
    });
    const page = await open(`${url}?x=1`);
    await page.locator('#shares', { hasText: '9 of 10 trees' }).waitFor();
    await page.getByRole('spinbutton').fill('9');
    await page.locator('#answer', { hasText: 'high' }).waitFor();
    await page.locator('#shares:empty').waitFor({ state: 'attached' });
    await closeAll();
  });

  test('a server that refuses is quoted, one that is gone is reported, and the next change tries again', async () => {
    let status: number | object = 503;
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }]);
    const url = await serveAnswers(info, () => status);
    const { page, close } = await watch(url);
    await page.getByText('made up', { exact: true }).waitFor();
    await page.route('**/predict', (request) => request.abort());
    await page.getByRole('spinbutton').fill('2');
    await page.getByText('The server cannot be reached').waitFor();
    await page.unroute('**/predict');
    status = { predictions: [7] };
    await page.getByRole('spinbutton').fill('3');
    await says(page, 7);
    await close();
  });

  test('what the server says of a field comes without its advice for whoever deploys the model', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }]);
    const { page, close } = await watch(await serveAnswers(info, () => ({ predictions: [1] })));
    await page.locator('#answer strong').waitFor();
    const errors = [{ path: '/dataframe_split/data/0/0', message: 'found a text; if "x" is a factor in R, name its levels in model.json' }];
    await page.route('**/predict', (route) => route.fulfill({ status: 422, json: { detail: 'no', errors } }));
    await page.getByRole('spinbutton').fill('2');
    await page.locator('#e0', { hasText: 'found a text' }).waitFor();
    expect(await page.locator('#e0').textContent()).toBe('found a text');
    await close();
  });

  test('a curve of another feature is not shown as that of the one chosen', async () => {
    let isRefused = false;
    const x = { type: 'number' as const, min: 0, max: 10, step: 1 };
    const info = infoOf('regression', [
      { name: 'x', ...x },
      { name: 'y', ...x },
    ]);
    const url = await serveAnswers(info, ({ rows }) => (isRefused ? 503 : { predictions: rows.map(([first]) => first) }));
    const { page, close } = await watch(url);
    await page.locator('#plot[aria-label^="x from"]').waitFor();
    isRefused = true;
    await page.getByRole('spinbutton', { name: 'y' }).fill('2');
    await page.locator('#plot').waitFor({ state: 'hidden' });
    isRefused = false;
    await page.getByRole('spinbutton', { name: 'y' }).fill('3');
    await page.locator('#plot[aria-label^="y from"]').waitFor();
    await close();
  });
});

inChromium('values for which a model has no answer', () => {
  const range = { type: 'number' as const, min: 0, max: 10, step: 0.1 };
  const info = infoOf('regression', [
    { name: 'x', ...range },
    { name: 'y', ...range },
  ]);
  /** A model without an answer where x is below a number: the rows that it is asked for, of each request with more than one. */
  const refusing = async (from: number, most = 100) => {
    const asked: number[] = [];
    const url = await serveAnswers(info, ({ rows }) => {
      if (rows.length > 1) asked.push(rows.length);
      const bad = rows.flatMap(([x], row) => ((x as number) < from ? [{ path: `/${row}`, message: 'no finite number' }] : []));
      if (bad.length > 0) throw new RequestError(422, 'the model has no finite answer for row 1 and others', bad.slice(0, most));
      return { predictions: rows.map(([x]) => Number(x)) };
    });
    return { asked, ...(await watch(`${url}?x=5`)) };
  };

  test('are left out of the curves, which says so', async () => {
    const { asked, page, close } = await refusing(2.95);
    await page.locator('#plot[aria-label^="x from 3 to 10: "]').waitFor();
    expect(await page.locator('#plot-note').textContent()).toContain('Left out: values without an answer.');
    await page.locator('#small button').first().waitFor();
    expect(await page.locator('#small button:has(path)').count()).toBe(2);
    // The curve and the small ones ask side by side.
    expect(asked.toSorted((one, other) => other - one)).toEqual([101, 71, 42, 36]);
    await page.getByRole('spinbutton', { name: 'x' }).fill('1');
    await page.getByText('the model has no finite answer').waitFor();
    expect(await page.locator('#e0').textContent()).toBe('');
    expect(await page.locator('#plot').getAttribute('aria-label')).toMatch('x from 3 to 10: ');
    await close();
  });

  test('are asked for a few times where a server names one at a time, and then there is no curve', async () => {
    const { asked, page, close } = await refusing(2.95, 1);
    await says(page, 5);
    for (let turn = 0; turn < 500 && asked.length < 8; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    // The curve and the small ones ask side by side.
    expect(asked.toSorted((one, other) => other - one)).toEqual([101, 100, 99, 98, 42, 41, 40, 39]);
    expect(await page.locator('#response').isVisible()).toBe(false);
    await close();
  });
});

inChromium('what few ask for', () => {
  test('is said to be on its way until it is there', async () => {
    const page = await open(urls.age!);
    let bring = () => {};
    const asked = new Promise<void>((resolve) => {
      bring = resolve;
    });
    await page.route('**/later.js*', async (request) => {
      await asked;
      await request.continue();
    });
    await page.getByRole('link', { name: 'About the model' }).click();
    await page.locator('#dialog-body[aria-busy]').getByText('Loading').waitFor();
    const close = page.getByRole('button', { name: 'Close' });
    expect(await close.evaluate((button) => button === document.activeElement)).toBe(true);
    bring();
    await page.locator('#dialog-body:not([aria-busy]) .facts').waitFor();
    expect(await page.getByText('Loading').count()).toBe(0);
    expect(await close.evaluate((button) => button === document.activeElement)).toBe(true);
    await closeAll();
  });

  test('comes once it is asked for; where it cannot come that is said, and the next time tries again', async () => {
    const { page, close } = await watch(urls.age!);
    await page.locator('#response:not([hidden])').waitFor();
    const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
    expect(await loaded()).toContain('/page.js');
    expect(await loaded()).not.toContain('/later.js');
    await page.route('**/later.js*', (request) => request.abort());
    await page.getByRole('link', { name: 'About the model' }).click();
    await page.locator('#dialog').getByText('The server cannot be reached').waitFor();
    await closeDialog(page);
    await page.locator('#file').setInputFiles({ name: 'ages.csv', mimeType: 'text/csv', buffer: Buffer.from('age\n54\n') });
    await page.locator('#run-problem').getByText('The server cannot be reached').waitFor();
    await page.unroute('**/later.js*');
    await openDialog(page, 'About the model');
    await page.locator('#dialog .facts').waitFor();
    await closeDialog(page);
    await page.locator('#file').setInputFiles({ name: 'ages.csv', mimeType: 'text/csv', buffer: Buffer.from('age\n54\n') });
    await page.getByRole('link', { name: 'Download with predictions' }).waitFor();
    await page.locator('#preview th', { hasText: 'reasons' }).waitFor();
    expect(await page.locator('#preview').textContent()).toBe('predictionreasons (percentage points)age62.7%Age (54) +8.254');
    await close();
  });
});

inChromium('a page whose model was replaced', () => {
  test.each(['iris', 'lm'])('shows nothing of one of another kind (%s), and keeps the inputs for when it is loaded again', async (name) => {
    const { page, close } = await watch(urls.age!);
    await page.locator('#answer strong').waitFor();
    const { statuses } = await deploy(page, urls[name]!);
    await page.getByRole('spinbutton', { name: 'Age' }).fill('61.5');
    await isOver(page);
    expect(new Set(statuses)).toEqual(new Set([412]));
    await page.getByRole('spinbutton', { name: 'Age' }).fill('61');
    await page.waitForURL((url) => url.searchParams.get('age') === '61');
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await says(page, chanceAt(61));
    await close();
  });

  test('says so in Portuguese, too', async () => {
    const { page, close } = await watch(urls.age!, { locale: 'pt-BR' });
    await page.locator('#answer strong').waitFor();
    await deploy(page, urls.iris!);
    await page.getByRole('spinbutton').first().fill('61.5');
    await isOver(page, 'O modelo foi substituído por outro. Carregue esta página de novo.');
    await page.unrouteAll({ behavior: 'wait' });
    await close();
  });

  test('takes no answer of another model with the same features where the header that names its own got lost', async () => {
    const { page, close } = await watch(urls.iris!);
    await page.locator('#shares', { hasText: 'of 500 trees' }).waitFor();
    await page.route('**/predict', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), model: { name: 'other', sha256: 'cd'.repeat(32) } } });
    });
    await page.reload();
    await isOver(page);
    expect(await page.locator('#response').isVisible()).toBe(false);
    expect(await page.locator('#name').textContent()).toBe('iris');
    await page.unrouteAll({ behavior: 'wait' });
    await close();
  });
});
