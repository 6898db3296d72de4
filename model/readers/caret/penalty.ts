import { bodyOf } from '../../../shared/bodies/kind.ts';
import { PENALIZED } from '../../../shared/bodies/penalized/body.ts';
import type { Penalized } from '../../../shared/bodies/penalized/penalized.ts';
import { ModelError } from '../../../shared/errors.ts';
import { element, numbersOf, type RValue } from '../../rds/values.ts';
import type { Imported } from '../reader.ts';

/** A glmnet as caret asks it: at the penalty that it tuned (lambdaOpt). */
export function atTunedPenalty(engine: Imported, final: RValue, label: string): Imported {
  if (engine.body.kind !== PENALIZED) return engine;
  const [s] = numbersOf(element(final, 'lambdaOpt'), `${label}'s lambdaOpt`);
  if (s === undefined || !(s >= 0 && Number.isFinite(s))) throw new ModelError(`${label}'s lambdaOpt`, String(s), 'one number from 0 on');
  const { chosen: _, takes: __, ...schema } = engine.schema;
  return { ...engine, schema, body: bodyOf(PENALIZED, { ...(engine.body.data as Penalized), chosen: {}, s, gamma: 1 }) };
}
