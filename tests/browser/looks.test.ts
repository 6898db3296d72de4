import { expect, test } from '@jest/globals';
import { golden } from '../support/golden.ts';
import { shoot } from './chromium.ts';
import { closeDialog, HEART_AGE, inChromium, openDialog, violations, visits } from './visits.ts';

const { urls, open, closeAll, watch } = visits({
  age: HEART_AGE,
  ...Object.fromEntries(['iris', 'heart-probability', 'warpbreaks-partition', 'veteran-survival'].map((name) => [name, golden(name).file])),
});

inChromium('craft', () => {
  // Each model is looked at in each way; axe-core, which takes its time, hears of the same parts once.
  const looks = [
    { name: 'light', options: {}, heard: ['age', 'iris', 'heart-probability', 'warpbreaks-partition', 'veteran-survival'] },
    { name: 'dark', options: { colorScheme: 'dark' as const }, heard: ['age', 'veteran-survival'] },
    { name: 'narrow', options: { viewport: { width: 320, height: 640 } }, heard: ['age'] },
  ];

  test.each(looks)('axe finds nothing and nothing sticks out: $name', async ({ name, options, heard }) => {
    for (const model of ['age', 'iris', 'heart-probability', 'warpbreaks-partition', 'veteran-survival']) {
      const page = await open(urls[model]!, options);
      await page.locator('#response:not([hidden])').waitFor();
      if (heard.includes(model)) expect([model, await violations(page)]).toEqual([model, []]);
      const sticking = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
      expect([model, sticking]).toEqual([model, 0]);
      await shoot(page, `${model}-${name}`);
      if (model !== 'age') continue;
      await openDialog(page, 'About the model');
      expect(await violations(page)).toEqual([]);
      await closeDialog(page);
    }
    await closeAll();
  }, 60_000);

  test('on paper: black on white, without what cannot be used there', async () => {
    const page = await open(urls.age!, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: 'Copy' }).isVisible()).toBe(false);
    expect(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor)).toBe('rgb(255, 255, 255)');
    await shoot(page, 'print');
    await closeAll();
  });

  test('in a reader’s own colours: bars keep theirs, and what is chosen has an outline', async () => {
    const page = await open(urls['heart-probability']!, { forcedColors: 'active', colorScheme: 'dark' });
    await page.locator('#plot .over').waitFor();
    const fills = await page.evaluate(() =>
      [...document.querySelectorAll('#shares .fill')].map((bar) => getComputedStyle(bar).backgroundColor),
    );
    expect(new Set(fills).size).toBe(2);
    expect(await page.getByRole('button', { name: 'English' }).evaluate((chosen) => getComputedStyle(chosen).outlineStyle)).toBe('solid');
    await shoot(page, 'forced-colors');
    await closeAll();
  });

  test('is under 90 KB compressed in all', async () => {
    const watched = await watch('about:blank');
    const session = await watched.page.context().newCDPSession(watched.page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await watched.page.goto(urls.age!);
    await watched.page.locator('#plot .over').waitFor();
    await watched.page.waitForTimeout(200);
    console.info(`the page took ${bytes} bytes on the wire, its answers and headers among them`);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(90_000);
    await watched.close();
  });
});
