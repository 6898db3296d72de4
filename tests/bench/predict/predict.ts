import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import path from 'node:path';
import { loadModel } from '../../../model/artifact/import.ts';
import { readCommandLine, UsageError } from '../../../model/commands/command-line.ts';
import { forestOf } from '../../support/bodies.ts';
import { PROJECT } from '../../support/project.ts';
import { endAllAtExit, keep, outputOf, works } from '../children.ts';
import { short } from '../figures.ts';
import { CACHE, type Files, makeForests, rVersions } from '../forests.ts';
import { toOnnx } from '../onnx/onnx.ts';
import { hasRanger } from '../ranger.ts';
import { makeRows } from './files.ts';

const HELP = `npm run bench -- predict [--age ROWS] [--heart ROWS] [--peers ROWS]: files of predictions, by hand

  --age    rows of heart-age with ages as random doubles, 10000000 by default
  --heart  rows of heart with 13 features, 1000000 by default
  --peers  rows that R (data.table, ranger) and Python (polars, onnxruntime) get, and ours beside them, 1000000 by default; 0: none

Prints rows a second of the whole command (start, model, reading, computing, writing) and the most memory it had.
`;

/** How often the memory of a process is looked at. Linux keeps the most it ever had. */
const LOOK_MS = 50;
const BAR = { age: 120_000, megabytes: 512 };

type Ran = { seconds: number; megabytes: number };
/** A way to predict: what it is called and its command for a file of rows and one of predictions. */
type Way = { name: string; command(rows: string, out: string): string[] };

/** Makes the files, runs all, prints a line each. The exit code is 1 where a bar is missed. */
export async function runPredict(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = readCommandLine({ args, options: { age: text, heart: text, peers: text, help: { type: 'boolean' } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [age, heart, peers] = [countOf(values.age, 10_000_000), countOf(values.heart, 1_000_000), countOf(values.peers, 1_000_000)];
  if (!hasRanger()) throw new UsageError('found no R with ranger, which grows the forest of heart: apt-get install r-cran-ranger');
  const folder = path.join(CACHE, 'predict');
  mkdirSync(folder, { recursive: true });
  endAllAtExit(() => {});
  const versions = await rVersions();
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}, ${versions}`);
  const [ofAge, ofHeart] = (await makeForests(['heart-age', 'heart'], versions, console.log)) as [Files, Files];
  let isFine = true;
  for (const [files, rows, bar] of [
    [ofAge, age, BAR.age],
    [ofHeart, heart, 0],
  ] as const) {
    const input = makeRows(folder, featuresOf(files), rows);
    const { speed, megabytes } = await measure(files.name, ours(files), input, rows, folder);
    isFine &&= speed >= bar && megabytes <= BAR.megabytes;
    if (peers > 0) await compare(files, makeRows(folder, featuresOf(files), peers), peers, folder);
  }
  console.log(`bars: ${short(BAR.age)} rows a second of heart-age, ${BAR.megabytes} MB: ${isFine ? 'all hold' : 'missed'}`);
  return isFine ? 0 : 1;
}

function countOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`found ${text} rows, expected a whole number`);
}

function featuresOf({ artifact }: Files): string[] {
  return loadModel(artifact).schema.features.map(({ name }) => name);
}

/** Ours and the peers on the same rows, one after another. */
async function compare(files: Files, input: string, rows: number, folder: string): Promise<void> {
  const mine = await measure(`${files.name}, ours`, ours(files), input, rows, folder);
  for (const way of await peersOf(files, folder)) {
    const theirs = await measure(`${files.name}, ${way.name}`, way, input, rows, folder);
    console.log(`  ours is ${short(mine.speed / theirs.speed)} times as fast`);
  }
}

function ours({ model }: Files): Way {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', path.join(PROJECT, 'model/main.ts')];
  return { name: 'ours', command: (rows, out) => [...node, 'predict', model, rows, '-o', out, '--force'] };
}

async function peersOf(files: Files, folder: string): Promise<Way[]> {
  const threads = String(availableParallelism());
  const script = (name: string) => path.join(PROJECT, 'tests/bench/predict', name);
  const ways: Way[] = [];
  if (works('Rscript', ['-e', 'library(data.table)'])) {
    ways.push({
      name: 'R: data.table, ranger',
      command: (rows, out) => ['Rscript', script('predict.R'), files.model, rows, out, threads],
    });
  } else console.log('R: it needs r-cran-data.table: apt-get install it');
  const python = await installPython();
  if (python === undefined) return ways;
  const model = loadModel(files.artifact);
  const onnx = path.join(folder, `${files.name}.onnx`);
  writeFileSync(onnx, toOnnx(model.schema, forestOf(model)!));
  const command = (rows: string, out: string) => [python, script('predict.py'), onnx, rows, out, threads, ...featuresOf(files)];
  return [...ways, { name: 'Python: polars, onnxruntime (float32)', command }];
}

/** Python with polars and onnxruntime, in an environment of its own; undefined where it cannot be had, which is said. */
async function installPython(): Promise<string | undefined> {
  const required = readFileSync(path.join(PROJECT, 'tests/bench/predict/requirements.txt'), 'utf8');
  const folder = path.join(CACHE, 'predict-python');
  const [python, done] = [path.join(folder, 'bin/python'), path.join(folder, 'installed.txt')];
  if (existsSync(done) && readFileSync(done, 'utf8') === required) return python;
  try {
    rmSync(folder, { recursive: true, force: true });
    await outputOf('python3', ['-m', 'venv', folder]);
    const file = path.join(PROJECT, 'tests/bench/predict/requirements.txt');
    await outputOf(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', file]);
    writeFileSync(done, required);
    return python;
  } catch (error) {
    console.log(`Python: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

async function measure(name: string, way: Way, input: string, rows: number, folder: string): Promise<{ speed: number; megabytes: number }> {
  const out = path.join(folder, 'out.csv');
  rmSync(out, { force: true });
  const { seconds, megabytes } = await run(way.command(input, out));
  rmSync(out, { force: true });
  const speed = rows / seconds;
  console.log(`${name}: ${short(rows)} rows in ${seconds.toFixed(1)} s, ${short(speed)} rows a second, at most ${short(megabytes)} MB`);
  return { speed, megabytes };
}

async function run([command = '', ...args]: string[]): Promise<Ran> {
  const start = performance.now();
  const child = keep(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
  let kilobytes = 0;
  const look = setInterval(() => {
    kilobytes = Math.max(kilobytes, mostOf(child.pid));
  }, LOOK_MS);
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  clearInterval(look);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return { seconds: (performance.now() - start) / 1000, megabytes: (kilobytes * 1024) / 1e6 };
}

/** The most memory that a process ever had, in kilobytes (VmHWM of /proc). */
function mostOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
