import { expf } from '../../math/expf.ts';
import { sigmoidFloat, softmaxFloat } from './float-transforms.ts';
import { each, type Transform } from './transform.ts';
import { DOUBLE_TRANSFORMS, PLAIN_TRANSFORMS } from './transforms-double.ts';

/**
 * From margins to an answer. `transform` is an entry of TRANSFORMS, and `parameter` what that takes. Where a model has two classes
 * and one margin, `positive` is the place of the class whose probability the transformed margin is; `classBy` says whether the
 * class is found by the margin (at least 0) or by the probability (at least 0.5).
 */
export type Objective = { transform: string; parameter?: number; positive?: 0 | 1; classBy?: 'margin' | 'share' };

/**
 * How margins become answers, by the names that artifacts have. One entry a transform; those of 32-bit floats end with "Float".
 * The identity is also what a model answers whose objective a user wrote.
 */
export const TRANSFORMS: Readonly<Record<string, Transform>> = {
  identity: () => {},
  sigmoidFloat: each(sigmoidFloat),
  expFloat: each(expf),
  softmaxFloat,
  ...DOUBLE_TRANSFORMS,
  step: each((margin) => (margin > 0 ? 1 : 0)),
  ascending: (margins, at, count) => {
    margins.subarray(at, at + count).sort();
  },
};

/** A transform by its name, for a model that asks one of the forms of the C library. */
export function transformFor(name: string, libm: 'plain' | undefined): Transform {
  return (libm === 'plain' ? PLAIN_TRANSFORMS[name] : undefined) ?? TRANSFORMS[name]!;
}
