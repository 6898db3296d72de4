import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { PROJECT } from '../support/project.ts';
import { hasChromium, launch } from './launch.ts';
import { digests } from './math-page.ts';
import { closeServers, listen } from './servers.ts';

/** Debian's Firefox, or the one that FIREFOX names. */
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const hasFirefox = existsSync(FIREFOX);
if (!hasFirefox) console.warn(`SKIPPED: no Firefox at ${FIREFOX}; bash .ci/run browser installs it, or set FIREFOX to another`);
const inChromium = hasChromium ? test : test.skip;
const inFirefox = hasFirefox ? test : test.skip;
/** Firefox starts slowly where many others compute. */
const MOST_MS = 120_000;

let url: string;
/** Called with what the page in a browser sends. */
let told: (text: string) => void = () => {};

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "import { digests } from './math-page.ts'; fetch('/told', { method: 'POST', body: JSON.stringify(digests()) });",
      resolveDir: path.join(PROJECT, 'tests/browser'),
    },
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022' },
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    if (request.url === '/page.js') return void response.setHeader('content-type', 'text/javascript').end(script);
    if (request.url !== '/told') {
      return void response.setHeader('content-type', 'text/html').end('<!doctype html><script type="module" src="/page.js"></script>');
    }
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      response.end();
      told(text);
    });
  });
  url = await listen(server);
});
afterAll(closeServers);

/** What the page sends next. */
function nextTold(): Promise<Record<string, number>> {
  return new Promise((resolve) => {
    told = (text) => resolve(JSON.parse(text) as Record<string, number>);
  });
}

test('there is something to compare', () => {
  const here = digests();
  expect(Object.keys(here).length).toBeGreaterThan(20);
  expect(here['expm1, fused']).not.toBe(here['expm1, plain']);
});

inChromium("Chromium has Node's bits of all functions of the C library", async () => {
  const browser = await launch();
  try {
    const answer = nextTold();
    const page = await browser.newPage();
    await page.goto(url);
    expect(await answer).toEqual(digests());
  } finally {
    await browser.close();
  }
});

inFirefox(
  "Firefox has Node's bits of all functions of the C library",
  async () => {
    const profile = mkdtempSync(path.join(tmpdir(), 'canopy-firefox-'));
    const answer = nextTold();
    const firefox = spawn(FIREFOX, ['--headless', '--no-remote', '--profile', profile, url], {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    });
    const ended = new Promise((resolve) => firefox.once('exit', resolve));
    try {
      const early = ended.then(() => {
        throw new Error('Firefox ended without an answer');
      });
      expect(await Promise.race([answer, early])).toEqual(digests());
    } finally {
      // Its group: it has processes of its own.
      if (firefox.pid !== undefined && firefox.exitCode === null) process.kill(-firefox.pid, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  },
  MOST_MS,
);
