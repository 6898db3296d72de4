import type { GamResponse } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { readLink } from '../../formula/links.ts';
import { element, type RValue, textOf, typeOf } from '../../rds/values.ts';

/**
 * What a gam's family makes of its linear predictor: the inverse of its link. A family of mgcv with a predict() of its own is refused by
 * name, but for those whose predict() is known here.
 */
export function readResponse(value: RValue, label: string): GamResponse {
  const family = element(value, 'family');
  const name = textOf(family && element(family, 'family'), `${label}'s family`);
  if (name === 'multinom') return { by: 'multinomial' };
  const isOrdered = family && name.startsWith('Ordered Categorical') && element(value, 'formula')?.type !== 'list';
  if (isOrdered) return { by: 'ordered', theta: readTheta(family, label) };
  if ((family && element(family, 'predict')) || element(value, 'formula')?.type === 'list')
    throw new ModelError(
      `${label}'s family`,
      name.slice(0, 100),
      'a family of glm(), nb, tw, betar, scat, ocat or another one with a link alone',
    );
  const { link, lambda } = readLink(value, label);
  return { by: 'link', link, ...(lambda === undefined ? {} : { lambda }) };
}

/** What mgcv's ocat estimated: it keeps that in the environment of its functions alone. */
function readTheta(family: RValue, label: string): number[] {
  const link = textOf(element(family, 'link'), `${label}'s link`);
  if (link !== 'identity') throw new ModelError(`${label}'s link`, link, 'identity, the one that ocat has');
  const found = element(family, 'getTheta');
  const kept = found?.type === 'opaque' ? found.variables?.get('.Theta') : undefined;
  const theta = kept?.type === 'constant' ? [kept.value] : kept?.type === 'numbers' ? Array.from(kept.values) : [];
  if (theta.length > 0 && theta.every((one): one is number => Number.isFinite(one))) return theta;
  throw new ModelError(`${label}'s family`, `${typeOf(found)} getTheta without .Theta`, 'the thresholds that ocat estimated');
}
