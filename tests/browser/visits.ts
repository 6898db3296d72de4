import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, jest } from '@jest/globals';
import type { Browser, Locator, Page, Route } from 'playwright-core';
import type { ModelInfo } from '../../shared/schema/card.ts';
import type { Kind, Schema } from '../../shared/schema/features.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { openPage, type Watched } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, serveModel } from './servers.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHA = 'ab'.repeat(32);

/** The model that most tests of the page ask, and R's number for an age. */
export const HEART_AGE = `${PROJECT}model/heart/heart-age.RDS`;
const ages = golden('heart-age');
export const chanceAt = (age: number) => ages.predictions[ages.rows.findIndex((row) => row.age === age)] as number;

/** Tests that are skipped where there is no Chromium. */
export const inChromium = hasChromium ? describe : describe.skip;

/** What a file of tests does in its browser. */
export type Visits = {
  /** The page's address of each model, by its name. */
  urls: Record<string, string>;
  /** Opens a page and waits for its first answer. */
  open(url: string, options?: Parameters<typeof openPage>[2]): Promise<Page>;
  /** Closes what `open` opened; none of the pages may have logged an error or asked another origin. */
  closeAll(): Promise<void>;
  /** Opens a page that a test watches by itself. */
  watch(url: string, options?: Parameters<typeof openPage>[2]): Promise<Watched>;
};

/** One Chromium for a file of tests, and a server for each of `models`, name to file. To be called once, at the top of the file. */
export function visits(models: Record<string, string>): Visits {
  // Chromium shares the machine with the rest of the tests.
  jest.setTimeout(30_000);
  let browser: Browser | undefined;
  const urls: Record<string, string> = {};
  const opened: Watched[] = [];
  const watch: Visits['watch'] = (url, options = {}) => openPage(browser as Browser, url, options);
  beforeAll(async () => {
    if (!hasChromium) return;
    browser = await launch();
    for (const [name, file] of Object.entries(models)) urls[name] = await serveModel(file);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await closeServers();
  });
  return {
    urls,
    watch,
    open: async (url, options) => {
      const watched = await watch(url, options);
      opened.push(watched);
      await watched.page.locator('#answer strong').waitFor();
      return watched.page;
    },
    closeAll: async () => {
      for (const { page, complaints, close } of opened.splice(0)) {
        // A request that a test answers may still be under way, such as that for reasons: its handler would fail in whatever test comes next.
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        await close();
        expect(complaints).toEqual([]);
      }
    },
  };
}

/** A model made up for its page alone. */
export function infoOf(kind: string, features: Schema['features'], more: Partial<Schema> = {}): ModelInfo {
  const card = { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: SHA } };
  return { schema: { kind: kind as Kind, features, takesMissing: false, ...more }, card, sha256: SHA };
}

/** What a page says where its model was replaced. */
export const REPLACED = 'The model was replaced by another. Please load this page again.';

/**
 * Has the server at `url`, which has another model, answer, as after a deploy; with `from` in the midst of one: of a spreadsheet's
 * requests those behind the first so many.
 * `isDropped`: as behind a proxy that hands on no header that it does not know.
 */
export async function deploy(
  page: Page,
  url: string,
  { from, isDropped = false }: { from?: number; isDropped?: boolean } = {},
): Promise<{ statuses: number[] }> {
  const seen = { statuses: [] as number[] };
  let asked = 0;
  await page.route('**/predict', async (route: Route) => {
    const headers = { ...route.request().headers() };
    const isSheet = headers['content-type'] === 'text/csv';
    if (isSheet) asked += 1;
    if (from !== undefined && (!isSheet || asked <= from)) return route.continue();
    if (isDropped) delete headers['x-model-sha256'];
    const response = await route.fetch({ url: `${url}predict`, headers });
    seen.statuses.push(response.status());
    await route.fulfill({ response });
  });
  return seen;
}

/** What a page says exactly. */
export const exact = (page: Page) => page.locator('#exact').textContent();

/** Waits until the page says a number exactly. */
export const says = (page: Page, number: number) =>
  page.locator('#exact', { hasText: new RegExp(`^${String(number).replaceAll('.', '\\.')}$`) }).waitFor({ state: 'attached' });

/** Opens a dialog by its link, and waits for what comes into it only then. */
export async function openDialog(page: Page, name: string): Promise<Locator> {
  await page.getByRole('link', { name }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.locator('#dialog-body:not([aria-busy]) > :is(.facts, div)').waitFor();
  return dialog;
}

/** Closes the dialog by the keyboard. */
export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  // Only when its address is gone too may the next one be opened.
  await page.waitForURL((url) => url.hash === '');
}

/** Gives a spreadsheet to the page, and takes the download when all is done. */
export async function through(page: Page, text: string | Buffer, name = 'a.csv'): Promise<string> {
  await page.locator('#file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.locator('#run-state', { hasText: 'Done' }).waitFor();
  const link = page.getByRole('link', { name: 'Download with predictions' });
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  return readFileSync(await download.path(), 'utf8');
}

/** What axe-core finds wrong, each with its first place. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, help, nodes }) => `${id}: ${help} at ${nodes[0]?.target}: ${nodes[0]?.failureSummary}`);
  });
}
