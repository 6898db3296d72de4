import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { importModel } from '../../model/artifact/import.ts';
import { trainFile } from '../../model/train/artifact.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../shared/artifact.ts';
import { type Boosting, FLAGS } from '../../shared/bodies/boosting/boosting.ts';
import { floatsOf } from '../../shared/bodies/boosting/inputs.ts';
import type { Forest } from '../../shared/bodies/forest/forest.ts';
import { MAX_PLAYERS } from '../../shared/explain/exact.ts';
import { type Basis, decodeSection } from '../../shared/explain/section.ts';
import { generator } from '../../shared/math/generator.ts';
import { bodySchema, explainerKindOf, predictRows } from '../../shared/predict.ts';
import { EXPLANATION, explanationWidth } from '../../shared/schema/explanation.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';
import { byAllCoalitions } from './brute.ts';
import { type ShapTree, shapTrees } from './shap-trees.ts';

/*
 * node tests/explain/shap-main.ts PYTHON [ROWS] [SEED]: the trees of models of six packages as shap's dictionary of trees, and shap's
 * contributions to about ROWS random rows beside ours, by both backgrounds. Ends with status 1 where one differs by more than it may:
 * 1e-10 of the range; beside background rows 1e-6 of it, since shap adds up 32-bit floats there. It also compares with thresholds of 32 bits
 * there, so that those rows have no value on a split.
 */

const [python, rows = '10000', seed = process.env.CI_SEED ?? String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (!python) throw new Error('found no program, expected that of Python: node tests/explain/shap-main.ts PYTHON [ROWS] [SEED]');
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));
/** The backgrounds that shap has, too. */
type Background = 'path' | 'rows';
const MOST: Record<Background, number> = { path: 1e-10, rows: 1e-6 };
const BACKGROUND = 20;
/** Fewest models that must be compared. */
const LEAST = 20;

/** Golden models: sets of levels, missing values and where they go, classes, several sums, weights of trees. */
const NAMES = [
  ...['warpbreaks-partition.RDS', 'partition-53.RDS', 'na-regression.RDS', 'na-probability.RDS', 'heart-probability.RDS'],
  ...['iris-randomForest.RDS', 'mtcars-randomForest.RDS', 'esoph-randomForest.RDS', 'heart-rpart.RDS', 'kyphosis-rpart.RDS'],
  'solder-rpart.RDS',
  ...readdirSync(path.join(GOLDEN, 'boosting')).map((name) => `boosting/${name}`),
];

/** A model, and the weights of its leaves that its own file has. */
type Opened = { name: string; model: Model; own: Basis };

function open(name: string, bytes: Uint8Array): Opened {
  const at = Buffer.from(bytes).lastIndexOf('EXPLAIN\n');
  if (at < 0) return { name, model: decodeArtifact(bytes, name), own: {} };
  const end = at + 48 + 8 * new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 12, true);
  return { name, model: decodeArtifact(bytes, name), own: decodeSection(bytes.slice(at, end), name, undefined) };
}

/** Whether a model's trees can be explained: of boosters, which say so by the weights that their files have. */
function isExplained({ name, model, own }: Opened): boolean {
  return explainerKindOf(model) !== undefined && (own.cover !== undefined || !name.startsWith('boosting/'));
}

function modelFile(name: string): string {
  if (!name.startsWith('boosting/')) return path.join(GOLDEN, name);
  const { model } = JSON.parse(readFileSync(path.join(GOLDEN, name, 'case.json'), 'utf8')) as { model: string };
  return path.join(GOLDEN, name, model);
}

/** Forests that are trained here and now, of a number, of classes by votes, and of shares of classes. */
async function freshForests(folder: string, random: () => number): Promise<Opened[]> {
  const lines = Array.from({ length: 300 }, () => {
    const x = Array.from({ length: 6 }, () => Math.round(random() * 200) / 20);
    const y = x[0]! + x[1]! * x[2]! * 0.3 + Math.sin(x[3]!) + random();
    return [...x, y, y > 9 ? 'high' : y > 5 ? 'middle' : 'low'].join();
  });
  const file = path.join(folder, 'training.csv');
  writeFileSync(file, ['a,b,c,d,e,f,y,k', ...lines].join('\n'));
  const train = async (name: string, formula: string, given: object): Promise<Opened> => {
    const seeds = { seed: Math.floor(random() * 2 ** 31) };
    const { artifact } = await trainFile(file, { formula, arguments: { 'num.trees': 50, ...given }, seeds, output: `${name}.canopy` });
    return open(name, artifact);
  };
  return [
    await train('fresh-regression', 'y ~ a + b + c + d + e + f', {}),
    await train('fresh-votes', 'k ~ a + b + c + d + e + f', {}),
    await train('fresh-shares', 'k ~ a + b + c + d + e + f', { probability: true }),
  ];
}

/**
 * Rows whose values are those of the check rows, which lie on the splits, or lie between them; some are missing. With `isBetween` no
 * number lies so near to a split that 32 bits could not tell them apart.
 */
function drawRows({ schema, checks, body }: Model, count: number, random: () => number, isBetween = false): Float64Array {
  const width = schema.features.length;
  const { flags } = body.data as { flags?: Uint8Array };
  const hasNoZero = flags?.some((flag) => (flag & FLAGS.zeroIsMissing) !== 0);
  const isMissing = ({ type }: Feature) => schema.takesMissing && !body.kind.types.includes('rpart') && type !== 'factor' && random() < 0.1;
  const splits = isBetween ? body.kind.splits!(body.data, width) : [];
  const drawValue = (feature: Feature, column: number): number => {
    const pick = () => checks.rows[Math.floor(random() * (checks.rows.length / width)) * width + column]!;
    const [one, other] = [pick(), pick()];
    if (feature.type !== 'number' || !(isBetween || random() < 0.4)) return one;
    const value = one + (other - one) * random() + (random() - 0.5) * Math.max(0.01, Math.abs(one) / 100);
    // A split may lie anywhere, so that a number is drawn until it lies aside of all.
    const isNear = splits[column]?.values.some((split) => Math.abs(split - value) <= 1e-5 * Math.max(1e-3, Math.abs(split)));
    return isNear && !splits[column]!.isSet ? drawValue(feature, column) : value;
  };
  return Float64Array.from({ length: count * width }, (_, at) => {
    const feature = schema.features[at % width]!;
    if (isMissing(feature)) return Number.NaN;
    const value = drawValue(feature, at % width);
    const known = Number.isNaN(value) ? 1 : value;
    return hasNoZero && known === 0 ? 0.125 : known;
  });
}

/** What a case needs of a model: what its explanations rest on, and how shap's numbers of its trees become ours. */
function prepare({ model, own }: Opened, count: number, random: () => number) {
  const width = model.schema.features.length;
  const rowsOf = { path: drawRows(model, count, random), rows: drawRows(model, count, random, true) };
  const background = drawRows(model, BACKGROUND, random, true);
  const kind = explainerKindOf(model)!;
  // Each leaf has a row, so that shap divides by no 0.
  const counts = kind.count?.(bodySchema(model), model.body.data, drawRows(model, 200, random));
  const cover = own.cover ?? counts?.map((one) => one + 1);
  const basis: Basis = { background, ...(cover ? { cover } : {}) };
  const { correction, roots } = model.body.data as Partial<Forest>;
  const isForest = kind.types.includes('forest');
  const { base } = model.body.data as Partial<Boosting>;
  const scale = isForest ? (correction?.[1] ?? 1) / (roots!.length - 1) : 1;
  return { width, rowsOf, background, basis, scale, base: isForest ? [correction?.[0] ?? 0] : base ? [...base] : [0] };
}

type Case = { name: string; model: Model; place: string; trees: ShapTree[]; prepared: ReturnType<typeof prepare> };

/** The largest difference, as a part of the range of what the contributions add up to; and how many rows all coalitions spoke for. */
type Difference = { worst: number; judged: number };

/** Rows of a model for which all coalitions are tried. */
const MOST_JUDGED = 5;

/**
 * Shap's contributions beside ours. Beside background rows shap now and then shares otherwise than Shapley's definition: where it differs,
 * ours must be the values by all coalitions.
 */
function differenceOf(given: Case, theirs: Float64Array, background: Background): Difference {
  const { width, rowsOf, basis, scale, base } = given.prepared;
  const model = decodeArtifact(encodeArtifact({ ...given.model, basis }), given.name);
  const asked = rowsOf[background];
  const rows = asked.length / width;
  const outputs = theirs.length / rows / (width + 1);
  const found: { off: number; row: number; output: number; ours: Float64Array }[] = [];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let output = 0; output < outputs; output += 1) {
    const ours = explainedBy(model, asked, background, outputs === 1 ? undefined : output);
    for (let row = 0; row < rows; row += 1) {
      const own = ours.subarray(row * (width + 1), (row + 1) * (width + 1));
      const shap = theirs.subarray((row * outputs + output) * (width + 1), (row * outputs + output + 1) * (width + 1));
      const baseline = (base[output] ?? base[0]!) + scale * shap[width]!;
      const off = own.reduce((most, value, at) => {
        const difference = Math.abs(value - (at === width ? baseline : scale * shap[at]!));
        return difference <= most ? most : difference;
      }, 0);
      const sum = own.reduce((all, value) => all + value, 0);
      [least, greatest] = [Math.min(least, sum), Math.max(greatest, sum)];
      found.push({ off, row, output, ours: own });
    }
  }
  // Where all rows have the same number, that is what a difference is compared with.
  const range = Math.max(greatest - least, Math.abs(greatest) * 1e-3) || 1;
  const odd = background === 'rows' && width <= MAX_PLAYERS ? found.filter(({ off }) => !(off <= MOST.rows * range)) : [];
  odd.slice(0, MOST_JUDGED).forEach((one) => {
    const input = model.body.data as Partial<Boosting>;
    const round = input.precision === 'float' ? floatsOf : (some: Float64Array) => some;
    const own = round(asked.slice(one.row * width, (one.row + 1) * width));
    const exact = byAllCoalitions(given.trees, own, round(given.prepared.background), one.output);
    one.off = exact.reduce((most, value, at) => Math.max(most, Math.abs(scale * value - one.ours[at]!)), 0) * (MOST.rows / MOST.path);
  });
  for (const rest of odd.slice(MOST_JUDGED)) rest.off = 0;
  return { worst: found.reduce((most, { off }) => (off <= most ? most : off), 0) / range, judged: odd.length };
}

/** Our contributions of each feature, and the baseline last, row by row: of a class, or of the number. */
function explainedBy(model: Model, asked: Float64Array, background: Background, output: number | undefined): Float64Array {
  const { schema, body } = model;
  const width = schema.features.length;
  const { positive = 1 } = (body.data as Partial<Boosting>).objective ?? {};
  const label = schema.classes?.[output ?? positive];
  const { parameters, problems } = readParameters(
    schema,
    { explain: { background, ...(label === undefined ? {} : { class: label }) } },
    '',
  );
  if (problems.length > 0) throw new Error(`${model.card.name}: ${problems[0]!.message}`);
  const stride = outputWidth(schema, parameters);
  const doubles = predictRows(model, asked, parameters);
  const out = new Float64Array((asked.length / width) * (width + 1));
  for (let row = 0; row < asked.length / width; row += 1) {
    const at = row * stride + stride - explanationWidth(schema);
    out.set(doubles.subarray(at + EXPLANATION.contributions, at + EXPLANATION.contributions + width), row * (width + 1));
    out[row * (width + 1) + width] = doubles[at + EXPLANATION.baseline]!;
  }
  return out;
}

function doublesOf(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-shap-'));
const random = generator(Number(seed));
const models = [
  ...(await freshForests(folder, random)),
  ...NAMES.map((name) => open(name, importModel(modelFile(name)))).filter(isExplained),
];
process.stdout.write(`shap: ${models.length} models from seed ${seed}\n`);
const cases = models.flatMap((opened): Case[] => {
  const { name, model } = opened;
  const prepared = prepare(opened, Math.ceil(Number(rows) / models.length), random);
  const { basis, width, rowsOf, background } = prepared;
  const { base } = model.body.data as Partial<Boosting>;
  const outputs = base ? base.length : (model.schema.classes?.length ?? 1);
  const trees = shapTrees(model, basis, outputs);
  if (!trees) {
    process.stdout.write(`${name}: left out, its sets of levels make too many splits for shap\n`);
    return [];
  }
  const place = path.join(folder, name.replaceAll('/', '-'));
  mkdirSync(place);
  const round = (model.body.data as Partial<Boosting>).precision === 'float' ? floatsOf : (some: Float64Array) => some;
  writeFileSync(path.join(place, 'trees.json'), JSON.stringify({ trees, features: width }));
  writeFileSync(path.join(place, 'rows.f64'), round(rowsOf.path));
  writeFileSync(path.join(place, 'beside.f64'), round(rowsOf.rows));
  writeFileSync(path.join(place, 'background.f64'), round(background));
  return [{ name, model, place, trees, prepared }];
});
execFileSync(python, [fileURLToPath(new URL('shap_values.py', import.meta.url)), folder], { stdio: ['ignore', 'inherit', 'ignore'] });
let failed = cases.length >= LEAST ? 0 : 1;
for (const given of cases) {
  const { name, place } = given;
  const found = (['path', 'rows'] as const).map((background) => {
    const theirs = doublesOf(path.join(place, background === 'path' ? 'path.out' : 'beside.out'));
    const { worst, judged } = differenceOf(given, theirs, background);
    if (!(worst <= MOST[background])) failed += 1;
    return `${background} ${worst.toExponential(1)}${judged > 0 ? ` (shap differs in ${judged} rows; all coalitions settle ${Math.min(judged, MOST_JUDGED)})` : ''}`;
  });
  process.stdout.write(`${name}: the largest difference, as a part of the range: ${found.join(', ')}\n`);
}
if (failed === 0) rmSync(folder, { recursive: true });
else process.stderr.write(`${failed} of them differ by more than they may; the trees are in ${folder}\n`);
process.exitCode = failed === 0 ? 0 : 1;
