import { ModelError, RequestError } from '../errors.ts';
import type { Schema } from '../schema/features.ts';
import type { BoundStep, Compute } from './kind.ts';

/**
 * The schema that each step gets, and, last, the one that the body gets: the model's, with the columns at that place as features. Rows are
 * computed in blocks of `block`.
 */
type Stages = { schemas: Schema[]; computes: Compute[]; block: number };

/** Most numbers of all columns of all steps that a block of rows has, so that they stay in a processor's cache, and most rows of a block. */
const BLOCK_CELLS = 32_768;
const MOST_ROWS = 1_024;

const STAGES = new WeakMap<readonly BoundStep[], Stages>();

function stagesOf(schema: Schema, steps: readonly BoundStep[]): Stages {
  const known = STAGES.get(steps);
  // An import asks for them before it knows the features' levels and the C library.
  if (known && known.schemas[0]!.features === schema.features && known.schemas[0]!.libm === schema.libm) return known;
  const schemas = [schema];
  for (const { kind, data } of steps) schemas.push({ ...schemas.at(-1)!, features: kind.columns(data, schemas.at(-1)!) });
  const cells = schemas.reduce((sum, { features }) => sum + features.length, 0);
  const block = Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_CELLS / cells)));
  const made = { schemas, computes: compileSteps(steps, schemas), block };
  STAGES.set(steps, made);
  return made;
}

function compileSteps(steps: readonly BoundStep[], schemas: readonly Schema[]): Compute[] {
  const computes: Compute[] = [];
  let at = 0;
  while (at < steps.length) {
    const { kind, data } = steps[at]!;
    let end = at + 1;
    while (kind.compileRun && steps[end]?.kind === kind) end += 1;
    const run = steps.slice(at, end).map((step) => step.data);
    computes.push(kind.compileRun?.(run, schemas.slice(at, end)) ?? kind.compile(data, schemas[at]!));
    at = end;
  }
  return computes;
}

/** The schema with the body's inputs as its features: the model's where no steps come first. */
export function inputSchema(schema: Schema, steps: readonly BoundStep[] | undefined): Schema {
  return steps ? stagesOf(schema, steps).schemas.at(-1)! : schema;
}

/** The body's inputs for rows of features that lie side by side; rows marked in `unknown` (1) have no answer. */
export function computeInputs(
  schema: Schema,
  steps: readonly BoundStep[],
  rows: Float64Array,
): { inputs: Float64Array; unknown: Uint8Array } {
  const count = rows.length / schema.features.length;
  const unknown = new Uint8Array(count);
  const { schemas, computes, block } = stagesOf(schema, steps);
  const compute = (part: Float64Array, many: number, marks: Uint8Array) =>
    computes.reduce((columns, step) => step(columns, many, marks), part);
  if (count <= block) return { inputs: compute(rows, count, unknown), unknown };
  const [from, to] = [schema.features.length, schemas.at(-1)!.features.length];
  const inputs = new Float64Array(count * to);
  for (let first = 0; first < count; first += block) {
    const end = Math.min(count, first + block);
    inputs.set(compute(rows.subarray(first * from, end * from), end - first, unknown.subarray(first, end)), first * to);
  }
  return { inputs, unknown };
}

/**
 * Most columns that all steps of a model may get together: a short step that adds a column to all before it is cheap to write, and a file of
 * thousands of them would take time and memory by the square of their count. A recipe of 100 steps for 10,000 columns has half of it.
 */
const MOST_STEP_COLUMNS = 2_000_000;

/** Checks the steps of a model from a file, one after the other, so that computing them needs no check. Throws a ModelError. */
export function checkSteps(schema: Schema, steps: readonly BoundStep[], label: string): void {
  let before = schema;
  let columns = 0;
  for (const [at, { kind, data }] of steps.entries()) {
    columns += before.features.length;
    if (columns > MOST_STEP_COLUMNS)
      throw new ModelError(`${label}'s steps`, `more than ${MOST_STEP_COLUMNS} columns before step ${at + 1} of ${steps.length}`, 'fewer');
    kind.check(data, before, label);
    before = { ...before, features: kind.columns(data, before) };
  }
}

/** For each input of the body the feature that it is, unchanged; undefined where a step computes it. */
export function sourcesOf(schema: Schema, steps: readonly BoundStep[] = []): (number | undefined)[] {
  const { schemas } = stagesOf(schema, steps);
  return schemas.at(-1)!.features.map((_, input) => {
    let place: number | undefined = input;
    for (let at = steps.length - 1; at >= 0 && place !== undefined; at -= 1) {
      const { kind, data } = steps[at]!;
      place = kind.source(data, place);
      // What stands behind the columns that come in was made by the step.
      if (place !== undefined && place >= schemas[at]!.features.length) place = undefined;
    }
    return place;
  });
}

const USES = new WeakMap<readonly BoundStep[], ReadonlySet<number>[]>();

/** For each input of the body the features that it is computed of. */
export function usesOf(schema: Schema, steps: readonly BoundStep[]): ReadonlySet<number>[] {
  const known = USES.get(steps);
  if (known) return known;
  const { schemas } = stagesOf(schema, steps);
  const all = new Set(schema.features.keys());
  const made = steps.reduce<ReadonlySet<number>[]>(
    (before, { kind, data }, at) => {
      // All columns of a product are computed of the same list.
      const sets = new Map<Iterable<number>, ReadonlySet<number>>();
      return schemas[at + 1]!.features.map((_, place) => {
        const used = kind.uses?.(data, place, schemas[at]!.features.length);
        if (!used) return all;
        const set = sets.get(used) ?? unionOf(new Set(Array.from(used, (from) => before[from]!)));
        sets.set(used, set);
        return set;
      });
    },
    schema.features.map((_, at) => new Set([at])),
  );
  USES.set(steps, made);
  return made;
}

function unionOf(sets: ReadonlySet<ReadonlySet<number>>): ReadonlySet<number> {
  const [first, ...others] = sets;
  if (first && others.length === 0) return first;
  const all = new Set<number>();
  for (const set of sets) for (const one of set) all.add(one);
  return all;
}

/**
 * Puts a number in place of each input that is NaN though all values that it is computed of are there, as log(-1) is: R's NaN, which some
 * engines do not take for a missing value.
 */
export function replaceUndefined(schema: Schema, steps: readonly BoundStep[], rows: Float64Array, inputs: Float64Array, by: number): void {
  const [from, to] = [schema.features.length, inputSchema(schema, steps).features.length];
  const uses = usesOf(schema, steps);
  for (let at = 0; at < inputs.length; at += 1) {
    if (!Number.isNaN(inputs[at])) continue;
    const row = Math.floor(at / to) * from;
    const isMissing = Array.from(uses[at % to]!).some((feature) => Number.isNaN(rows[row + feature]));
    if (!isMissing) inputs[at] = by;
  }
}

const LONG_TEXTS = "the texts take too long to look through for the model's patterns; expected fewer rows, or shorter texts";

/** Most steps of looking through the texts of one request (StepsLeft): some two seconds. */
const MOST_TEXT_STEPS = 1e8;

/** What the features of a schema that steps read texts of make of a text that training did not have. */
export function withTexts(schema: Schema, steps: readonly BoundStep[] = [], label = 'the model'): Schema {
  const readers = steps.flatMap(({ kind, data }) => kind.reads?.(data, label) ?? []);
  if (readers.length === 0) return schema;
  const remaining = { left: MOST_TEXT_STEPS };
  const features = schema.features.map((feature, at) => {
    const ofFeature = readers.filter((reader) => reader.feature === at);
    if (ofFeature.length === 0 || feature.type !== 'factor') return feature;
    const first = feature.levels.length + 1;
    const placeOfNew = (text: string) => {
      const numbers = ofFeature.map(({ read }) => {
        if (remaining.left < 0) throw new RequestError(413, LONG_TEXTS);
        return read(text, remaining);
      });
      const isKnown = numbers.every((number) => number !== undefined);
      return isKnown ? first + 1 + numbers.reduce((sum: number, number, of) => sum + (number ?? 0) * ofFeature[of]!.factor, 0) : first;
    };
    return { ...feature, placeOfNew };
  });
  const beginTexts = () => {
    remaining.left = MOST_TEXT_STEPS;
  };
  return { ...schema, features, beginTexts };
}
