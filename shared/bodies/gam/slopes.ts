import { power } from '../../expressions/functions.ts';
import type { MathLibrary } from '../../math/library.ts';
import type { GamResponse } from './gam.ts';

/** R's .Machine$double.eps. */
const EPSILON = 2 ** -52;
const ONE_BY_ROOT_2PI = 0.3989422804014327;

/** The density of the standard normal distribution from 0 on (nmath/dnorm.c): beyond 5 with more bits of the square, by a part of 16 bits. */
function normalDensity(x: number, exp: MathLibrary['exp']): number {
  if (x < 5) return ONE_BY_ROOT_2PI * exp(-0.5 * x * x);
  const first = Math.round(x * 65_536) / 65_536;
  const rest = x - first;
  return ONE_BY_ROOT_2PI * (exp(-0.5 * first * first) * exp((-0.5 * rest - first) * rest));
}

/** The slope of the inverse of a link (mu.eta of R's make.link). */
export function slopeOf({ link, lambda }: Extract<GamResponse, { by: 'link' }>, { exp, pow }: MathLibrary): (eta: number) => number {
  const atLeast = (value: number) => (value < EPSILON ? EPSILON : value);
  const slopes: Record<string, (eta: number) => number> = {
    identity: () => 1,
    logit: (eta) => {
      const odds = 1 + exp(eta);
      return eta > 30 || eta < -30 ? EPSILON : exp(eta) / (odds * odds);
    },
    probit: (eta) => atLeast(normalDensity(Math.abs(eta), exp)),
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
