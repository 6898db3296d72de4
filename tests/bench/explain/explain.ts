import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../support/project.ts';
import type { Measure } from '../batches.ts';
import { outputOf, works } from '../children.ts';
import { interleave, median, ratios, short, spread, times } from '../figures.ts';
import { CACHE, readDoubles } from '../forests.ts';
import type { Report } from '../report.ts';
import { type Session, startSession } from '../session.ts';
import { type Checked, startTimed } from '../timed.ts';
import { makeExplained, type Timed } from './models.ts';

const REQUIREMENTS = path.join(PROJECT, 'tests/explain/requirements/shap.txt');
const HERE = path.join(PROJECT, 'tests/bench/explain');

/**
 * By each background: how many times as fast as shap ours must be, the most milliseconds of a row, the batches, the most rows of shap's in a
 * call, and how far the contributions may lie apart, as a part of their range (shap adds up 32-bit floats beside background rows).
 */
const WAYS = {
  path: { bar: 3, most: 5, sizes: [1, 10_000], together: 500, apart: 1e-10 },
  rows: { bar: 2, most: 50, sizes: [1, 100], together: 20, apart: 1e-6 },
} as const;
type Way = keyof typeof WAYS;
/** Most seconds of 10,000 rows. */
const MOST_SECONDS = 20;
/** Processes whose first explained row is timed. */
const COLD = 5;

/** Contributions of heart's forest and of 500 trees of depth 6, by both backgrounds: ours beside shap's extension, in one thread each. */
export async function benchExplain(folder: string, measure: Measure, report: Report): Promise<void> {
  const python = await installShap(report);
  for (const model of makeExplained(folder)) {
    for (const way of Object.keys(WAYS) as Way[]) {
      await benchCold(model, way, report);
      await benchWay(model, way, python, folder, measure, report);
    }
  }
}

/** The Python with shap, in an environment of its own that is made here where it is not yet; undefined, said aloud, where it cannot be had. */
async function installShap(report: Report): Promise<string | undefined> {
  const folder = path.join(CACHE, 'shap-python');
  const [python, done] = [path.join(folder, 'bin', 'python'), path.join(folder, 'installed.txt')];
  const required = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(done) && readFileSync(done, 'utf8') === required) return python;
  if (!works('python3', ['-c', 'import venv, ensurepip'])) {
    report.missing('shap', 'it needs python3 and python3-venv: apt-get install them');
    return undefined;
  }
  report.say(`shap is installed into ${path.relative(process.cwd(), folder)}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    await outputOf('python3', ['-m', 'venv', folder]);
    await outputOf(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  } catch (error) {
    report.missing('shap', `pip could not install tests/explain/requirements/shap.txt: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
  writeFileSync(done, required);
  return python;
}

/** The first explained row of a process: a figure without a peer. */
async function benchCold({ artifact, rows, what }: Timed, way: Way, report: Report): Promise<void> {
  const took: number[] = [];
  for (let one = 0; one < COLD; one += 1) {
    const args = ['--disable-warning=ExperimentalWarning', path.join(HERE, 'cold-main.ts'), artifact, rows, way];
    took.push(Number(await outputOf(process.execPath, args)));
  }
  report.speed(`explain ${what} by ${way}, a process's first row`, 'ms', took, []);
}

async function benchWay(
  model: Timed,
  way: Way,
  python: string | undefined,
  folder: string,
  { rounds, least }: Measure,
  report: Report,
): Promise<void> {
  const { bar, most, sizes, together } = WAYS[way];
  const ours = await startTimed('ours', 'explain/ours-main.ts', [way], model);
  const shap = python === undefined ? undefined : startShap(python);
  if (shap) {
    await shap.ask('open', model.trees, model.rows, model.background, way);
    await compare(model, way, { ours, shap, file: path.join(folder, 'explain.out') }, report);
  }
  for (const size of sizes) {
    const theirs = { time: async (rows: number, time: number) => timeOf(shap!, rows, time, together) };
    const all: { time(rows: number, least: number): Promise<number> }[] = [ours, ...(shap ? [theirs] : [])];
    if (size === 1) for (const one of all) await one.time(size, least);
    const [took = [], peer] = await interleave(rounds, all, async (one) => (await one.time(size, least)) / size);
    const rows = `${short(size)} ${size === 1 ? 'row' : 'rows'}`;
    report.speed(`explain ${model.what} by ${way}, ${rows}`, 'us a row', took, peer ? [['shap', peer]] : []);
    const found = peer && ratios(peer, took);
    report.judge(
      `explain ${model.what} by ${way}, ${rows}, against shap`,
      `>= ${bar} x`,
      found ? times(found) : 'shap is not here',
      found && median(found) >= bar,
    );
    const ms = took.map((one) => one / 1_000);
    report.judge(`explain ${model.what} by ${way}, ${rows}, a row`, `<= ${most} ms`, `${spread(ms)} ms`, median(ms) <= most);
    if (size !== 10_000) continue;
    const seconds = took.map((one) => (one * size) / 1e6);
    report.judge(
      `explain ${model.what} by ${way}, ${rows}`,
      `<= ${MOST_SECONDS} s`,
      `${spread(seconds)} s`,
      median(seconds) <= MOST_SECONDS,
    );
  }
  for (const one of [ours, shap]) await one?.close();
}

function startShap(python: string): Session {
  const threads = Object.fromEntries(['OMP', 'OPENBLAS', 'MKL', 'NUMBA'].map((name) => [`${name}_NUM_THREADS`, '1']));
  return startSession('shap', python, [path.join(HERE, 'serve.py')], { ...process.env, ...threads, PYTHONDONTWRITEBYTECODE: '1' });
}

/** Microseconds of so many rows of shap's, which come by some together: a row takes as long among more of them. */
async function timeOf(shap: Session, rows: number, least: number, together: number): Promise<number> {
  const some = Math.min(rows, together);
  return ((await shap.ask('time', some, least)) * rows) / some;
}

/** Counts the contributions that are not shap's. */
async function compare(
  { what, scale }: Timed,
  way: Way,
  { ours, shap, file }: { ours: Checked; shap: Session; file: string },
  report: Report,
): Promise<void> {
  const own = await ours.answers();
  const width = 14;
  await shap.ask('answers', own.length / width, file);
  const theirs = readDoubles(file);
  if (own.length !== theirs.length) throw new Error(`${what}: found ${own.length} contributions, shap has ${theirs.length}`);
  const sums = Array.from({ length: own.length / width }, (_, row) =>
    own.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
  );
  const range = Math.max(...sums) - Math.min(...sums);
  let [differ, worst] = [0, 0];
  own.forEach((value, at) => {
    const apart = Math.abs(value - scale * theirs[at]!) / range;
    worst = Math.max(worst, apart);
    if (!(apart <= WAYS[way].apart)) differ += 1;
  });
  report.compared(own.length, differ);
  report.say(
    `${what} by ${way}: ${differ} of ${own.length} contributions differ from shap's by more than ${WAYS[way].apart} of the range, at most ${worst.toExponential(1)}`,
  );
}
