import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { placesBelow } from '../../../container/train/places.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { PROJECT } from '../../support/project.ts';

// A process each, which grows trees in threads.
jest.setTimeout(60_000);

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-train-'));
const [app, root] = [path.join(folder, 'app'), path.join(folder, 'ml')];
const places = placesBelow(root);
afterAll(() => rmSync(folder, { recursive: true }));

/** What the image holds, made by the command of its Dockerfile. */
beforeAll(() => {
  const dockerfile = readFileSync(path.join(PROJECT, 'container/Dockerfile'), 'utf8');
  const command = /^RUN (node container\/bundle-main\.ts) \/app$/m.exec(dockerfile)?.[1];
  execFileSync('sh', ['-c', `${command} ${app}`], { cwd: PROJECT });
}, 60_000);

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const name of ['input/config', 'input/data/train']) mkdirSync(path.join(root, name), { recursive: true });
  copyFileSync(path.join(PROJECT, 'model/heart/heart.csv'), path.join(places.data, 'train/heart.csv'));
});

/** Runs the image's command `train` with the image's flags, and SIGTERM once it has said something where `stopped`. */
async function train(hyperparameters: Record<string, string>, stopped = false) {
  writeFileSync(places.hyperparameters, JSON.stringify(hyperparameters));
  const flags = ['--max-old-space-size-percentage=75', '--max-semi-space-size=4', '--initial-old-space-size=32', '--v8-pool-size=1'];
  const env = { PATH: process.env.PATH, ML_DIR: root, TRAINING_JOB_NAME: 'canopy-dev-1' };
  const child = spawn(process.execPath, [...flags, path.join(app, 'main.mjs'), 'train'], { env });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
    if (stopped) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

test('the image trains in several threads, and the forest is that of one', async () => {
  const asked = { formula: 'target ~ .', seed: '7', 'num.trees': '60' };
  const shas: string[] = [];
  for (const threads of ['1', '3']) {
    const { code, out, err } = await train({ ...asked, 'num.threads': threads });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^canopy-dev-1 is read from .*\nmetric oob:prediction\.error=0\.1\d+\nmetric oob:r\.squared=0\.\d+\n.*model\.canopy: /,
    );
    shas.push(loadModel(places.model).sha256);
  }
  expect(shas[0]).toBe(shas[1]);
  expect(existsSync(places.report)).toBe(true);
  expect(existsSync(places.failure)).toBe(false);
});

test('what cannot be used ends it with 1, and the sentence is on standard error and in the file of the failure', async () => {
  const { code, err } = await train({ formula: 'target ~ years', seed: '7' });
  expect(code).toBe(1);
  expect(err).toMatch(/^the formula "target ~ years": found the column "years", .*\n$/);
  expect(readFileSync(places.failure, 'utf8')).toBe(err.trim());
  expect(existsSync(path.join(root, 'model'))).toBe(false);
});

test('what the machine cannot write ends it with 2', async () => {
  writeFileSync(path.join(root, 'model'), 'no folder');
  const { code, err } = await train({ formula: 'target ~ age', seed: '7', 'num.trees': '2' });
  expect([code, readFileSync(places.failure, 'utf8')]).toEqual([2, err.trim()]);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('SIGTERM ends it with 143 and what was done until then, and leaves no part of a model', async () => {
  const { code } = await train({ formula: 'target ~ .', seed: '7', 'num.trees': '100000' }, true);
  expect(code).toBe(143);
  expect(readFileSync(places.failure, 'utf8')).toMatch(
    /^the job: found SIGTERM after \d+ s with (?:no tree|\d+ of 100000 trees) grown, expected to go on; there is no model$/,
  );
  expect(existsSync(path.join(root, 'model')) ? readdirSync(path.join(root, 'model')) : []).toEqual([]);
});

test('memory that runs out in the thread is a sentence with 2', async () => {
  const file = path.join(places.data, 'train/heart.csv');
  const row = readFileSync(file, 'utf8').trim().split('\n')[1] as string;
  writeFileSync(file, `${readFileSync(file, 'utf8')}${`${row}\n`.repeat(100_000)}`);
  writeFileSync(places.hyperparameters, JSON.stringify({ formula: 'target ~ .', seed: '7', 'num.trees': '1' }));
  const env = { PATH: process.env.PATH, ML_DIR: root };
  const child = spawn(process.execPath, ['--max-old-space-size=24', path.join(app, 'main.mjs'), 'train'], { env, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  expect([code, readFileSync(places.failure, 'utf8')]).toEqual([
    2,
    expect.stringMatching(/^memory: found none left, expected an instance with more/),
  ]);
});
