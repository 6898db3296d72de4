import type { GamResponse } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { readLink } from '../../formula/links.ts';
import { element, type RValue, textOf } from '../../rds/values.ts';

/**
 * What a gam's family makes of its linear predictor: the inverse of its link. A family of mgcv with a predict() of its own is refused by
 * name, but for those whose predict() is known here.
 */
export function readResponse(value: RValue, label: string): GamResponse {
  const family = element(value, 'family');
  const name = textOf(family && element(family, 'family'), `${label}'s family`);
  if ((family && element(family, 'predict')) || element(value, 'formula')?.type === 'list')
    throw new ModelError(
      `${label}'s family`,
      name.slice(0, 100),
      'a family of glm(), nb, tw, betar, scat or another one with a link alone',
    );
  const { link, lambda } = readLink(value, label);
  return { by: 'link', link, ...(lambda === undefined ? {} : { lambda }) };
}
