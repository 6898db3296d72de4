import { classOf, type RValue } from '../../rds/values.ts';
import { oneChance } from '../earth/reader.ts';
import { withSoftmaxAgain } from '../nnet/reader.ts';
import type { Imported } from '../reader.ts';

/** What parsnip makes of an engine's answers where it is more than their form, by the class of the engine's object. */
const CHANGES: Record<string, (model: Imported) => Imported> = {
  'nnet.formula': withSoftmaxAgain,
  earth: oneChance,
};

/** An engine's model as parsnip has it. */
export function asParsnip(model: Imported, object: RValue): Imported {
  const [first = ''] = classOf(object).filter((name) => !name.startsWith('_'));
  return Object.hasOwn(CHANGES, first) ? (CHANGES[first] as (model: Imported) => Imported)(model) : model;
}
