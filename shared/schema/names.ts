import type { Schema } from './features.ts';
import { otherForms } from './look-alikes.ts';

/**
 * The names of a schema's features in the model's order, and what they are looked up by: a model may have tens of thousands, and a body a
 * single key, so that whatever takes time by the features is made once for a schema. `otherForms` are other forms of each name that
 * look the same; `columns` has the place of each name and form, and `lower` all of them in lower case.
 */
export type Names = {
  all: readonly string[];
  /** 0, 1, 2 ...: where they are in a body that has them in the model's order. */
  places: readonly number[];
  otherForms: readonly (readonly string[])[];
  columns: ReadonlyMap<string, number>;
  readonly lower: ReadonlySet<string>;
};

const NAMES = new WeakMap<Schema, Names>();
/** Where a body has so many times fewer names than the model, its names are looked up, and not the model's. */
const FEW = 4;

/** A schema's names, made at the first call. */
export function namesIn(schema: Schema): Names {
  const known = NAMES.get(schema);
  if (known) return known;
  const all = schema.features.map(({ name }) => name);
  const forms = otherForms(all);
  const columns = new Map(forms.flatMap((others, column) => others.map((form) => [form, column] as const)));
  for (const [column, name] of all.entries()) columns.set(name, column);
  let lower: ReadonlySet<string> | undefined;
  const made: Names = {
    all,
    places: Array.from(all.keys()),
    otherForms: forms,
    columns,
    get lower() {
      lower ??= new Set(Array.from(columns.keys(), (name) => name.toLowerCase()));
      return lower;
    },
  };
  NAMES.set(schema, made);
  return made;
}

/**
 * The places, ascending, of the features that stand among names in one of their forms; undefined where the names are about as many as the
 * features, so that each feature may as well be looked for.
 */
export function columnsAmong(schema: Schema, names: readonly string[]): number[] | undefined {
  if (names.length * FEW >= schema.features.length) return undefined;
  const { columns } = namesIn(schema);
  const found = new Set<number>();
  for (const name of names) {
    const column = columns.get(name);
    if (column !== undefined) found.add(column);
  }
  return Array.from(found).sort((one, other) => one - other);
}
