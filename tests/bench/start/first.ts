import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Packaged, packageFunction } from '../../support/lambda.ts';
import { installPackage, plainEnvironment } from '../../support/packed.ts';
import { PROJECT, recordedEvent } from '../../support/project.ts';
import { endAllAtExit, keep } from '../children.ts';
import { short as digits, interleave, median, type Rounds, spread } from '../figures.ts';
import { openShare } from './share.ts';

/** The bars: how many times as long as `node -e 0`. */
const BARS = { describe: 6.5, serve: 8, predict: 1.25 };
/** The part of a processor that a Lambda of 512 MB has. */
const SHARE = 0.3;
/** Where the model and its artifact lie, each in a folder of its own. */
const MODEL = 'model/heart';

/** Something that starts, as a process would have it: milliseconds until it is done or ready. `bar`: times `node -e 0` at most. */
type Start = { what: string; bar?: number; run(): number | Promise<number> };

/** The first second: a line for each start, beside `node -e 0` in the same rounds. What misses its bar, where it is not `short`. */
export async function runFirst(short: boolean): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-first-'));
  console.log('the package is packed and installed, predict is packaged');
  const packaged = await packageFunction('predict');
  const share = openShare(SHARE);
  const cleanUp = () => {
    share?.remove();
    packaged.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  endAllAtExit(cleanUp);
  try {
    const bare: Start = { what: 'node -e 0', run: () => ended([process.execPath, '-e', '0']) };
    const missed = await compare([bare, ...startsOfPackage(folder), ...startsOfFunction(packaged)], short ? 3 : 20);
    if (share) await underShare(packaged, [...share.prefix], share.how, short ? 5 : 100);
    else console.log(`a share of ${SHARE} of a processor: not measured: it needs root's control groups, or cpulimit`);
    return short ? [] : missed;
  } finally {
    cleanUp();
  }
}

/** Runs the starts in turns, each twice before that: caches are warm then. The first is what the others are compared with. */
async function compare(starts: Start[], rounds: number): Promise<string[]> {
  for (const { run } of [...starts, ...starts]) await run();
  const all = await interleave(rounds, starts, ({ run }) => run());
  const bare = median(all[0]!);
  return starts.flatMap(({ what, bar }, at) => {
    const took = all[at]!;
    const ratio = median(took) / bare;
    const holds = bar === undefined || ratio <= bar;
    const verdict = bar === undefined ? '' : `, the bar is ${bar} x: ${holds ? 'holds' : 'MISSES'}`;
    console.log(`${what}: ${spread(took)} ms, ${digits(ratio)} x node -e 0${verdict}`);
    return holds ? [] : [`${what} in ${bar} x node -e 0 (found ${digits(ratio)} x)`];
  });
}

/** The installed command with the default model, as R saved it (with its sidecar and training data) and as an artifact. */
function startsOfPackage(folder: string): Start[] {
  const { consumer } = installPackage(folder);
  const canopy = path.join(consumer, 'node_modules/.bin/canopy');
  const [r, artifact] = [path.join(folder, 'r'), path.join(folder, 'artifact')];
  for (const made of [r, artifact]) mkdirSync(made);
  for (const file of readdirSync(path.join(PROJECT, MODEL))) copyFileSync(path.join(PROJECT, MODEL, file), path.join(r, file));
  const [model, made] = [path.join(r, 'heart-age.RDS'), path.join(artifact, 'heart-age.canopy')];
  const env = plainEnvironment();
  // The command's first line names node: that of this run.
  env.PATH = `${path.dirname(process.execPath)}${path.delimiter}${env.PATH}`;
  ended([canopy, 'import', model, '-o', made], { env });
  return [
    { what: 'canopy describe heart-age.canopy', bar: BARS.describe, run: () => ended([canopy, 'describe', made], { env }) },
    { what: 'canopy describe heart-age.RDS', bar: BARS.describe, run: () => ended([canopy, 'describe', model], { env }) },
    { what: 'canopy serve, an artifact', bar: BARS.serve, run: () => served(canopy, artifact, env) },
    { what: 'canopy serve, an RDS', bar: BARS.serve, run: () => served(canopy, r, env) },
  ];
}

/** The packaged predict, as Lambda loads it, and its first answer. */
function startsOfFunction(packaged: Packaged): Start[] {
  const { load, answer, options } = scriptsOf(packaged);
  return [
    { what: "predict's start", bar: BARS.predict, run: () => ended([process.execPath, '-e', load], options) },
    { what: "predict's start, first row answered", run: () => ended([process.execPath, '-e', answer], options) },
  ];
}

function scriptsOf(packaged: Packaged) {
  const load = `const { handler } = require(${JSON.stringify(path.join(packaged.folder, packaged.entry))});`;
  const context = "{ awsRequestId: 'bench', functionName: 'predict', getRemainingTimeInMillis: () => 8_000 }";
  const event = JSON.stringify(recordedEvent('predict-json'));
  const answer = `${load} handler(${event}, ${context}).then((said) => { process.exitCode = said.statusCode === 200 ? 0 : 1; });`;
  const fake = { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const env = { PATH: process.env.PATH, ...fake, ...packaged.environment };
  return { load, answer, options: { cwd: packaged.folder, env } };
}

/** The same with a share of a processor: half and 99 of 100 starts. */
async function underShare(packaged: Packaged, prefix: string[], how: string, rounds: number): Promise<void> {
  const { load, options } = scriptsOf(packaged);
  const contenders = [
    [...prefix, process.execPath, '-e', '0'],
    [...prefix, process.execPath, '-e', load],
  ];
  for (const one of contenders) ended(one, options);
  const [bare = [], loaded = []] = await interleave(rounds, contenders, (one) => ended(one, options));
  const at = (times: Rounds, part: number) => [...times].sort((a, b) => a - b)[Math.ceil(times.length * part) - 1]!;
  const [half, most] = [0.5, 0.99].map((part) => [at(bare, part), at(loaded, part)] as const);
  const told = (name: string, [theirs, ours]: readonly [number, number]) =>
    `${name} ${digits(ours)} ms beside ${digits(theirs)}, ${digits(ours / theirs)} x`;
  console.log(`predict's start with ${SHARE} of a processor (${how}), ${rounds} starts: ${told('p50', half!)}; ${told('p99', most!)}`);
}

/** Milliseconds from a command's start to its end. Throws where it fails. */
function ended([command = '', ...args]: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${command} ${args[0]} ended with ${status}: ${stderr.slice(0, 500)}`);
  return took;
}

/** Milliseconds until the installed `canopy serve` says that it listens. */
function served(canopy: string, folder: string, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const all = { ...env, MODEL_DIR: folder, PORT: '0', DRAIN_MS: '0' };
  const child = keep(spawn(canopy, ['serve'], { env: all, stdio: ['ignore', 'pipe', 'inherit'] }));
  return new Promise((resolve, reject) => {
    let took: number | undefined;
    child.stdout.on('data', (said) => {
      if (took !== undefined || !String(said).includes('ready after')) return;
      took = performance.now() - began;
      child.kill('SIGINT');
    });
    child.once('error', reject).once('exit', (code) => {
      if (took === undefined) reject(new Error(`canopy serve ended with ${code}`));
      else resolve(took);
    });
  });
}
