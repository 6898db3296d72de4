import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../support/project.ts';
import { outputOf, works } from '../children.ts';
import { CACHE } from '../forests.ts';

const REQUIREMENTS = path.join(PROJECT, 'tests/bench/boosters/requirements.txt');

/** The pinned packages, a line each. */
export const REQUIRED = readFileSync(REQUIREMENTS, 'utf8');

/** The Python with the boosters' packages, in an environment of its own that is made here where it is not yet; or why it cannot be had. */
export async function installBoosters(
  say: (line: string) => void,
  folder = path.join(CACHE, 'boosters-python'),
  system = 'python3',
): Promise<{ python: string } | { missing: string }> {
  const [python, done] = [path.join(folder, 'bin', 'python'), path.join(folder, 'installed.txt')];
  if (existsSync(done) && readFileSync(done, 'utf8') === REQUIRED) return { python };
  if (!works(system, ['-c', 'import venv, ensurepip'])) return { missing: 'it needs python3 and python3-venv: apt-get install them' };
  if (!works('gcc', ['--version'])) return { missing: 'it needs gcc, which compiles a model: apt-get install it' };
  say(`xgboost, LightGBM, treelite and tl2cgen are installed into ${path.relative(process.cwd(), folder)}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  try {
    await outputOf(system, ['-m', 'venv', folder]);
    await outputOf(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  } catch (error) {
    return { missing: `pip could not install tests/bench/boosters/requirements.txt: ${(error as Error).message.split('\n')[0]}` };
  }
  writeFileSync(done, REQUIRED);
  return { python };
}
