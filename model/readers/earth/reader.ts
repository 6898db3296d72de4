import { EARTH } from '../../../shared/bodies/earth/body.ts';
import type { Earth } from '../../../shared/bodies/earth/earth.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import { type Imported, type Reader, withBody } from '../reader.ts';
import { readEarth } from './earth.ts';

/** What `earth()` returned. */
export const EARTH_READER: Reader = {
  classes: ['earth'],
  title: 'an earth',
  read: withBody('earth', EARTH, readEarth),
};

/** An earth of two classes as parsnip has it: one number, from a half on the second class. */
export function oneChance(model: Imported): Imported {
  const { classes, types: _, ...schema } = model.schema;
  if (schema.kind !== 'probability' || !classes) return model;
  if (classes.length > 2) throw new ModelError('an earth of a workflow', `${classes.length} classes`, 'two, as parsnip takes of it');
  const hasGlm = (model.body.data as Earth).glms !== undefined;
  return { ...model, schema: { ...schema, kind: 'regression', types: hasGlm ? ['response', 'link', 'earth'] : ['response'] } };
}

/** An earth of several classes as caret has it: their numbers are divided by their sum. */
export function withShares(model: Imported): Imported {
  if (model.body.kind !== EARTH || model.schema.kind !== 'probability') return model;
  return { ...model, body: bodyOf(EARTH, { ...(model.body.data as Earth), isShared: true }) };
}
