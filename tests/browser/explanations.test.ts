import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { loadModel } from '../../model/artifact/import.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { shoot } from './chromium.ts';
import { closeDialog, HEART_AGE, inChromium, openDialog, says, violations, visits } from './visits.ts';

const HEART = `${PROJECT}model/examples/heart/heart.canopy`;
const { urls, open, closeAll, watch } = visits({
  age: HEART_AGE,
  heart: HEART,
  cars: golden('car-rpart').file,
  plain: golden('iris').file,
});

/** The reasons of an answer by the model itself. */
function reasonsOf(file: string, row: object, ask: object = {}) {
  const model = loadModel(file);
  const [reasons] = answerQuery(model, readValue(model.schema, { instances: [row], parameters: { explain: ask } })).explanations!;
  return reasons!;
}

const tenth = (value: number, language = 'en') =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
const percent = (value: number, language = 'en') =>
  new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/** What the sentence says, once nothing is on its way. */
const told = async (page: Page) => {
  await page.locator('#why[aria-busy="false"]').waitFor();
  return page.locator('#why-told').textContent();
};
/** The rows of the table: the input, and the change. */
const rows = (page: Page) =>
  page
    .locator('#why-steps tr')
    .evaluateAll((all) => all.map((row) => [row.firstElementChild, row.lastElementChild].map((cell) => cell?.textContent)));

inChromium('the page says why an answer is what it is', () => {
  test('of one feature by one bar, by keyboard, in both languages', async () => {
    const page = await open(`${urls.age!}?age=54`);
    const saying = (age: number, language: 'en' | 'pt') => {
      const { baseline, contributions } = reasonsOf(HEART_AGE, { age });
      const [by, end] = [contributions.age!, baseline + contributions.age!];
      // What is read adds up.
      const size = tenth(Math.abs(Math.round(1000 * end) - Math.round(1000 * baseline)) / 10, language);
      return language === 'en'
        ? `The average answer is ${percent(baseline)}. Age (${age}) ${by > 0 ? 'adds' : 'takes away'} ${size} percentage points. With all inputs it is ${percent(end)}.`
        : `A resposta média é ${percent(baseline, 'pt')}. Idade (${age}) ${by > 0 ? 'soma' : 'tira'} ${size} pontos percentuais. Com todas as entradas é ${percent(end, 'pt')}.`;
    };
    await page.locator('#why-told', { hasText: saying(54, 'en') }).waitFor();
    expect(await rows(page)).toHaveLength(1);
    const widths = () =>
      page.evaluate(() => [...document.querySelectorAll('#why-steps span:not(.unseen)')].map((bar) => bar.getBoundingClientRect().width));
    expect((await widths())[0]).toBeGreaterThan(20);
    await page.getByRole('spinbutton', { name: 'Age' }).focus();
    await page.keyboard.press('ArrowUp');
    await page.locator('#why-told', { hasText: saying(55, 'en') }).waitFor();
    await page.getByRole('button', { name: 'Português' }).click();
    await page.locator('#why-told', { hasText: saying(55, 'pt') }).waitFor();
    expect(await page.getByRole('heading', { name: 'As razões do modelo' }).isVisible()).toBe(true);
    await page.getByRole('spinbutton').first().fill('');
    await page.locator('#why').waitFor({ state: 'hidden' });
    await closeAll();
  });

  test('of many features by their strongest steps, of the class that is chosen', async () => {
    const page = await open(urls.heart!);
    await told(page);
    const steps = await rows(page);
    expect([steps[0]![0], steps.at(-1)![0]]).toEqual(['Average answer', 'This answer']);
    const named = steps.slice(1, -1).map(([, change]) => change!);
    for (const change of named) expect(change).toMatch(/^[+−]?\d+\.\d$/);
    expect(await page.locator('#why-table thead').textContent()).toContain('percentage points');
    // The start and all changes are the end, as they are read.
    const number = (text: string) => Number(text.replace('−', '-').replace(/[^\d.-]/g, ''));
    const sum = number(steps[0]![1]!) + named.reduce((all, change) => all + number(change), 0);
    expect(Math.abs(sum - number(steps.at(-1)![1]!))).toBeLessThan(1e-9);
    const first = await told(page);
    const choice = page.locator('#why-class');
    const classes = loadModel(HEART).schema.classes!;
    expect(await choice.locator('option').count()).toBe(classes.length + 1);
    const other = await choice.locator('option').evaluateAll(
      (all, sentence) =>
        all
          .slice(1)
          .map((one) => one.textContent!)
          .find((name) => !sentence.startsWith(`For “${name}” `))!,
      first!,
    );
    await choice.focus();
    await choice.selectOption(other);
    await page.locator('#why-told', { hasText: `For “${other}” the average answer is` }).waitFor();
    await closeAll();
  });

  test('of a number as the server says', async () => {
    const page = await open(urls.cars!);
    const { baseline } = reasonsOf(golden('car-rpart').file, { Price: 15_000, Country: 'USA', Type: 'Van', Weight: 3000 }, {});
    const start = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 }).format(baseline);
    expect(await told(page)).toContain(`The average answer is ${start}. `);
    await closeAll();
  });

  test('the card says what it means, and that it is no cause', async () => {
    const page = await open(urls.age!);
    const dialog = await openDialog(page, 'About the model');
    expect(await dialog.textContent()).toContain('does not tell that the input is a cause');
    await closeDialog(page);
    await closeAll();
  });

  test('nothing where the model cannot be explained, and nothing is asked', async () => {
    const watched = await watch('about:blank');
    const asked: string[] = [];
    watched.page.on('request', (request) => asked.push(request.postData() ?? ''));
    await watched.page.goto(urls.plain!);
    await watched.page.locator('#plot .over, #plot .line').first().waitFor();
    expect(await watched.page.locator('#why').count()).toBe(0);
    expect(asked.filter((body) => body.includes('explain'))).toEqual([]);
    await watched.close();
  });

  const looks = [
    { name: 'light', options: {} },
    { name: 'dark', options: { colorScheme: 'dark' as const } },
    { name: 'narrow', options: { viewport: { width: 320, height: 640 } } },
  ];
  test.each(looks)('axe finds nothing and nothing sticks out: $name', async ({ name, options }) => {
    for (const model of ['age', 'heart', 'cars']) {
      const page = await open(urls[model]!, options);
      await told(page);
      await page.locator('#response:not([hidden])').waitFor();
      expect([model, await violations(page)]).toEqual([model, []]);
      const sticking = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect([model, Math.max(0, sticking)]).toEqual([model, 0]);
      await shoot(page, `why-${model}-${name}`);
    }
    await closeAll();
  }, 60_000);

  test('on paper', async () => {
    const page = await open(urls.heart!, { colorScheme: 'dark' });
    await told(page);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#why-table').isVisible()).toBe(true);
    await shoot(page, 'why-print');
    await closeAll();
  });

  test('the answer itself waits for no reasons', async () => {
    const { page, close } = await watch('about:blank');
    await page.route('**/predict', (route) => (route.request().postData()?.includes('explain') ? undefined : route.continue()));
    await page.goto(`${urls.age!}?age=54`);
    await page.getByRole('spinbutton', { name: 'Age' }).fill('60');
    await says(page, answerQuery(loadModel(HEART_AGE), readValue(loadModel(HEART_AGE).schema, { age: 60 })).predictions[0] as number);
    await close();
  });
});
