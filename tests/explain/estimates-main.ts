import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact, type Model } from '../../shared/artifact.ts';
import { treesOf } from '../../shared/bodies/trees-of.ts';
import type { Basis } from '../../shared/explain/section.ts';
import { bodySchema, explainerKindOf, predictRows } from '../../shared/predict.ts';
import { triedExplainMs } from '../../shared/schema/explanation.ts';
import { readParameters } from '../../shared/schema/read-parameters.ts';
import { PROJECT } from '../support/project.ts';

/*
 * node tests/explain/estimates-main.ts [NAME]: how long the explanations of a row of each golden model take, beside the estimate by which a function
 * refuses requests (functions/question.ts). The background is the model's check rows. Models whose names have NAME in them alone.
 */

const GOLDEN = path.join(PROJECT, 'tests/golden');
const [only = ''] = process.argv.slice(2);
/** A way is timed for so many milliseconds, after as many without a look at the clock; one that takes longer once. */
const LEAST = 40;
/** Quicker ones are hardly longer than what any answer takes, milliseconds. */
const SOON = 0.05;

function modelFiles(): string[] {
  const within = (folder: string) =>
    readdirSync(folder).flatMap((name) =>
      name.endsWith('.RDS') && existsSync(path.join(folder, name.replace(/RDS$/, 'json'))) ? [path.join(folder, name)] : [],
    );
  const boosting = readdirSync(path.join(GOLDEN, 'boosting')).map((name) => {
    const folder = path.join(GOLDEN, 'boosting', name);
    return path.join(folder, (JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8')) as { model: string }).model);
  });
  return [...within(GOLDEN), ...within(path.join(GOLDEN, 'pipelines')), ...boosting];
}

/** As many rows as make a request of which it is asked how long it takes. */
const MANY = 1_000;

function manyOf({ checks: { rows }, schema: { features } }: Model): Float64Array {
  return Float64Array.from({ length: MANY * features.length }, (_, at) => rows[at % rows.length]!);
}

/** The model with its check rows as what explanations rest on; undefined where it cannot be explained. */
function explainable(model: Model): Model | undefined {
  const rows = model.checks.rows;
  const kind = explainerKindOf(model) ?? treesOf(model.body);
  let cover: Basis['cover'];
  if (explainerKindOf(model)) cover = kind?.count?.(bodySchema(model), model.body.data, rows);
  try {
    const made = decodeArtifact(encodeArtifact({ ...model, basis: { background: rows, ...(cover ? { cover } : {}) } }), model.card.name);
    return made.schema.explain && made;
  } catch {
    return undefined;
  }
}

/** The least milliseconds of a call, as the processor counts them: the machine may be busy. */
function timeOf(call: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (const _round of ['warm', 'timed']) {
    const start = performance.now();
    least = Number.POSITIVE_INFINITY;
    let calls = 0;
    do {
      const before = process.cpuUsage();
      call();
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1_000);
      calls += 1;
    } while (calls < 5 || performance.now() - start < LEAST);
  }
  return least;
}

const found: { ratio: number; line: string }[] = [];
for (const file of modelFiles().filter((name) => name.includes(only))) {
  const model = explainable(loadModel(file));
  if (!model) continue;
  const { schema } = model;
  const width = schema.features.length;
  const name = path.relative(GOLDEN, file);
  for (const { background, outputs } of schema.explain!.ways) {
    for (const output of outputs) {
      const { parameters, problems } = readParameters(schema, { explain: { background, output } }, '');
      if (problems.length > 0) continue;
      const count = Math.min(4, schema.explain!.ways.length > 0 ? model.checks.rows.length / width : 0);
      const rows = model.checks.rows.slice(0, count * width);
      const estimate = triedExplainMs(schema, { rows: manyOf(model), count: MANY, parameters }) / MANY;
      try {
        const each = Array.from({ length: count }, (_, row) => rows.slice(row * width, (row + 1) * width));
        const took = each.reduce((sum, row) => sum + timeOf(() => predictRows(model, row, parameters)), 0) / count;
        const ratio = estimate / took;
        const line = `${ratio.toFixed(2).padStart(8)} x  ${estimate.toFixed(3).padStart(10)} ms estimated  ${took.toFixed(3).padStart(10)} ms measured  ${name} ${background} ${output} (${model.body.kind.types[0]}, ${width} features)`;
        if (took >= SOON) found.push({ ratio, line });
      } catch (error) {
        process.stdout.write(`${name} ${background} ${output}: ${(error as Error).message.split('\n')[0]}\n`);
      }
    }
  }
}
for (const { line } of found.toSorted((one, other) => one.ratio - other.ratio)) process.stdout.write(`${line}\n`);
const within = found.filter(({ ratio }) => ratio >= 0.5 && ratio <= 2).length;
process.stdout.write(`${within} of ${found.length} estimates are within a factor of 2\n`);
