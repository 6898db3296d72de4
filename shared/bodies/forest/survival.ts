import { expPlain } from '../../math/exp.ts';
import type { Finish } from './finish.ts';
import { expOfNegatives } from './survival-exp.ts';

/** Puts survival in the place of cumulative hazards: exp(-chf), as predict.ranger.forest does (R/predict.R). */
export const SURVIVAL: Finish = {
  kind: 'survival',
  finish: ({ libm }, out) => {
    if (libm !== 'plain') expOfNegatives(out);
    else for (let at = 0; at < out.length; at += 1) out[at] = expPlain(-out[at]!);
  },
};
