import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '../../model/artifact/import.ts';
import { predictRows } from '../../shared/predict.ts';
import { EXPLANATION, explanationWidth } from '../../shared/schema/explanation.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';

/*
 * node tests/explain/main.ts PYTHON [ROWS] [SEED]: boosted models that xgboost and LightGBM train here and now, and these packages' own
 * contributions to about ROWS rows, beside ours. Ends with status 1 where a contribution differs by more than 1e-10 of the range, or 1e-6 of it
 * where the package adds 32-bit floats; then the models stay where they are.
 */

type Case = { model: string; features: number; rows: number; classes: number; isFloat: boolean; isCategory: boolean };

const [python, rows = '10000', seed = process.env.CI_SEED ?? String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (!python) throw new Error('found no program, expected that of Python: node tests/explain/main.ts PYTHON [ROWS] [SEED]');
const MODELS = 12;

function doublesOf(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The largest difference between a package's contributions and ours, as a part of the range of what they add up to. */
function differenceOf(folder: string): { worst: number; most: number; compared: number } {
  const {
    model: file,
    features,
    rows: count,
    classes,
    isFloat,
    isCategory,
  } = JSON.parse(readFileSync(`${folder}/case.json`, 'utf8')) as Case;
  const model = loadModel(path.join(folder, file));
  const given = doublesOf(path.join(folder, 'rows.f64'));
  const theirs = doublesOf(path.join(folder, 'contributions.f64'));
  // A level's value is its place from 1, where the file has levels; a category of a file without them is itself.
  const isFactor = isCategory && model.schema.features.at(-1)!.type === 'factor';
  const own = isFactor ? given.map((value, at) => (at % features === features - 1 ? value + 1 : value)) : given;
  const width = features + 1;
  if (theirs.length !== count * classes * width) throw new Error(`${folder}: found ${theirs.length} contributions`);
  let [worst, compared] = [0, 0];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let place = 0; place < classes; place += 1) {
    const label = model.schema.classes?.[place];
    const { parameters, problems } = readParameters(
      model.schema,
      { explain: label === undefined ? true : { class: label } },
      '/parameters',
    );
    if (problems.length > 0) throw new Error(`${folder}: ${problems[0]!.message}`);
    const stride = outputWidth(model.schema, parameters);
    const ours = predictRows(model, own, parameters);
    for (let row = 0; row < count; row += 1) {
      const at = row * stride + stride - explanationWidth(model.schema);
      const from = (row * classes + place) * width;
      let sum = theirs[from + features]!;
      worst = Math.max(worst, Math.abs(ours[at + EXPLANATION.baseline]! - sum));
      for (let feature = 0; feature < features; feature += 1) {
        worst = Math.max(worst, Math.abs(ours[at + EXPLANATION.contributions + feature]! - theirs[from + feature]!));
        sum += theirs[from + feature]!;
      }
      least = Math.min(least, sum);
      greatest = Math.max(greatest, sum);
      compared += width;
    }
  }
  return { worst: worst / (greatest - least), most: isFloat ? 1e-6 : 1e-10, compared };
}

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-explain-'));
const script = fileURLToPath(new URL('contributions.py', import.meta.url));
process.stdout.write(`explain: ${MODELS} models from seed ${seed}\n`);
execFileSync(python, [script, folder, seed, String(Math.ceil(Number(rows) / MODELS))], { stdio: ['ignore', 'inherit', 'inherit'] });
const cases = readdirSync(folder).sort();
let failed = cases.length === MODELS ? 0 : 1;
for (const name of cases) {
  const { worst, most, compared } = differenceOf(path.join(folder, name));
  // A NaN is no number that is small enough.
  if (!(worst <= most)) failed += 1;
  process.stdout.write(`${name}: ${compared} numbers, the largest difference is ${worst.toExponential(1)} of the range\n`);
}
if (failed === 0) rmSync(folder, { recursive: true });
else process.stderr.write(`${failed} of them differ by more than they may; the models are in ${folder}\n`);
process.exitCode = failed === 0 ? 0 : 1;
