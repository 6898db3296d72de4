import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { endAtLast } from '../support/children.ts';
import { golden } from '../support/golden.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bundle-'));
const ending = endAtLast();
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes the files of the image as container/Dockerfile does, by its own command; the one that it starts. */
function bundle(): string {
  const dockerfile = readFileSync(path.join(ROOT, 'container/Dockerfile'), 'utf8');
  const command = /^RUN (node container\/bundle-main\.ts) \/app$/m.exec(dockerfile)?.[1];
  const app = path.join(folder, 'app');
  execFileSync('sh', ['-c', `${command} ${app}`], { cwd: ROOT });
  return path.join(app, 'main.mjs');
}

/** Asks the bundle, served with a model in its folder, to predict the model's golden rows. */
async function ask(file: string, name: string): Promise<unknown> {
  const { file: model, rows } = golden(name);
  const models = path.join(folder, name);
  mkdirSync(models);
  copyFileSync(model, path.join(models, `${name}.RDS`));
  const env = { PATH: process.env.PATH, MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1' };
  const child = ending(spawn(process.execPath, [file, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = '';
      const listen = (chunk: Buffer) => {
        said += chunk;
        const port = /(?:127\.0\.0\.1:|"port":)(\d+)/.exec(said)?.[1];
        if (port) resolve(`http://127.0.0.1:${port}`);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', (status) => reject(new Error(`ended with ${status}: ${said}`)));
    });
    const response = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify(rows) });
    return ((await response.json()) as { predictions: unknown }).predictions;
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

// The libraries of these compressions are in CommonJS form, which a bundle in ESM form can break without a word.
test('the files of the image read models in bzip2 and xz', async () => {
  const file = bundle();
  for (const name of ['form-xz', 'form-bzip2']) expect(await ask(file, name)).toEqual(golden(name).predictions);
}, 30_000);

test('npm run serve becomes the server: it answers, and ends at a signal to the one process there is', async () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const models = path.join(folder, 'served');
  mkdirSync(models);
  copyFileSync(golden('heart-age').file, path.join(models, 'model.RDS'));
  const env = { PATH: process.env.PATH, MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1', DRAIN_MS: '0' };
  const [command, ...args] = (scripts.serve as string).split(' ');
  const child = ending(spawn(command as string, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] }));
  const ended = once(child, 'exit');
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(String(chunk))?.[0];
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  if (process.platform === 'linux')
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).toMatch(/\.canopy\/container\/[0-9a-f]{16}\/main\.mjs\0serve/);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 30_000);

test('npm run serve ends with the shell that npm started it through', async () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const models = path.join(folder, 'served-by-npm');
  mkdirSync(models);
  copyFileSync(golden('heart-age').file, path.join(models, 'model.RDS'));
  const env = { PATH: process.env.PATH, MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1', npm_lifecycle_event: 'serve' };
  // What follows keeps any shell from becoming the command itself.
  const shell = ending(spawn('sh', ['-c', `${scripts.serve}; true`], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] }));
  // The pipe closes once nobody holds it any more.
  const closed = once(shell, 'close');
  await once(shell.stdout, 'data');
  shell.kill('SIGTERM');
  await closed;
}, 30_000);

test('npm run serve ends with a shell that ends before it serves', async () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const env = { PATH: process.env.PATH, MODEL_DIR: path.join(folder, 'served'), PORT: '0', npm_lifecycle_event: 'serve' };
  const shell = ending(spawn('sh', ['-c', `${scripts.serve}; true`], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] }));
  const closed = once(shell, 'close');
  // Node has hardly begun.
  await new Promise((resolve) => setTimeout(resolve, 150));
  shell.kill('SIGKILL');
  await closed;
}, 30_000);

test('a clone that nothing can be written into serves from its sources, and npm start says what is wrong in a line', async () => {
  const clone = path.join(folder, 'clone');
  for (const room of ['container', 'functions', 'model', 'shared', 'package.json'])
    cpSync(path.join(ROOT, room), path.join(clone, room), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
  // No folder can be made here, by root neither.
  writeFileSync(path.join(clone, '.canopy'), '');
  const models = path.join(folder, 'served-from-sources');
  mkdirSync(models);
  copyFileSync(golden('heart-age').file, path.join(models, 'model.RDS'));
  const env = { PATH: process.env.PATH, MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1', DRAIN_MS: '0' };
  const child = ending(
    spawn(process.execPath, ['container/bundle-main.ts', 'serve'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const [[said], [why]] = (await Promise.all([once(child.stdout, 'data'), once(child.stderr, 'data')])) as [[Buffer], [Buffer]];
  expect(String(said)).toMatch(/is served on http/);
  expect(String(why)).toMatch(/^\S+: found E\w+, expected a folder to write into; serving from the sources, with 40 MB more\n$/);
  child.kill('SIGKILL');
  const prepare = ['container/local/prepare-main.ts', golden('heart-age').file];
  const { status, stderr } = spawnSync(process.execPath, prepare, { cwd: clone, encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^\S+: a file, where a folder was expected\n$/)]);
}, 60_000);

test('has no character beyond ASCII, or the engine would keep each of its characters in two bytes', () => {
  const app = path.dirname(bundle());
  const wide = readdirSync(app).flatMap((name) => readFileSync(path.join(app, name), 'utf8').match(/.{0,80}\P{ASCII}.{0,80}/u)?.[0] ?? []);
  expect(wide).toEqual([]);
});

test('a start loads no client of the web, no TLS and no HTTP/2 of Node', () => {
  const models = path.join(folder, 'lean');
  mkdirSync(models);
  copyFileSync(golden('heart-age').file, path.join(models, 'heart-age.RDS'));
  // Beside the server, which says its address once it is ready.
  const watch = path.join(folder, 'watch.mjs');
  writeFileSync(
    watch,
    `process.stdout.write = (line) => { process.stderr.write(JSON.stringify(process.moduleLoadList)); process.exit(); };
    process.argv[1] = ${JSON.stringify(bundle())};
    await import(process.argv[1]);`,
  );
  const env = { PATH: process.env.PATH, MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1' };
  const { stderr } = spawnSync(process.execPath, [watch, 'serve'], { env, encoding: 'utf8', timeout: 60_000 });
  const loaded = JSON.parse(stderr) as string[];
  expect(loaded).toContain('NativeModule http');
  expect(loaded.filter((name) => /undici|tls|http2/.test(name))).toEqual([]);
}, 90_000);
