import { FUSED, type MathLibrary } from '../math/library.ts';
import { power } from './functions.ts';
import { normalDistribution } from './normal.ts';

/** R's .Machine$double.eps. */
const EPSILON = 2 ** -52;
/** -qnorm(eps) and -qcauchy(eps), beyond which R's make.link cuts eta. */
const PROBIT_MOST = 8.125890664701906;
const CAUCHIT_MOST = 1433540284805664.8;

type Inverse = (eta: number) => number;

/** The inverse of each link of a glm that R's make.link knows (stats, family.R and family.c), by its name, for a form of the C library. */
export const linksOf = ({ exp, expm1 }: MathLibrary): Record<string, Inverse> => ({
  identity: (eta) => eta,
  logit: (eta) => logit(eta, exp),
  probit: (eta) => normalDistribution(clamp(eta, -PROBIT_MOST, PROBIT_MOST), exp),
  cauchit: (eta) => cauchyDistribution(clamp(eta, -CAUCHIT_MOST, CAUCHIT_MOST)),
  cloglog: (eta) => clamp(-expm1(-exp(eta)), EPSILON, 1 - EPSILON),
  log: (eta) => atLeast(exp(eta), EPSILON),
  sqrt: (eta) => eta * eta,
  inverse: (eta) => 1 / eta,
  '1/mu^2': (eta) => 1 / Math.sqrt(eta),
});

/** The same for the usual form of the C library. */
export const LINKS: Record<string, Inverse> = linksOf(FUSED);

/** The link whose inverse asks a function that has other last bits here: atan. */
export const NOT_EXACT_LINK = 'cauchit';

/** The inverse of R's power(lambda). */
export function powerLink(lambda: number, { pow }: MathLibrary = FUSED): Inverse {
  return (eta) => atLeast(power(eta, 1 / lambda, pow), EPSILON);
}

/** logit_linkinv of R's family.c, which cuts eta at 30. */
function logit(eta: number, exp: Inverse): number {
  const odds = eta < -30 ? EPSILON : eta > 30 ? 1 / EPSILON : exp(eta);
  return odds / (1 + odds);
}

/** R's pcauchy (nmath/pcauchy.c), which keeps its digits in the tails. */
function cauchyDistribution(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) <= 1) return 0.5 + Math.atan(x) / Math.PI;
  const tail = Math.atan(1 / x) / Math.PI;
  return x > 0 ? 0.5 - tail + 0.5 : -tail;
}

/** A NaN stays one, as in R's pmax and pmin. */
function atLeast(value: number, least: number): number {
  return value < least ? least : value;
}

function clamp(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value;
}
