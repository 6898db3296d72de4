import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../shared/artifact.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';

/*
 * node tests/explain/terms.ts COUNT [SEED]: random lm, glm and gam models without interactions that R fits here and now, and R's
 * predict(type = "terms") beside our contributions. An lm's and a glm's are those by the means in the training data, which are R's terms. A
 * gam's are those against the training rows, less their mean, as R's terms are less theirs. Ends with status 1 where one differs by more than
 * 1e-12 of the range of what they add up to, or where a model has no such contributions; then the models stay where they are.
 */

type Case = { rows: Record<string, unknown>[]; terms: Record<string, number[]>; link: number[] };

const [count = '40', seed = process.env.CI_SEED ?? String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const MOST = 1e-12;

function contributionsOf(file: string, { rows }: Case): Record<string, number>[] {
  const opened = loadModel(file);
  const isGam = path.basename(file).startsWith('gam');
  const model = isGam ? withBackground(opened, rows) : opened;
  const query = readValue(model.schema, { instances: rows, parameters: { explain: { background: isGam ? 'rows' : 'means' } } });
  return answerQuery(model, query).explanations!.map(({ contributions }) => contributions);
}

function withBackground(model: Model, rows: Case['rows']): Model {
  const background = readValue(model.schema, { instances: rows }).rows;
  return decodeArtifact(encodeArtifact({ ...model, basis: { background } }), model.card.name);
}

/** The largest difference of a feature's contributions and terms, as a part of the range of the number. */
function differenceOf(file: string): { worst: number; compared: number } {
  const given = JSON.parse(readFileSync(file.replace(/RDS$/, 'json'), 'utf8')) as Case;
  const ours = contributionsOf(file, given);
  const range = Math.max(1, Math.max(...given.link) - Math.min(...given.link));
  let [worst, compared] = [0, 0];
  for (const [feature, terms] of Object.entries(given.terms)) {
    const own = ours.map((contributions) => contributions[feature] ?? Number.NaN);
    // A gam's terms are centred by mgcv's own rule; its contributions by the background.
    const isGam = path.basename(file).startsWith('gam');
    const centre = (values: number[]) => (isGam ? values.reduce((sum, one) => sum + one, 0) / values.length : 0);
    const [mean, theirs] = [centre(own), centre(terms)];
    own.forEach((value, row) => {
      const difference = Math.abs(value - mean - (terms[row]! - theirs)) / range;
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
      compared += 1;
    });
  }
  return { worst, compared };
}

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-terms-'));
const script = fileURLToPath(new URL('terms.R', import.meta.url));
execFileSync('Rscript', [script, folder, seed, count], { stdio: ['ignore', 'inherit', 'inherit'] });
const files = readdirSync(folder).filter((name) => name.endsWith('.RDS'));
let [failed, worst, compared] = [0, 0, 0];
for (const name of files.sort()) {
  try {
    const found = differenceOf(path.join(folder, name));
    worst = Math.max(worst, found.worst);
    compared += found.compared;
    if (found.worst <= MOST) continue;
    process.stderr.write(`  ${name}: a contribution lies ${found.worst} of the range away\n`);
  } catch (error) {
    process.stderr.write(`  ${name}: ${error} ${JSON.stringify((error as { problems?: unknown }).problems ?? '')}\n`);
  }
  failed += 1;
}
if (files.length === 0) failed += 1;
process.stdout.write(
  `terms: ${files.length} models from seed ${seed}, ${compared} contributions, ${failed} differ; at most ${worst} of the range\n`,
);
if (failed === 0) rmSync(folder, { recursive: true });
else process.stderr.write(`the models are in ${folder}\n`);
process.exitCode = failed === 0 ? 0 : 1;
