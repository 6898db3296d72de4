import type { Schema } from '../schema/features.ts';
import type { BoundStep, Compute } from './kind.ts';

/** The schema that each step gets, and, last, the one that the body gets: the model's, with the columns at that place as features. */
type Stages = { schemas: Schema[]; computes: Compute[] };

const STAGES = new WeakMap<readonly BoundStep[], Stages>();

function stagesOf(schema: Schema, steps: readonly BoundStep[]): Stages {
  const known = STAGES.get(steps);
  if (known) return known;
  const schemas = [schema];
  const computes = steps.map(({ kind, data }) => {
    const before = schemas.at(-1)!;
    schemas.push({ ...before, features: kind.columns(data, before) });
    return kind.compile(data, before);
  });
  const made = { schemas, computes };
  STAGES.set(steps, made);
  return made;
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
  const inputs = stagesOf(schema, steps).computes.reduce((columns, compute) => compute(columns, count, unknown), rows);
  return { inputs, unknown };
}

/** Checks the steps of a model from a file, one after the other, so that computing them needs no check. Throws a ModelError. */
export function checkSteps(schema: Schema, steps: readonly BoundStep[], label: string): void {
  let before = schema;
  for (const { kind, data } of steps) {
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

/** What the features of a schema that steps read texts of make of a text that training did not have. */
export function withTexts(schema: Schema, steps: readonly BoundStep[] = [], label = 'the model'): Schema {
  const readers = steps.flatMap(({ kind, data }) => kind.reads?.(data, label) ?? []);
  if (readers.length === 0) return schema;
  const features = schema.features.map((feature, at) => {
    const own = readers.filter((reader) => reader.feature === at);
    if (own.length === 0 || feature.type !== 'factor') return feature;
    const first = feature.levels.length + 1;
    const placeOfNew = (text: string) => {
      const numbers = own.map(({ read }) => read(text));
      const isKnown = numbers.every((number) => number !== undefined);
      return isKnown ? first + 1 + numbers.reduce((sum: number, number, of) => sum + (number ?? 0) * own[of]!.factor, 0) : first;
    };
    return { ...feature, placeOfNew };
  });
  return { ...schema, features };
}
