import { exp, expPlain } from '../../math/exp.ts';
import type { Finish } from './finish.ts';

/** Puts survival in the place of cumulative hazards: exp(-chf), as predict.ranger.forest does (R/predict.R). */
export const SURVIVAL: Finish = {
  kind: 'survival',
  finish: ({ libm }, out) => {
    const power = libm === 'plain' ? expPlain : exp;
    for (let at = 0; at < out.length; at += 1) out[at] = power(-out[at]!);
  },
};
