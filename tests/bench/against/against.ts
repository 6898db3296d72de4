import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../model/commands/command-line.ts';
import { PROJECT } from '../../support/project.ts';
import { keep } from '../children.ts';
import { CACHE } from '../forests.ts';
import { type Compared, comparedText, compareRatios, differingDoubles, type Ratios, readRatios, slowerRatios } from './compare.ts';

/** Runs of the older commit for each part. */
const RUNS = 3;
/** A run of a part ends after so long: most take half a minute, the first of a machine that makes its forests more. */
const MOST_MINUTES = 15;
/** After so long no further part is begun. Some sixteen parts, each run four times for 20 to 30 seconds, take half of it. */
const ALL_MINUTES = 60;
/** With what the bench ends where a part is not one of its own: an older one has fewer. */
const NOT_UNDERSTOOD = 2;

/** Measures one part: by the older code or ours, said as `what`. Undefined where that code has no such part. */
export type MeasurePart = (of: 'older' | 'ours', part: string, what: string) => Promise<Ratios | undefined>;

/**
 * Compares the speed with an older commit's (see commitBefore for `before`), part by part. Its code lies in a temporary folder, with its
 * packages and the forests of this one. Prints a table; the exit code is 1 where a ratio is slower (compareParts).
 */
export async function runAgainst(commit: string, parts: readonly string[], say: (line: string) => void): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bench-older-'));
  process.on('exit', () => spawnSync('rm', ['-rf', folder]));
  const name = checkOut(commit === 'before' ? commitBefore(PROJECT) : commit, folder, say);
  const measure: MeasurePart = async (of, part, what) => {
    const start = performance.now();
    const ratios = await measured(of === 'older' ? folder : PROJECT, part);
    say(`${part}: ${what}: ${Math.round((performance.now() - start) / 1_000)} s`);
    return ratios;
  };
  const end = performance.now() + ALL_MINUTES * 60_000;
  const { table, line, fails } = comparedText(await compareParts(name, parts, measure, say, () => performance.now() > end), name);
  say(`\n${table}\n\n${line}`);
  return fails ? 1 : 0;
}

/**
 * For each part both codes take turns: the older, ours, the older twice; and ours again where a ratio was slower than the slowest of the
 * older by more than 5 %. Once the time is up no part is begun; each that is left out is named.
 */
export async function compareParts(
  name: string,
  parts: readonly string[],
  measure: MeasurePart,
  say: (line: string) => void,
  isTimeUp: () => boolean = () => false,
): Promise<Compared[]> {
  const all: Compared[] = [];
  for (const part of parts) {
    if (isTimeUp()) {
      say(`${part}: not measured: ${ALL_MINUTES} minutes are over`);
      continue;
    }
    const first = await measure('older', part, `${name}, run 1 of ${RUNS}`);
    if (!first) {
      say(`${part}: not measured: ${name} does not have it`);
      continue;
    }
    const ours = (await measure('ours', part, 'this code')) ?? new Map();
    const older: Ratios[] = [first];
    while (older.length < RUNS) older.push((await measure('older', part, `${name}, run ${older.length + 1} of ${RUNS}`)) ?? new Map());
    const slower = slowerRatios(older, ours);
    const again = slower.length > 0 ? await measure('ours', part, `this code again, since ${slower.length} ratios were slower`) : undefined;
    all.push(...compareRatios(older, ours, again));
  }
  return all;
}

/**
 * The commit before the change, in a work tree: the last one where files are changed, else the one where this branch left main, else the
 * one before the last. Throws a UsageError where git does not know it, as in a clone without history.
 */
export function commitBefore(cwd: string): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });
  if (git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '') return 'HEAD';
  const head = git('rev-parse', 'HEAD').stdout.trim();
  const left = ['origin/main', 'main'].map((main) => git('merge-base', 'HEAD', main).stdout.trim()).find((base) => base && base !== head);
  const before = left ?? git('rev-parse', '--verify', '--quiet', 'HEAD~1').stdout.trim();
  if (before === '') throw new UsageError('--against: found no commit before this one, expected a clone with history');
  return before;
}

/** Puts a commit's files into a folder, without git's own record of it. Its short name; throws a UsageError where there is no such commit. */
export function checkOut(commit: string, folder: string, say: (line: string) => void): string {
  // An index of its own: the one of this work tree stays as it is.
  const index = path.join(folder, 'index-of-git');
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: PROJECT, encoding: 'utf8', env: { ...process.env, GIT_INDEX_FILE: index } });
  const named = git('rev-parse', '--verify', '--quiet', '--short', '--end-of-options', `${commit}^{commit}`);
  if (named.status !== 0) throw new UsageError(`--against: found ${commit}, expected a commit of this repository`);
  const name = named.stdout.trim();
  for (const args of [
    ['read-tree', name],
    ['checkout-index', '--all', `--prefix=${folder}${path.sep}`],
  ]) {
    const { status, stderr, error } = git(...args);
    if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}: ${error?.message ?? stderr}`);
  }
  rmSync(index);
  symlinkSync(packagesFor(folder, say), path.join(folder, 'node_modules'));
  // What R makes for the bench is kept by the sha256 of the script that makes it.
  mkdirSync(CACHE, { recursive: true });
  mkdirSync(path.join(folder, '.canopy'));
  symlinkSync(CACHE, path.join(folder, '.canopy/bench'));
  return name;
}

/** What a lock file installs, and where. Npm 10 writes less of each package than a newer one: not for which C library it is. */
function installed(lock: Buffer): string {
  const { packages } = JSON.parse(lock.toString()) as { packages: Record<string, { version?: string; integrity?: string }> };
  return JSON.stringify(Object.entries(packages).map(([place, { version, integrity }]) => [place, version, integrity]));
}

/** The packages of a checkout: this one's where its lock file installs the same, else those that npm installs, which are kept for the next time. */
function packagesFor(folder: string, say: (line: string) => void): string {
  const lock = readFileSync(path.join(folder, 'package-lock.json'));
  if (installed(lock) === installed(readFileSync(path.join(PROJECT, 'package-lock.json')))) return path.join(PROJECT, 'node_modules');
  const kept = path.join(CACHE, `packages-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
  const done = path.join(kept, 'installed.json');
  if (!existsSync(done)) {
    say('npm installs the packages of that commit, which are others');
    mkdirSync(kept, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(path.join(folder, file), path.join(kept, file));
    const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: kept, encoding: 'utf8' });
    if (status !== 0) throw new Error(`npm ci ended with ${status}: ${stderr}`);
    copyFileSync(path.join(kept, 'package-lock.json'), done);
  }
  return path.join(kept, 'node_modules');
}

/** The ratios of one part, by a run of a folder's bench; undefined where it has no such part. Its bars are not looked at here. */
async function measured(folder: string, part: string): Promise<Ratios | undefined> {
  const args = ['--disable-warning=ExperimentalWarning', 'tests/bench/main.ts', 'speed', '--quick', '--only', part];
  const child = keep(spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }));
  let [said, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors += chunk;
  });
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    child.kill('SIGTERM');
  }, MOST_MINUTES * 60_000);
  const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  clearTimeout(late);
  if (isLate) throw new Error(`${part}: found no end after ${MOST_MINUTES} minutes in ${folder}`);
  if (code === NOT_UNDERSTOOD && errors.includes('--only')) return undefined;
  const ratios = readRatios(said);
  // Those of an older commit are its own affair: they may be what was mended.
  const differing = differingDoubles(said);
  if (folder === PROJECT && differing > 0)
    throw new Error(`${part}: found ${differing} doubles that differ from the model's own, expected 0`);
  // A bar that is missed ends it with 1, and its figures are there all the same.
  if (code !== 0 && ratios.size === 0) throw new Error(`the bench of ${folder} ended with ${code}: ${errors || said}`);
  return ratios;
}
