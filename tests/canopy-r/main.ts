import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { stopChild } from '../../container/local/child.ts';
import { createContainer } from '../../container/server/server.ts';
import { importModel } from '../../model/artifact/import.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { provenText } from '../../shared/proof/proof.ts';
import { startPorts } from '../support/ports.ts';
import { PROJECT } from '../support/project.ts';
import { brokenServer } from './broken.ts';

/*
 * node tests/canopy-r/main.ts [SEEDS] [FIRST]: fresh models of every kind of column that canopy.R saves: each is imported (which computes R's own
 * predictions again), served, and asked from R by canopy_endpoint(). Then three lines of R from ranger() to a local URL that
 * answers, in the project and in a folder where the npm package is installed.
 * Needs R with codetools and the packages that save.R and families.R attach.
 */
const seeds = Number(process.argv[2] ?? 1);
const first = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
/** How long three lines may take at the very most, in milliseconds: five times what is promised. */
const MOST_MS = 150_000;
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-from-r-'));

const r = (script: string, ...args: string[]) =>
  promisify(execFile)('Rscript', [path.join('tests/canopy-r', script), ...args], { cwd: PROJECT, encoding: 'utf8' });

async function fromSeed(seed: number): Promise<void> {
  const place = mkdtempSync(path.join(folder, `seed-${seed}-`));
  await r('save.R', place, String(seed));
  const servers: Server[] = [];
  const pairs: string[] = [];
  for (const file of readdirSync(place).filter((name) => name.endsWith('.RDS'))) {
    const model = decodeArtifact(importModel(path.join(place, file)), file);
    assert.ok(model.card.proof, `${file} has no predictions of R`);
    assert.ok(model.card.proof.rows >= 8 && model.card.proof.rows === model.card.proof.agreed, `${file}: ${provenText(model.card.proof)}`);
    const server = createContainer(model, { mode: 'alone', log: () => {} });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    pairs.push(`${path.parse(file).name}=http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  const { stdout } = await r('ask.R', place, ...pairs);
  for (const server of servers) server.close().closeAllConnections();
  process.stdout.write(`seed ${seed}: ${stdout}`);
}

/** From R's ranger() to an answer of the command that canopy_save() prints, in a folder, as somebody would do it there. */
async function threeLines(cwd: string, script: string): Promise<void> {
  const file = path.join(cwd === PROJECT ? folder : cwd, 'flowers.RDS');
  const start = performance.now();
  const code = `source("${script}"); model <- ranger::ranger(Species ~ ., iris); canopy_save(model, iris, "${file}")`;
  const printed = execFileSync('Rscript', ['-e', code], { cwd, encoding: 'utf8' });
  process.stdout.write(printed);
  const command = /^serve it here: +(.+)$/m.exec(printed)?.[1];
  assert.ok(command, 'no command was printed');
  const body = JSON.stringify({ 'Sepal.Length': 5, 'Sepal.Width': 3, 'Petal.Length': 1.4, 'Petal.Width': 0.2 });
  const ports = await startPorts();
  const ask = () => fetch(`http://127.0.0.1:${ports.API_PORT}/predict`, { method: 'POST', body }).catch(() => undefined);
  const server = startCommand(command, cwd, ports);
  try {
    let answer = await ask();
    while (!answer?.ok && performance.now() - start < MOST_MS && server.ended() === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await ask();
    }
    assert.ok(answer?.ok, `${command}: found no answer (${server.ended() ?? 'it runs'}), expected one; it said\n${server.said()}`);
    assert.deepEqual(((await answer.json()) as { predictions: unknown }).predictions, ['setosa']);
    console.log(`from ranger() to an answer of ${command.split(' --')[0]}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  } finally {
    await stopChild(server);
  }
}

/** A command of the shell in a process group of its own: what it said so far, and how it ended, if it did. */
function startCommand(command: string, cwd: string, ports: Record<string, string>) {
  const child = spawn('sh', ['-c', command], { cwd, env: { ...process.env, ...ports }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  let how: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
    });
  }
  const exited = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => {
      how = signal ?? `exit code ${code}`;
      resolve(how);
    });
  });
  return { name: command, pid: child.pid ?? 0, exited, said: () => said, ended: () => how };
}

/** A folder in which somebody installed the package by npm. */
function installed(): string {
  const place = mkdtempSync(path.join(folder, 'package-'));
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: PROJECT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(path.join(place, 'package.json'), '{"private":true}');
  const packed = npm('pack', './container/package', '--ignore-scripts=false', '--silent', '--pack-destination', place).trim();
  npm('install', '--prefix', place, '--no-audit', '--no-fund', '--offline', path.join(place, packed));
  return place;
}

/** canopy.R in an odd session, and asking servers that are broken. */
async function odd(): Promise<void> {
  const place = mkdtempSync(path.join(folder, 'odd-'));
  await promisify(execFile)('Rscript', ['--vanilla', 'tests/canopy-r/odd.R', place], {
    cwd: PROJECT,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const { schema, card } = decodeArtifact(importModel(path.join(place, 'odd.RDS')), 'odd');
  assert.equal(card.proof?.agreed, 64);
  const [text] = schema.features.filter(({ name }) => name === 'f');
  assert.deepEqual(text?.type === 'factor' && text.levels.toSorted(), ['ção', 'n"ão', '日本'].toSorted());
  const { server, url } = await brokenServer();
  const { stdout } = await r('broken.R', url);
  server.close().closeAllConnections();
  process.stdout.write(stdout);
}

/** No value of the training data in a sidecar or an artifact. */
async function planted(): Promise<void> {
  const place = mkdtempSync(path.join(folder, 'planted-'));
  const { stdout } = await r('planted.R', place);
  const values = readFileSync(path.join(place, 'planted.txt'), 'utf8').trim().split('\n');
  const artifact = Buffer.from(importModel(path.join(place, 'planted.RDS')));
  assert.ok(values.length > 250);
  for (const value of values) {
    assert.ok(!artifact.includes(Buffer.from(Float64Array.of(Number(value)).buffer)), `${value} of the data is in the artifact`);
    assert.ok(!artifact.includes(value.slice(0, 14)), `${value} of the data is in the artifact, as a text`);
  }
  console.log(stdout.split('\n').at(-2));
}

await odd();
await planted();
for (let at = 0; at < seeds; at += 1) await fromSeed((first + at) % 2 ** 31);
await threeLines(PROJECT, 'model/canopy.R');
await threeLines(installed(), 'node_modules/@canopy-model/canopy/dist/canopy.R');
rmSync(folder, { recursive: true });
