import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { argumentsOf } from './arguments.ts';
import { FUNCTIONS, type Proved } from './functions.ts';
import { askLibrary, compileLibrary, hasFused, type Way } from './library.ts';

/*
 * node tests/math/main.ts [COUNT] [SEED] [NAME...]: our functions of shared/math against those of this machine's C library, COUNT arguments
 * each, with and without fused multiplication. Needs gcc, and glibc 2.36 on x86-64 (Debian 12). Ends with status 1 where a bit differs.
 */

/** Most differences that are shown of a function. */
const SHOWN = 5;

const count = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const names = process.argv.slice(4);

/** How many answers differ, with the first of them as texts. Two answers that are both no number are equal. */
function compare(proved: Proved, way: Way, program: string): { wrong: number; shown: string[] } {
  const shown: string[] = [];
  let wrong = 0;
  const width = proved.pairs ? 2 : 1;
  for (const rows of argumentsOf(proved, count, seed)) {
    const theirs = askLibrary(program, proved.name, rows, way);
    if (theirs.length !== rows.length / width)
      throw new Error(`${proved.name}: found ${theirs.length} answers, expected ${rows.length / width}`);
    theirs.forEach((expected, row) => {
      const given = rows.subarray(row * width, (row + 1) * width);
      const found = proved[way](given[0]!, given[1]!);
      if (Object.is(found, expected)) return;
      wrong += 1;
      if (shown.length < SHOWN) shown.push(`${proved.name}(${[...given].join(', ')}): found ${found}, expected ${expected}`);
    });
  }
  return { wrong, shown };
}

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-math-'));
try {
  const program = compileLibrary(folder);
  const version = execFileSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' }).trim();
  process.stdout.write(`${version}, seed ${seed}, ${count} arguments of each function\n`);
  if (version !== 'glibc 2.36') process.stderr.write('the proof is for glibc 2.36: another one may answer otherwise\n');
  if (!hasFused()) process.stderr.write('this processor has no fused multiplication: only what glibc does without it is compared\n');
  for (const proved of FUNCTIONS.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const way of hasFused() ? (['fused', 'plain'] as const) : (['plain'] as const)) {
      const { wrong, shown } = compare(proved, way, program);
      process.stdout.write(`${proved.name}, ${way}: ${wrong} of ${count} differ\n`);
      for (const text of shown) process.stderr.write(`  ${text}\n`);
      if (wrong > 0) process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
