import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { readCommandLine } from '../../model/commands/command-line.ts';
import { hasChromium, launch } from '../browser/launch.ts';
import { freePort } from '../support/ports.ts';
import { PROJECT } from '../support/project.ts';

const HELP = `The page of the default model against the series' Shiny page, in the same Chromium and the same run (chromium, r-cran-shiny
and r-cran-ranger must be there).

  npm run bench -- page
`;

/** How often each page is opened, the first time not counted; ages typed into it, and what must be said of them. */
const ROUNDS = 7;
const AGES = [
  ['54', '0.62656'],
  ['61', '0.12067'],
  ['25', '0.94040'],
  ['54', '0.62656'],
  ['61', '0.12067'],
] as const;

/** A page under the clock: its address, and where its number field and its answer are. */
type Peer = { name: string; url: string; field: string; answer: string };
/** Milliseconds to the first prediction and from a typed age to its number; bytes on the wire and as they were unpacked. */
type Measured = { first: number; next: number; wire: number; unpacked: number };

/** Reads the command line and measures. Throws a UsageError for what it does not take. */
export async function runPage(args: string[]): Promise<void> {
  const { values } = readCommandLine({ args, options: { help: { type: 'boolean' } } });
  if (values.help) process.stdout.write(HELP);
  else await benchPage((line) => console.log(line));
}

/**
 * The page against the series' Shiny page, in the same Chromium and the same run: medians, and ours as a share of theirs.
 * Prints a line for each; says so where Chromium or Shiny is not there.
 */
export async function benchPage(print: (line: string) => void): Promise<void> {
  if (!hasChromium || !hasShiny()) {
    print('page: SKIPPED, it needs chromium, r-cran-shiny and r-cran-ranger: apt-get install them');
    return;
  }
  const started: ChildProcess[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bench-'));
  const model = path.join(folder, 'heart-age.RDS');
  for (const name of ['heart-age.RDS', 'heart-age.model.json', 'heart.csv'])
    copyFileSync(path.join(PROJECT, 'model/heart', name), path.join(folder, name));
  const browser = await launch();
  try {
    const [shinyPort, ourPort] = [await freePort(), await freePort()];
    started.push(spawn('Rscript', [path.join(PROJECT, 'tests/bench/shiny.R'), model, String(shinyPort)], { stdio: 'ignore' }));
    const env = { ...process.env, MODEL_DIR: folder, PORT: String(ourPort), SAGEMAKER_BIND_TO_PORT: '' };
    started.push(spawn(process.execPath, [path.join(PROJECT, 'container/main.ts')], { stdio: 'ignore', env }));
    const peers: Peer[] = [
      { name: 'Shiny', url: `http://127.0.0.1:${shinyPort}/`, field: '#idade', answer: '#chance' },
      { name: 'ours', url: `http://127.0.0.1:${ourPort}/`, field: '#f0', answer: '#exact' },
    ];
    for (const { url } of peers) await answers(url);
    const all: Measured[][] = peers.map(() => []);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [at, peer] of peers.entries()) {
        const measured = await measure(browser, peer);
        if (round > 0) all[at]?.push(measured);
      }
    }
    report(peers, all, print);
  } finally {
    await browser.close();
    for (const child of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(peers: Peer[], all: Measured[][], print: (line: string) => void): void {
  const figures: [string, keyof Measured, string][] = [
    ['first prediction', 'first', 'ms'],
    ['a new number after typing', 'next', 'ms'],
    ['bytes on the wire', 'wire', 'bytes'],
    ['bytes unpacked', 'unpacked', 'bytes'],
  ];
  for (const [title, key, unit] of figures) {
    const medians = all.map((rounds) => median(rounds.map((measured) => measured[key])));
    const told = peers.map(({ name }, at) => `${name} ${Math.round(medians[at]!)} ${unit}`).join(', ');
    print(`page: ${title}: ${told}, ours / Shiny ${(medians[1]! / medians[0]!).toFixed(3)}`);
  }
}

/** Opens a page in a fresh profile, waits for its first number and types ages. */
async function measure(browser: Browser, { url, field, answer }: Peer): Promise<Measured> {
  const context = await browser.newContext();
  const page = await context.newPage();
  // The page's clock (data-number is a word of the page itself): since its opening for the first number, since the last key for the next ones.
  await page.addInitScript((selector) => {
    addEventListener('input', () => Object.assign(document.documentElement.dataset, { typed: String(performance.now()) }), true);
    new MutationObserver(() => {
      const text = document.querySelector(selector)?.textContent ?? '';
      const number = /0\.\d{5}/.exec(text)?.[0];
      const root = document.documentElement.dataset;
      if (!number || root.said === number) return;
      root.said = number;
      root.at = String(performance.now());
      root.first ??= root.at;
    }).observe(document, { childList: true, subtree: true, characterData: true });
  }, answer);
  await page.goto(url);
  await page.locator('html[data-first]').waitFor();
  await page.waitForTimeout(300);
  const sizes = await page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ] as PerformanceResourceTiming[];
    return [entries.reduce((sum, one) => sum + one.transferSize, 0), entries.reduce((sum, one) => sum + one.decodedBodySize, 0)];
  });
  const nexts: number[] = [];
  for (const [age, number] of AGES) {
    await page.locator(field).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(age);
    await page.locator(`html[data-said="${number}"]`).waitFor();
    nexts.push(await page.evaluate(() => Number(document.documentElement.dataset.at) - Number(document.documentElement.dataset.typed)));
    await page.waitForTimeout(300);
  }
  const first = Number(await page.locator('html').getAttribute('data-first'));
  await context.close();
  return { first, next: median(nexts), wire: sizes[0]!, unpacked: sizes[1]! };
}

function hasShiny(): boolean {
  try {
    execFileSync('Rscript', ['-e', 'stopifnot(requireNamespace("shiny"), requireNamespace("ranger"))'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Waits until an address answers; at most half a minute. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isThere = await fetch(url).then(
      (reply) => reply.ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url}: found no answer after 30 s, expected 200`);
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

if (import.meta.main) await benchPage((line) => console.log(line));
