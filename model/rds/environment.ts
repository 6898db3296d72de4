import { FEW, type Kept, keptOf, type RValue } from './values.ts';

/** A binding that only an object of a reference class has; its fields are bound to what methods wrap under this prefix. */
const CLASS_BINDING = '.refClassDef';
const FIELD_PREFIX = '.->';
/** Variables of the two environments of an nls: that of its functions, and that of its formula's values, which the first one holds. */
const NLS_BINDINGS = ['internalPars', '.swts'];
const NLS_VALUES = 'env';

/** What is known of an environment's variables: a word for each, and of a reference class's object or an nls the values as they are. */
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
      else if (!fields.has(name)) {
        if (value.type !== 'opaque' || name === NLS_VALUES) fields.set(name, value);
        else if (value.what === 'a promise' && value.state) fields.set(name, value.state);
      }
    });
  }
  return [CLASS_BINDING, ...NLS_BINDINGS].some((name) => variables.has(name)) ? { variables, fields } : { variables };
}
