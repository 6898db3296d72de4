import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { chooseModel } from '../../model/examples/examples.ts';
import { trainFile } from '../../model/train/artifact.ts';
import { reportHtml } from '../../model/train/report/page.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { PROJECT } from '../support/project.ts';
import { boxOf, openPage, shoot } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, listen, serveModel } from './servers.ts';
import { through } from './visits.ts';

jest.setTimeout(30_000);

let browser: Browser;
let url: string;
let reportUrl: string;

beforeAll(async () => {
  if (!hasChromium) return;
  browser = await launch();
  url = await serveModel(chooseModel({ model: undefined, example: 'heart', project: PROJECT, from: '.' }));
  const done = await trainFile(`${PROJECT}model/examples/heart/heart.csv`, {
    ...{ formula: 'diagnosis ~ .', arguments: { probability: true, importance: 'permutation', 'num.trees': 50 }, seeds: { seed: 42 } },
    output: 'heart.canopy',
  });
  const html = reportHtml(done, decodeArtifact(done.artifact));
  const head = { 'content-type': 'text/html' };
  // The browser asks for an icon by itself.
  reportUrl = await listen(
    createServer(({ url: path }, response) => response.writeHead(path === '/' ? 200 : 204, head).end(path === '/' ? html : '')),
  );
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
      expect(await page.title()).toBe('Doença cardíaca: o que um exame sugere');
      expect(await page.locator('#answer').textContent()).toMatch(/Mais provável .*?(?:sem )?doença cardíaca \d/);
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

  test('shows a spreadsheet’s predictions in words, and keeps the data’s own labels in the download', () =>
    withPage({}, async (page) => {
      const rows = readFileSync(`${PROJECT}model/examples/heart/heart.csv`, 'utf8').split('\n').slice(0, 3);
      const file = await through(page, `${rows.join('\n')}\n`);
      expect(file.split('\n')[0]).toMatch(/,diagnosis,prediction,prediction\.healthy,prediction\.heart disease$/);
      expect(file.split('\n')[1]).toMatch(/,healthy,healthy,0\.\d+,0\.\d+$/);
      await page.locator('#preview th', { hasText: 'reasons' }).waitFor();
      const added = ['prediction', 'no heart disease (healthy)', 'heart disease', 'reasons (percentage points)'];
      expect(await page.locator('#preview th.new').allTextContents()).toEqual(added);
      expect(await page.locator('#preview tbody td.new').first().textContent()).toBe('no heart disease (healthy)');
      // What was added is in sight, from its first column on.
      const [frame, first] = await Promise.all(['#preview-frame', '#preview th.new'].map((one) => boxOf(page, one)));
      expect(first!.x).toBeGreaterThanOrEqual(frame!.x - 1);
      expect(first!.x + first!.width).toBeLessThanOrEqual(frame!.x + frame!.width + 1);
      expect(await page.locator('#preview-note').textContent()).toBe(
        'The first 2 of 2 rows · scroll sideways for all columns · Reasons are what the model makes of the values, and no causes.',
      );
    }));

  test('has the answer, what other values give and the strongest reasons in sight at 1280 by 800', () =>
    withPage({ viewport: { width: 1280, height: 800 } }, async (page) => {
      await page.locator('#small button path, #small button rect').first().waitFor({ state: 'attached' });
      await page.locator('#why[aria-busy="false"] #why-steps tr').first().waitFor();
      expect(await page.locator('#small button').count()).toBe(13);
      for (const part of ['#prediction', '#levels', '#why-told', '#why-steps tr:nth-child(4)']) {
        const { y, height } = await boxOf(page, part);
        expect([part, y + height <= 800]).toEqual([part, true]);
      }
      const lines = await page.evaluate(() => {
        const strong = document.querySelector('#answer strong')!;
        return strong.getClientRects()[0]!.height / Number.parseFloat(getComputedStyle(strong).lineHeight);
      });
      expect(Math.round(lines)).toBe(2);
    }));

  test('cuts no number and no share off at 360 px, in the longer language', () =>
    withPage({ viewport: { width: 360, height: 740 }, locale: 'pt-BR' }, async (page) => {
      await page.locator('#levels dd').first().waitFor();
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('input[type=number], #shares, #levels')]
          .filter((part) => part.scrollWidth > part.clientWidth)
          .map((part) => part.id),
      );
      expect(cut).toEqual([]);
    }));
});

inChromium('the training report of the example heart', () => {
  test.each([
    ['light', { viewport: { width: 1280, height: 800 } }, 'rgb(251, 250, 247)'],
    ['dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }, 'rgb(20, 25, 23)'],
    ['narrow', { viewport: { width: 360, height: 800 } }, 'rgb(251, 250, 247)'],
  ] as const)('shows all plots, which fill the width, and nothing sticks out: %s', async (name, options, ground) => {
    const { page, complaints, close } = await openPage(browser, reportUrl, options);
    expect(await page.locator('h2:has-text("Response curves") ~ .plots svg').count()).toBe(13);
    const seen = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const tile = document.querySelector('figure')?.getBoundingClientRect().width ?? 0;
      const plot = document.querySelector('figure svg')?.getBoundingClientRect().width ?? 0;
      return { sticking: scrollWidth - clientWidth, filled: plot / tile, ground: getComputedStyle(document.body).backgroundColor };
    });
    expect(seen).toMatchObject({ sticking: 0, ground });
    expect(seen.filled).toBeGreaterThan(0.9);
    await shoot(page, `report-${name}`);
    await close();
    expect(complaints).toEqual([]);
  });
});
