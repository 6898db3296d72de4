import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { golden } from '../support/golden.ts';
import { startPorts } from '../support/ports.ts';
import { PROJECT } from '../support/project.ts';
import { openPage, shoot } from './chromium.ts';
import { hasChromium, launch } from './launch.ts';

const ages = golden('heart-age');
const at = (age: number) => ages.predictions[ages.rows.findIndex((row) => row.age === age)] as number;
let browser: Browser | undefined;
let stack: ChildProcess | undefined;

afterAll(async () => {
  await browser?.close();
  if (!stack || stack.exitCode !== null) return;
  const ended = new Promise((resolve) => stack?.on('close', resolve));
  stack.kill('SIGTERM');
  await ended;
}, 20_000);

/** Runs npm start's script until it says that all is ready; what it said. */
function start(env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [path.join(PROJECT, 'container/start.ts')], { env: { ...process.env, ...env } });
  stack = child;
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('/predict')) resolve(said);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', () => reject(new Error(`it ended: ${said}`)));
  });
}

(hasChromium ? test : test.skip)(
  'the container is killed, and the page goes on answering and says fallback',
  async () => {
    const ports = await startPorts();
    const said = await start(ports);
    browser = await launch();
    const { page, complaints, close } = await openPage(browser, `http://127.0.0.1:${ports.API_PORT}/`);
    const age = page.getByRole('spinbutton', { name: 'Age' });
    const says = (number: number) => page.locator('#exact', { hasText: String(number) }).waitFor({ state: 'attached' });
    // The first call of an environment may come too late for its deadline.
    for (let tries = 0; tries < 10 && !(await page.locator('#served').textContent())?.includes('by the endpoint'); tries += 1) {
      await age.fill(String(40 + tries));
      await says(at(40 + tries));
    }
    expect(await page.locator('#served').textContent()).toContain('Answered by the endpoint');

    process.kill(Number(/kill (\d+)/.exec(said)?.[1]), 'SIGKILL');
    await age.fill('54');
    await says(at(54));
    await page.getByText(/Answered by the fallback \(.+\)/).waitFor();
    await age.fill('61');
    await says(at(61));
    await shoot(page, 'fallback');
    expect(complaints).toEqual([]);
    await close();
  },
  90_000,
);
