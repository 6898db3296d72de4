import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// An entry, started by .ci/run: training here against R's ranger in the same run, as ratios. The bars are 1.5 (the fit, within
// the process), 2 (memory) and 1 (the heart model, whole process); it fails at five times a bar of time, or at twice R's memory.

/** 20,000 rows of 20 features, drawn by a small congruence so that each run has the same. */
function largeTable(): string {
  let state = 42;
  const draw = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw());
  const lines = Array.from({ length: 20_000 }, () => {
    const x = Array.from({ length: 20 }, normal);
    const [one = 0, two = 0] = x;
    return [...x, one + two * two + normal()].map((value) => value.toPrecision(10)).join(',');
  });
  return `${Array.from({ length: 20 }, (_, at) => `x${at + 1}`).join(',')},y\n${lines.join('\n')}\n`;
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

try {
  const table = path.join(folder, 'large.csv');
  writeFileSync(table, largeTable());
  for (const threads of ['1', '2']) {
    const theirs = run('Rscript', [here('../../golden/train/bench.R'), table, threads])
      .out.trim()
      .split(' ')
      .map(Number);
    const ours = run(process.execPath, [here('fit.ts'), table, threads])
      .out.trim()
      .split(' ')
      .map(Number);
    const name = `20,000 x 20, 50 trees, ${threads} ${threads === '1' ? 'thread' : 'threads'}`;
    tell(`${name}, wall`, ours[0]!, theirs[0]!, 1.5, 7.5, 's');
    tell(`${name}, cpu`, ours[1]!, theirs[1]!, 1.5, 7.5, 's');
    tell(`${name}, greatest memory of the process`, ours[2]! / 1024, theirs[2]! / 1024, 2, 2, 'MiB');
    if (!(Math.abs(ours[4]! - theirs[4]!) <= 1e-12)) failures.push(`${name}: out-of-bag error ${ours[4]}, R says ${theirs[4]}`);
  }
  const heart = here('../../../model/heart/heart.csv');
  const r = `library(ranger); set.seed(42); ranger(target ~ age, read.csv(${JSON.stringify(heart)}))`;
  const output = path.join(folder, 'heart.canopy');
  const train = [here('../../../model/main.ts'), 'train', '--data', heart, '--formula', 'target ~ age', '--seed', '42', '-o', output];
  const rounds = [1, 2, 3].map(() => [run(process.execPath, train).seconds, run('Rscript', ['-e', r]).seconds] as const);
  const best = (at: 0 | 1) => Math.min(...rounds.map((round) => round[at]));
  tell('heart-age, whole process, best of 3', best(0), best(1), 1, 5, 's');
} finally {
  rmSync(folder, { recursive: true });
}
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
