import { linksOf } from '../../expressions/links.ts';
import type { MathLibrary } from '../../math/library.ts';
import type { EachLink } from './gam.ts';
import { slopeOf } from './slopes.ts';

/** -log(.Machine$double.eps) of R. */
const LOG_MOST = 36.04365338911715;

/** The inverse of a link and its slope. */
type Inverse = { value: (eta: number) => number; slope: (eta: number) => number };

/** The inverses of the links that mgcv's families of several linear predictors have beside R's (gamlss.r of mgcv). */
const SPECIAL: Record<string, (library: MathLibrary, b: number) => Inverse> = {
  // gaulss: one by the standard deviation, which is b at least.
  logb: ({ exp }, b) => ({
    value: (eta) => 1 / (exp(eta) + b),
    slope: (eta) => {
      const odds = exp(eta);
      return -odds / ((odds + b) * (odds + b));
    },
  }),
  // shash.
  logeb: ({ exp, log }, b) => ({
    value: (eta) => log(exp(eta) + b),
    slope: (eta) => {
      const odds = exp(eta);
      return odds / (odds + b);
    },
  }),
  // gammals and gumbls.
  softplus: ({ exp, log }, b) => ({
    value: (eta) => b + (eta > LOG_MOST ? eta : log(1 + exp(eta))),
    slope: (eta) => {
      if (eta >= 0) return 1 / (1 + exp(-eta));
      const odds = exp(eta);
      return odds / (1 + odds);
    },
  }),
  // The mean of gammals.
  exp: ({ exp }) => ({ value: exp, slope: exp }),
  // gevlss: from -1 to 0.5.
  wideLogit: (library) => ({
    value: (eta) => 1.5 * linksOf(library).logit!(eta) - 1,
    slope: (eta) => slopeOf({ by: 'link', link: 'logit' }, library)(eta) * 1.5,
  }),
};

/** Whether a link is one of those. */
export function isSpecial({ link, b = 0 }: EachLink): boolean {
  return Object.hasOwn(SPECIAL, link) && Number.isFinite(b);
}

/** The inverse of a link of a linear predictor. */
export function inverseOfEach({ link, b = 0 }: EachLink, library: MathLibrary): Inverse {
  const special = Object.hasOwn(SPECIAL, link) ? SPECIAL[link] : undefined;
  return special ? special(library, b) : { value: linksOf(library)[link]!, slope: slopeOf({ by: 'link', link }, library) };
}
