import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bundleContainer, writeBundle } from '../../../container/bundle.ts';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { endAtLast } from '../../support/children.ts';
import { golden } from '../../support/golden.ts';

const ages = golden('heart-age');
const MAIN = fileURLToPath(new URL('../../../container/main.ts', import.meta.url));
let dir: string;
let sha256: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'canopy-container-'));
  const artifact = importModel(ages.file);
  sha256 = decodeArtifact(artifact).sha256;
  writeFileSync(path.join(dir, 'heart-age.canopy'), artifact);
});
const ending = endAtLast();
afterAll(() => rmSync(dir, { recursive: true }));

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs container/main.ts; `ready` is its first line's address, `ended` what it said and its exit code. */
function run(args: string[], env: Record<string, string>, main = MAIN) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const all = { PATH, NODE_COMPILE_CACHE, MODEL_DIR: dir, PORT: '0', DRAIN_MS: '300', ...env };
  const child = ending(spawn(process.execPath, [main, ...args], { env: all }));
  const said = { out: '', err: '' };
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      const found = /http:\/\/[\d.]+:\d+/.exec(said.out)?.[0];
      if (found) resolve(found);
    });
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return { child, ready, ended };
}

test('says in one line what it serves and where, logs in JSON, and ends with 0 at SIGTERM', async () => {
  const { child, ready, ended } = run(['serve'], {});
  const address = await ready;
  expect((await fetch(`${address}/ping`)).status).toBe(200);
  expect((await fetch(`${address}/`)).status).toBe(404);
  child.kill('SIGTERM');
  const { code, out, err } = await ended;
  expect([code, err]).toEqual([0, '']);
  const [first = '', ...rest] = out.trim().split('\n');
  expect(first).toMatch(new RegExp(`^heart-age \\(sha256 ${sha256.slice(0, 8)}\\) is served on ${address}, ready after \\d+ ms$`));
  expect(rest.map((line) => JSON.parse(line).path)).toEqual(['/ping', '/']);
});

test('serves the public paths too where it is started without an argument; SAGEMAKER_BIND_TO_PORT wins', async () => {
  const { child, ready, ended } = run([], { PORT: 'wrong', SAGEMAKER_BIND_TO_PORT: '0' });
  const response = await fetch(`${await ready}/predict`, { method: 'POST', body: '{"age":54}' });
  expect(await response.json()).toMatchObject({ predictions: [ages.predictions[54]], servedBy: 'container' });
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
});

test.each(['nobody reads', 'the reader has gone'])('ends at SIGINT although %s its log, after it has answered', async (what) => {
  const { child, ready, ended } = run(['serve'], {});
  const address = await ready;
  if (what === 'nobody reads') child.stdout.pause();
  else child.stdout.destroy();
  // More than a pipe holds, in lines of 300 characters.
  for (let round = 0; round < 20 && what === 'nobody reads'; round += 1) {
    await Promise.all(Array.from({ length: 30 }, () => fetch(`${address}/${'x'.repeat(200)}`).then((response) => response.text())));
    await new Promise((resolve) => setTimeout(resolve, 55));
  }
  expect((await fetch(`${address}/ping`)).status).toBe(200);
  const exit = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  child.kill('SIGINT');
  expect(await Promise.race([exit, new Promise((resolve) => setTimeout(() => resolve('it lives'), 5_000).unref())])).toBe(0);
  child.stdout.destroy();
  expect((await ended).err).toBe('');
}, 20_000);

test('answers what is in flight before it ends', async () => {
  const { child, ready, ended } = run(['serve'], {});
  const request = http.request(`${await ready}/invocations`, { method: 'POST', headers: { 'content-length': 6 } });
  const answer = new Promise<number | undefined>((resolve, reject) => {
    request.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode))).on('error', reject);
  });
  request.write('[[5');
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  request.end('4]]');
  expect(await answer).toBe(200);
  expect((await ended).code).toBe(0);
});

test('after SIGTERM it goes on answering while somebody connects, and then ends', async () => {
  const { child, ready, ended } = run(['serve'], { DRAIN_MS: '100' });
  const address = await ready;
  child.kill('SIGTERM');
  const statuses = new Set<number>();
  // Beyond the 350 ms that it would wait were it alone.
  for (const end = performance.now() + 800; performance.now() < end; ) {
    statuses.add((await fetch(`${address}/invocations`, { method: 'POST', body: '[[54]]' })).status);
  }
  expect([...statuses]).toEqual([200]);
  expect((await ended).code).toBe(0);
});

test('a log ends once, whatever lines, flushes and second ends come while it does', () => {
  // A flush is due 50 ms after a line; of many logs that end around then, some have one due while they end.
  const script = `
    import { openAccessLog } from ${JSON.stringify(new URL('../../../container/server/access-log.ts', import.meta.url).href)};
    const entry = { time: 't', requestId: 'r', method: 'GET', path: '/', status: 200, ms: 1 };
    let ended = 0;
    for (let one = 0; one < 400; one += 1) {
      const log = openAccessLog();
      const end = () => {
        log.write(entry);
        log.end(() => (ended += 1));
      };
      log.write(entry);
      setTimeout(end, 40 + one / 20);
      setTimeout(end, 41 + one / 20);
    }
    process.on('exit', () => console.error(ended));`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '400\n']);
});

test('tells what it can do with --help', async () => {
  const { code, out } = await run(['--help'], {}).ended;
  expect(code).toBe(0);
  expect(out).toContain('MODEL_DIR');
});

test('ends with 1 and the port where that is taken', async () => {
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const port = String((taken.address() as AddressInfo).port);
  const { code, err } = await run(['serve'], { PORT: port }).ended;
  expect([code, err]).toEqual([1, `port ${port} on 127.0.0.1 is taken by another process; set PORT to another\n`]);
  taken.close();
});

test.each([
  ['an argument it does not know', ['fly'], {}, 'arguments: found fly, expected serve, train or nothing; '],
  ['too many arguments', ['serve', 'it'], {}, 'arguments: found it, expected serve, train or nothing; '],
  ['a port that is none', ['serve'], { PORT: '80a' }, 'PORT: found "80a", expected a whole number from 0 to 65535\n'],
  [
    'a port too large',
    [],
    { SAGEMAKER_BIND_TO_PORT: '65536' },
    'SAGEMAKER_BIND_TO_PORT: found "65536", expected a whole number from 0 to 65535\n',
  ],
  ['a folder without a model', ['serve'], { MODEL_DIR: path.dirname(MAIN) }, 'no model among'],
])('ends with 1 and one clear line at %s', async (_, args, env, message) => {
  const { code, out, err } = await run(args, env).ended;
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('no signal opens a debugger, neither by npm run serve nor in the image', async () => {
  const { child, ready, ended } = run(['serve'], {}, fileURLToPath(new URL('../../../container/bundle-main.ts', import.meta.url)));
  const address = await ready;
  child.kill('SIGUSR1');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await fetch(`${address}/ping`)).status).toBe(200);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(path.join(PROJECT, 'container/Dockerfile'), 'utf8')).toMatch(
    /^ENTRYPOINT \["\/usr\/bin\/node", "--disable-sigusr1", /m,
  );
}, 30_000);

test('works as the files that the image holds, its workers too', async () => {
  const bundle = path.join(dir, 'bundle/main.mjs');
  writeBundle(await bundleContainer(PROJECT), path.dirname(bundle));
  const { child, ready, ended } = run(['serve'], {}, bundle);
  const body = JSON.stringify(Array.from({ length: 2_000 }, () => [54]));
  const response = await fetch(`${await ready}/invocations`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: number[] };
  expect([predictions.length, predictions[1_999]]).toEqual([2_000, ages.predictions[54]]);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
}, 30_000);
