import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareCase } from '../support/boosting/boosted-case.ts';

/*
 * node tests/boosting/main.ts TOOLS [COUNT] [VALUES] [SEED]: the generators of this folder make COUNT fresh boosted models with about VALUES
 * answers of the packages themselves, and ours must have the same bits. TOOLS is the folder with the environments that `.ci/run boosting`
 * installs. Ends with status 1 where a bit differs; then the models stay where they are.
 */

/** A generator: the program and its script, and its share of the models. */
type Generator = { name: string; program: string; script: string; share: number };

const HERE = fileURLToPath(new URL('.', import.meta.url));
const tools = path.resolve(process.argv[2] ?? '.canopy/boosting');
const count = Number(process.argv[3] ?? 60);
const values = Number(process.argv[4] ?? 100_000);
const seed = Number(process.argv[5] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);

const python = (environment: string) => path.join(tools, environment, 'bin', 'python');
const GENERATORS: Generator[] = [
  { name: 'lightgbm', program: python('new'), script: 'make_lightgbm.py', share: 0.4 },
  { name: 'xgboost (1.7)', program: python('old'), script: 'make_xgboost.py', share: 0.2 },
  { name: 'xgboost (newest)', program: python('new'), script: 'make_xgboost.py', share: 0.2 },
  { name: 'gbm', program: 'Rscript', script: 'make_gbm.R', share: 0.2 },
];

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-boosting-'));
let failed = 0;
process.stdout.write(`boosting: ${count} models from seed ${seed}\n`);
for (const { name, program, script, share } of GENERATORS) {
  const place = path.join(folder, name);
  const [models, answers] = [Math.ceil(count * share), Math.ceil(values * share)];
  const args = [path.join(HERE, script), place, String(seed), String(models), String(answers)];
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const results = readdirSync(place).map((one) => {
    try {
      return compareCase(path.join(place, one));
    } catch (error) {
      return { asked: 0, wrong: [`${one}: ${error}`] };
    }
  });
  const asked = results.reduce((sum, one) => sum + one.asked, 0);
  const wrong = results.flatMap((one) => one.wrong);
  if (results.length !== models) wrong.push(`${script} made ${results.length} models, expected ${models}`);
  failed += wrong.length;
  process.stdout.write(`${name}: ${results.length} models, ${asked} values, ${wrong.length === 0 ? 'none differs' : 'some differ'}\n`);
  for (const text of wrong.slice(0, 20)) process.stderr.write(`  ${text}\n`);
}
if (failed === 0) rmSync(folder, { recursive: true });
else process.stderr.write(`the models are in ${folder}, from seed ${seed}\n`);
process.exitCode = failed === 0 ? 0 : 1;
