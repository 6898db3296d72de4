import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { bundleBrowser } from '../../container/package/build.ts';
import { importModel } from '../../model/artifact/import.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { openPage } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';
import { closeServers, listen } from './servers.ts';

/** Models that ask the C library, which browsers have no part of. */
const ASKING = ['survival-logrank', 'dose-logit-glm', 'dose-probit-glm', 'dose-cloglog-glm', 'days-power-glm'];
/** A forest of steps, one of masks, an rpart tree, a linear model with steps. */
const NAMES = ['heart-age', 'iris', 'heart-probability', 'car-rpart', 'iris-lm', ...ASKING];
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-browser-'));
let browser: Browser;
let url: string;
const inChromium = hasChromium ? test : test.skip;

beforeAll(async () => {
  if (!hasChromium) return;
  await bundleBrowser(PROJECT, folder);
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1);
    if (name === 'browser.js') response.setHeader('content-type', 'text/javascript').end(readFileSync(path.join(folder, name)));
    else if (name.endsWith('.canopy')) response.end(importModel(golden(name.slice(0, -'.canopy'.length)).file));
    else response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><title>a page</title>');
  });
  [browser, url] = await Promise.all([launch(), listen(server)]);
});
afterAll(async () => {
  await browser?.close();
  await closeServers();
  rmSync(folder, { recursive: true });
});

inChromium.each(NAMES)("the package's browser entry gives R's numbers for %s", async (name) => {
  const { rows, predictions } = golden(name);
  const { page, complaints, close } = await openPage(browser, url);
  const told = await page.evaluate(
    async ([place, asked]) => {
      const { openModel } = await import(`${location.origin}/browser.js`);
      const artifact = await (await fetch(`/${place}.canopy`)).arrayBuffer();
      return (await openModel(artifact)).predict(asked) as unknown;
    },
    [name, rows] as const,
  );
  expect(told).toEqual(predictions);
  expect(complaints).toEqual([]);
  await close();
});

inChromium('a damaged artifact and a wrong row are refused in words', async () => {
  const { page, close } = await openPage(browser, url);
  const told = await page.evaluate(async () => {
    const { openModel, ModelError, RequestError } = await import(`${location.origin}/browser.js`);
    const artifact = new Uint8Array(await (await fetch('/heart-age.canopy')).arrayBuffer());
    const model = await openModel(artifact);
    artifact[1_000] = (artifact[1_000] ?? 0) ^ 1;
    const errors: unknown[] = [];
    await openModel(artifact).catch((error: Error) => errors.push(error instanceof ModelError, error.name, error.message.slice(0, 22)));
    const linear = new Uint8Array(await (await fetch('/iris-lm.canopy')).arrayBuffer());
    linear[linear.length - 9] = (linear[linear.length - 9] ?? 0) ^ 1;
    await openModel(linear).catch((error: Error) => errors.push(error.message.slice(0, 34)));
    try {
      model.predict([{ age: 'old' }]);
    } catch (error) {
      errors.push(error instanceof RequestError, (error as { problems: { path: string }[] }).problems[0]?.path);
    }
    return errors;
  });
  expect(told).toEqual([true, 'ModelError', 'artifact: found sha256', "artifact's section SPREAD: found s", true, '/0/age']);
  await close();
});
