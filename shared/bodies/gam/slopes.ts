import { power } from '../../expressions/functions.ts';
import type { MathLibrary } from '../../math/library.ts';
import type { GamResponse } from './gam.ts';

/** R's .Machine$double.eps. */
const EPSILON = 2 ** -52;
const ONE_BY_ROOT_2PI = 0.3989422804014327;

/** The slope of the inverse of a link (mu.eta of R's make.link). */
export function slopeOf({ link, lambda }: Extract<GamResponse, { by: 'link' }>, { exp, pow }: MathLibrary): (eta: number) => number {
  const atLeast = (value: number) => (value < EPSILON ? EPSILON : value);
  const slopes: Record<string, (eta: number) => number> = {
    identity: () => 1,
    logit: (eta) => {
      const odds = 1 + exp(eta);
      return eta > 30 || eta < -30 ? EPSILON : exp(eta) / (odds * odds);
    },
    probit: (eta) => atLeast(ONE_BY_ROOT_2PI * exp(-0.5 * eta * eta)),
    cauchit: (eta) => atLeast(1 / (Math.PI * (1 + eta * eta))),
    cloglog: (eta) => {
      const cut = eta > 700 ? 700 : eta;
      return atLeast(exp(cut) * exp(-exp(cut)));
    },
    log: (eta) => atLeast(exp(eta)),
    sqrt: (eta) => 2 * eta,
    inverse: (eta) => -1 / (eta * eta),
    '1/mu^2': (eta) => -1 / (2 * power(eta, 1.5, pow)),
    power: (eta) => atLeast((1 / lambda!) * power(eta, 1 / lambda! - 1, pow)),
  };
  return slopes[link]!;
}
