import path from 'node:path';
import { expect, test } from '@jest/globals';
import { pipelineFile } from '../support/pipelines/files.ts';
import { shoot } from './chromium.ts';
import { closeDialog, inChromium, openDialog, violations, visits } from './visits.ts';

const RECIPE = path.join(import.meta.dirname, '../golden/recipes/house.RDS');
const NAMES = ['step-mutate-ratio-rename', 'step-filter-sample-skipped', 'engine-ranger-prob', 'caret-medianImpute-pca', 'caret-rf-prob'];
const { urls, open, closeAll } = visits({ ...Object.fromEntries(NAMES.map((name) => [name, pipelineFile(name)])), recipe: RECIPE });

inChromium('a pipeline has its page', () => {
  const looks = [
    { name: 'light', options: {} },
    { name: 'dark', options: { colorScheme: 'dark' as const } },
    { name: 'narrow', options: { viewport: { width: 360, height: 640 } } },
    { name: 'pt', options: { locale: 'pt-BR', viewport: { width: 360, height: 640 } } },
  ];

  test.each(looks)('its steps are shown, nothing sticks out: $name', async ({ name, options }) => {
    for (const model of [...NAMES, 'recipe']) {
      const page = await open(urls[model]!, options);
      await page.locator('#pipeline summary').click();
      // Columns have no curve.
      if (model !== 'recipe') await page.locator('#response:not([hidden])').waitFor();
      const sticking = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
      expect([model, sticking]).toEqual([model, 0]);
      if (name === 'light') expect([model, await violations(page)]).toEqual([model, []]);
      await shoot(page, `${model}-${name}`);
      if (name === 'light') {
        await openDialog(page, 'About the model');
        await shoot(page, `${model}-${name}-about`);
        await closeDialog(page);
      }
    }
    await closeAll();
  }, 60_000);

  test('each step says what it does to which columns, in both languages', async () => {
    const page = await open(urls['step-mutate-ratio-rename']!);
    await page.locator('#pipeline summary').click();
    const told = () => page.locator('#pipeline dl > *').evaluateAll((all) => all.map((one) => one.textContent));
    expect(await told()).toEqual([
      ...['step_mutate', 'adds density, old, big, la', 'step_ratio', 'adds area_o_rooms', 'step_rename', 'adds latitude', 'drops lat'],
    ]);
    await page.getByRole('button', { name: 'Português' }).click();
    expect((await told()).slice(0, 2)).toEqual(['step_mutate', 'acrescenta density, old, big, la']);
    await closeAll();
  });

  test('a step that was for training alone says so', async () => {
    const page = await open(urls['step-filter-sample-skipped']!);
    await page.locator('#pipeline summary').click();
    await page.locator('#pipeline dt:has-text("step_filter") + dd', { hasText: 'left out: for training alone' }).waitFor();
    await page.locator('#pipeline dt:has-text("step_normalize") + dd', { hasText: 'changes area, rooms, age, lat' }).waitFor();
    await closeAll();
  });

  test.each(['en-US', 'pt-BR'])('a year of a recipe alone is read as a year, without marks between its digits: %s', async (locale) => {
    const page = await open(urls.recipe!, { locale });
    const year = page.locator('#shares div:has(dt:text-is("sold_year")) dd');
    await year.waitFor();
    expect(await year.textContent()).toMatch(/^20[0-9]{2}$/);
    await closeAll();
  });
});
