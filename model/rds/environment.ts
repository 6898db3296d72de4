import { FEW, type Kept, keptOf, type RValue } from './values.ts';

/** A binding that only an object of a reference class has; its fields are bound to what methods wrap under this prefix. */
const CLASS_BINDING = '.refClassDef';
const FIELD_PREFIX = '.->';

/** What is known of an environment's variables: a word for each, and the fields as they are where it is an object of a reference class. */
export type Frame = { variables: Map<string, Kept>; fields?: Map<string, RValue> };

/** The variables of an environment, from its frame and the lists of its hash table. */
export function frameOf(frame: RValue, table: RValue): Frame {
  const variables = new Map<string, Kept>();
  const fields = new Map<string, RValue>();
  const lists = [frame, ...(table.type === 'list' ? table.values : [])].flatMap((cells) => (cells.type === 'pairlist' ? [cells] : []));
  const areFew = lists.reduce((sum, { values }) => sum + values.length, 0) <= FEW;
  for (const cells of lists) {
    cells.values.forEach((value, at) => {
      const name = cells.tags[at];
      if (name === undefined) return;
      variables.set(name, keptOf(value, areFew));
      // A field with a declared class is a function of its name, and its value has the prefix.
      if (name.startsWith(FIELD_PREFIX)) fields.set(name.slice(FIELD_PREFIX.length), value);
      else if (value.type !== 'opaque' && !fields.has(name)) fields.set(name, value);
    });
  }
  return variables.has(CLASS_BINDING) ? { variables, fields } : { variables };
}
