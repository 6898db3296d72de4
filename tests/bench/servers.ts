import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { bundleContainer, writeBundle } from '../../container/bundle.ts';
import { freePort } from '../support/ports.ts';
import { PROJECT } from '../support/project.ts';
import { end, keep, works } from './children.ts';

/** A server under load: where it answers, its process, and its end. */
export type Server = { name: string; url: string; pid: number; close(): Promise<void> };

/** How long a server may take until it answers, in milliseconds; R takes seconds. */
const READY_WITHIN = 30_000;

/** The file that the image starts, made as container/Dockerfile makes it. */
export async function bundleImage(folder: string): Promise<string> {
  writeBundle(await bundleContainer(PROJECT), folder);
  return path.join(folder, 'main.mjs');
}

/** What the image starts Node with, before its file. */
function imageFlags(): string[] {
  const words = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(path.join(PROJECT, 'container/Dockerfile'), 'utf8'))?.[1] ?? '[]';
  return (JSON.parse(words) as string[]).slice(1, -1);
}

/** The container's server as the image runs it, in a process of its own: `bundle` serves an artifact, with more settings where they are given. */
export async function startOurs(bundle: string, artifact: string, folder: string, settings: NodeJS.ProcessEnv = {}): Promise<Server> {
  const models = path.join(folder, path.basename(path.dirname(artifact)));
  mkdirSync(models, { recursive: true });
  symlinkSync(artifact, path.join(models, 'model.canopy'));
  const usual = { PATH: process.env.PATH, NODE_ENV: 'production', MODEL_DIR: models, PORT: '0', HOST: '127.0.0.1', DRAIN_MS: '0' };
  const env = { ...usual, ...settings };
  return startSaying('ours', process.execPath, [...imageFlags(), bundle, 'serve'], env, /http:\/\/127\.0\.0\.1:\d+/);
}

/** A bare node:http server that parses and echoes. */
export function startBare(): Promise<Server> {
  return startPlain('bare node server', 'bare-main.ts');
}

/** A bare server that reads a body and answers so many bytes. */
export function startReading(bytes: number): Promise<Server> {
  return startPlain('bare reading server', 'cores/read-main.ts', String(bytes));
}

/** Starts a program of this folder that says its own address. */
function startPlain(name: string, file: string, ...args: string[]): Promise<Server> {
  const env = { PATH: process.env.PATH, NODE_ENV: 'production' };
  return startSaying(name, process.execPath, [path.join(PROJECT, 'tests/bench', file), ...args], env, /http:\/\/[\d.]+:\d+/);
}

/** Why the series' container cannot be measured here, where it cannot. */
export function plumberMissing(): string | undefined {
  const hasIt = works('Rscript', ['-e', 'for (p in c("plumber", "jsonlite", "ranger")) stopifnot(requireNamespace(p, quietly = TRUE))']);
  return hasIt ? undefined : 'it needs r-cran-plumber and r-cran-ranger: apt-get install them';
}

/** The series' container: R and plumber, which reads the model at every request. */
export async function startPlumber(model: string): Promise<Server> {
  const port = await freePort();
  const env = { ...process.env, MODEL: model, PORT: String(port) };
  const child = keep(spawn('Rscript', [path.join(PROJECT, 'tests/peers/plumber.R'), 'serve'], { env, stdio: 'ignore' }));
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + READY_WITHIN;
  // The port was free a moment ago: what answers on it is ours as long as our process lives, since it could not listen else.
  for (;;) {
    if (child.exitCode !== null || Date.now() > until)
      throw new Error(`plumber on ${url}: ended with ${child.exitCode}, expected an answer`);
    const answered = await fetch(`${url}/ping`)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (answered && child.exitCode === null) return { name: 'plumber', url, pid: child.pid as number, close: () => end(child) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Why scikit-learn behind Flask cannot be measured here, where it cannot. */
export function flaskMissing(): string | undefined {
  const hasIt = works('/usr/bin/python3', ['-c', 'import sklearn, flask']) && works('/usr/bin/gunicorn', ['--version']);
  return hasIt ? undefined : 'it needs python3-sklearn, python3-flask and gunicorn: apt-get install them';
}

/** scikit-learn's forest of the same shape behind Flask, with two workers. */
export async function startFlask(features: string[]): Promise<Server> {
  const env = { PATH: process.env.PATH, DATA: path.join(PROJECT, 'model/heart/heart.csv'), FEATURES: features.join(',') };
  const args = ['--chdir', path.join(PROJECT, 'tests/peers'), '--preload', '-w', '2', '-b', '127.0.0.1:0', 'flask_peer:app'];
  return startSaying(
    'Flask with scikit-learn',
    '/usr/bin/gunicorn',
    args,
    { ...env, PYTHONDONTWRITEBYTECODE: '1' },
    /http:\/\/127\.0\.0\.1:\d+/,
  );
}

/** Starts a server that says its own address. */
async function startSaying(name: string, command: string, args: string[], env: NodeJS.ProcessEnv, address: RegExp): Promise<Server> {
  const child = keep(spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
  const url = await heard(child, address, name);
  return { name, url, pid: child.pid as number, close: () => end(child) };
}

function heard(child: ChildProcess, address: RegExp, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer) => {
      // Its log goes on, and has to be read, or the server would wait for us.
      if (said.length > 100_000) return;
      said += chunk;
      const found = address.exec(said)?.[0];
      if (found) resolve(found);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', reject).once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${said.slice(0, 2_000)}`)));
    setTimeout(
      () => reject(new Error(`${name}: found no address after ${READY_WITHIN} ms: ${said.slice(0, 2_000)}`)),
      READY_WITHIN,
    ).unref();
  });
}

/** Sends a body and reads the whole answer, in the body's form. Throws where it is not 200. */
export type Asker = (url: string, body: Buffer, type: string) => Promise<void>;

/** Asks over one kept connection to each server. */
export function openAsker(): { ask: Asker; end(): void } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask: Asker = (url, body, type) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': type, accept: type, 'content-length': body.length };
      const request = http.request(`${url}/invocations`, { method: 'POST', agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}, expected 200`));
        response.resume().on('end', resolve).on('error', reject);
      });
      request.on('error', reject).end(body);
    });
  return { ask, end: () => agent.destroy() };
}
