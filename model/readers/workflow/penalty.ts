import { bodyOf } from '../../../shared/bodies/kind.ts';
import { PENALIZED } from '../../../shared/bodies/penalized/body.ts';
import type { Penalized } from '../../../shared/bodies/penalized/penalized.ts';
import { ModelError } from '../../../shared/errors.ts';
import { constantsOf } from '../../formula/constants.ts';
import { element, type RValue } from '../../rds/values.ts';
import type { Imported } from '../reader.ts';

/**
 * An engine of parsnip as it predicts: a glmnet at the penalty of the specification (`penalty` of linear_reg() and the like), whose
 * two classes are found by their chance, 0.5 and more. Any other engine is left as it is. Throws a ModelError where the penalty is no number.
 */
export function atPenalty(engine: Imported, spec: RValue | undefined, levels: string[] | undefined, label: string): Imported {
  if (engine.body.kind !== PENALIZED) return engine;
  const penalized = engine.body.data as Penalized;
  const given = spec && element(spec, 'args');
  const penalty = given && element(given, 'penalty');
  // What a person wrote is kept as a formula with its environment, ~0.01, or, once it was finalized, as the number.
  const [s, ...more] = constantsOf(penalty?.type === 'language' ? penalty.values[1] : penalty) ?? [];
  if (typeof s !== 'number' || more.length > 0 || !(s >= 0 && Number.isFinite(s)))
    throw new ModelError(`${label}'s penalty`, s === undefined ? 'nothing that is a number' : String(s), 'one number from 0 on');
  const { chosen: _, takes: __, ...schema } = engine.schema;
  const body = bodyOf(PENALIZED, { ...penalized, chosen: {}, s, gamma: 1 });
  if (penalized.response.by !== 'logistic') return { ...engine, schema, body };
  const { classes = [], ...rest } = schema;
  if (levels?.join('\0') !== classes.join('\0'))
    throw new ModelError(`${label}'s classes`, classes.join(', '), levels?.join(', ') ?? 'none');
  return { ...engine, schema: { ...rest, kind: 'regression', types: ['response'] }, body };
}
