import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { PROJECT } from '../support/project.ts';
import { BINARY, hasChromium } from './launch.ts';

/** Where the screenshots go; git ignores it. */
const SHOTS = path.join(PROJECT, '.canopy/screenshots');

// Said by the tests that need it, and by nothing else: bench imports launch.ts alone.
if (!hasChromium) console.warn(`SKIPPED: no Chromium at ${BINARY}; bash .ci/run browser installs it, or set CHROMIUM to another`);

/** A page, and all that it must not do: errors it logged, requests to other origins. */
export type Watched = { page: Page; complaints: string[]; close(): Promise<void> };

/** Opens an address in a fresh profile, and watches it. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-US', acceptDownloads: true, ...options });
  const page = await context.newPage();
  // When the first prediction stood there, in milliseconds since the page was asked for.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('#answer strong')) return;
      observer.disconnect();
      document.documentElement.dataset.first = String(performance.now());
    }).observe(document, { childList: true, subtree: true });
  });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.protocol !== 'blob:' && to.origin !== new URL(url).origin) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Keeps a picture of the whole page, from its top; of the window alone where a dialog lies over it. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  const fullPage = (await page.locator('dialog[open]').count()) === 0;
  if (fullPage) await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage, animations: 'disabled' });
}

/**
 * How many pixels wide and high a plot's lines are together: 0 where nothing is drawn, or nothing can be seen.
 *
 * They are found and measured in one call: a locator finds first and measures by a second call, and whatever is drawn anew between the two is
 * 0 pixels large. Every test that measures what an answer draws anew does so.
 */
export function drawn(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    (lines) =>
      [...document.querySelectorAll(lines)].reduce((sum, line) => {
        const { width, height } = line.getBoundingClientRect();
        return sum + (getComputedStyle(line).stroke === 'none' ? 0 : width + height);
      }, 0),
    `${selector} .line`,
  );
}

/** A place in pixels, from the window's top left corner. */
export type Box = { x: number; y: number; width: number; height: number };

/** Where the first element is that a selector finds, once there is one; found and measured in one call, as drawn() does. */
export async function boxOf(page: Page, selector: string): Promise<Box> {
  const box = await page.waitForFunction(
    (wanted) => document.querySelector(wanted)?.getBoundingClientRect().toJSON() as Box | undefined,
    selector,
  );
  return (await box.jsonValue()) as Box;
}
