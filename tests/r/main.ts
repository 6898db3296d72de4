import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModel } from '../../model/artifact/import.ts';
import { decodeArtifact, failedCheck } from '../../shared/artifact.ts';
import { hasFused, PLAIN } from '../math/library.ts';
import { compare, goldens } from '../support/golden.ts';

/*
 * node tests/r/main.ts [COUNT] [SEED]: every script of this folder makes COUNT fresh models with R's predictions, and ours
 * are compared with them; then a fourth as many by an R whose C library does without fused multiplication, against `--libm plain`.
 * Needs R with the packages that the scripts load. Ends with status 1 where one differs; then the models stay where they are.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const count = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-r-'));
const scripts = readdirSync(HERE).filter((name) => name.endsWith('.R'));
let failed = 0;

// The promise for lm and glm is R's with the reference BLAS; where another is the system's (scikit-learn brings OpenBLAS, say), that
// one sums in another order.
const reference = ['/usr/lib/*/blas/libblas.so.3', '/usr/lib/*/lapack/liblapack.so.3'].flatMap((pattern) => globSync(pattern));
const env = { ...process.env, LD_PRELOAD: [process.env.LD_PRELOAD, ...reference].filter(Boolean).join(':') };
const blas = execFileSync('Rscript', ['-e', 'cat(extSoftVersion()["BLAS"])'], { encoding: 'utf8', env });
process.stdout.write(`R's BLAS: ${blas || 'unknown'}\n`);

/** Lets a script make its models, and compares. */
function compareLive(script: string, many: number, libm: 'plain' | undefined): void {
  const place = path.join(folder, `${path.parse(script).name}${libm === undefined ? '' : `-${libm}`}`, path.sep);
  mkdirSync(place);
  const tuned = libm === undefined ? env : { ...env, ...PLAIN };
  process.stdout.write(
    execFileSync('Rscript', [path.join(HERE, script), place, String(seed), String(many)], { encoding: 'utf8', env: tuned }),
  );
  let asked = 0;
  const wrong: string[] = [];
  const made = goldens(place);
  for (const golden of made) {
    try {
      const model = decodeArtifact(importModel(golden.file, { libm }));
      const told = compare(golden, model);
      asked += told.asked;
      const check = failedCheck(model);
      wrong.push(...[...told.wrong, ...(check === undefined ? [] : [check])].map((text) => `${golden.name}: ${text.slice(0, 300)}`));
    } catch (error) {
      wrong.push(`${golden.name}: ${error}`);
    }
  }
  if (made.length === 0) wrong.push(`${script} made no model`);
  failed += wrong.length;
  process.stdout.write(
    `${script}${libm === undefined ? '' : `, libm ${libm}`}: ${made.length} models, ${asked} predictions, ${wrong.length} differ\n`,
  );
  for (const text of wrong.slice(0, 20)) process.stderr.write(`  ${text}\n`);
}

for (const script of scripts) {
  if (hasFused()) compareLive(script, count, undefined);
  // types.R compares how values are typed; its models ask nothing of the C library.
  if (script !== 'types.R' || !hasFused()) compareLive(script, hasFused() ? Math.ceil(count / 4) : count, 'plain');
}
if (failed === 0) rmSync(folder, { recursive: true });
else process.stderr.write(`the models are in ${folder}, from seed ${seed}\n`);
process.exitCode = failed === 0 ? 0 : 1;
