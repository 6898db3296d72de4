import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { nameEntries } from '../../../container/source-urls.ts';

// An entry, started by .ci/run: training here against R's ranger, in turns, as ratios of medians of three rounds. The bars are 1/1.5 of
// ranger's time (the fit alone, within the process), 0.5 of its memory, and its time for the heart model (whole processes). It fails at five
// times a bar of time, and at ranger's memory. Ours is bundled, as the package ships it. By hand other sizes: bench-main.ts ROWS TREES ROUNDS.
const [rowsText = '20000', treesText = '50', roundsText = '3'] = process.argv.slice(2);
const [rows, trees, rounds] = [rowsText, treesText, roundsText].map(Number) as [number, number, number];

/** Writes rows of 20 features and a target, drawn by a small congruence so that each run has the same. */
function writeTable(file: string): void {
  let state = 42;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());
  const line = () => {
    const x = Array.from({ length: 20 }, normal);
    const [one = 0, two = 0] = x;
    return [...x, one + two * two + normal()].map((value) => value.toPrecision(10)).join(',');
  };
  writeFileSync(file, `${Array.from({ length: 20 }, (_, at) => `x${at + 1}`).join(',')},y\n`);
  for (let row = 0; row < rows; row += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, rows - row) }, line);
    appendFileSync(file, `${lines.join('\n')}\n`);
  }
}

/** The fit and its threads as files in a folder, as esbuild makes them of the sources; the path of the fit. */
async function bundleFit(outdir: string): Promise<string> {
  const project = here('../../..');
  const entries = { fit: 'tests/model/train/fit.ts', worker: 'model/train/worker.ts' };
  const named: Plugin = {
    name: 'named-entries',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => ({
        contents: nameEntries(readFileSync(file, 'utf8'), file, { project, entries, ending: '.mjs' }),
        loader: 'ts',
      }));
    },
  };
  await build({
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: path.join(project, file), out })),
    ...{ outdir, outExtension: { '.js': '.mjs' }, bundle: true, platform: 'node', format: 'esm', plugins: [named] },
  });
  return path.join(outdir, 'fit.mjs');
}

/** Runs a program to its end: what it printed, and how long it took, in seconds. */
function run(command: string, args: string[]): { out: string; seconds: number } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: status ${status}\n${stderr}`);
  return { out: stdout, seconds: (performance.now() - start) / 1000 };
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bench-'));
const failures: string[] = [];
/** Prints a ratio, and fails at its ceiling. */
function tell(name: string, ours: number, theirs: number, bar: number, ceiling: number, unit: string): void {
  const ratio = ours / theirs;
  console.log(
    `${name}: ${ours.toFixed(2)} ${unit} here, ${theirs.toFixed(2)} ${unit} by R's ranger, ratio ${ratio.toFixed(2)} (bar ${bar})`,
  );
  if (!(ratio <= ceiling)) failures.push(`${name}: ratio ${ratio.toFixed(2)}, expected at most ${ceiling}`);
}

const median = (values: number[]) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;

try {
  const table = path.join(folder, 'large.csv');
  writeTable(table);
  const fit = await bundleFit(folder);
  for (const threads of ['1', '2']) {
    const numbers = (command: string, file: string) => run(command, [file, table, threads, treesText]).out.trim().split(' ').map(Number);
    const turns = Array.from({ length: rounds }, () => ({
      theirs: numbers('Rscript', here('../../golden/train/bench.R')),
      ours: numbers(process.execPath, fit),
    }));
    const name = `${rows} x 20, ${trees} trees, ${threads} ${threads === '1' ? 'thread' : 'threads'}`;
    const compare = (what: string, at: number, unit: string, bar: number, ceiling: number, scale = 1) => {
      const [ours, theirs] = [turns.map((turn) => turn.ours[at]! / scale), turns.map((turn) => turn.theirs[at]! / scale)];
      tell(`${name}, ${what}`, median(ours), median(theirs), bar, ceiling, unit);
    };
    compare('wall', 0, 's', 0.67, 3.3);
    compare('processor', 1, 's', 0.67, 3.3);
    compare('greatest memory of the process', 2, 'MiB', 0.5, 1, 1024);
    for (const { ours, theirs } of turns)
      if (!(Math.abs(ours[4]! - theirs[4]!) <= 1e-12)) failures.push(`${name}: out-of-bag error ${ours[4]}, R says ${theirs[4]}`);
  }
  const heart = here('../../../model/heart/heart.csv');
  const r = `library(ranger); set.seed(42); ranger(target ~ age, read.csv(${JSON.stringify(heart)}))`;
  const output = path.join(folder, 'heart.canopy');
  const train = [here('../../../model/main.ts'), 'train', '--data', heart, '--formula', 'target ~ age', '--seed', '42', '-o', output];
  const turns = [1, 2, 3].map(() => [run(process.execPath, train).seconds, run('Rscript', ['-e', r]).seconds] as const);
  const best = (at: 0 | 1) => Math.min(...turns.map((turn) => turn[at]));
  tell('heart-age, whole process, best of 3', best(0), best(1), 1, 5, 's');
} finally {
  rmSync(folder, { recursive: true });
}
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
