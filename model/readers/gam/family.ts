import type { EachLink, GamResponse } from '../../../shared/bodies/gam/gam.ts';
import { ModelError } from '../../../shared/errors.ts';
import { LINKS } from '../../../shared/expressions/links.ts';
import { readLink } from '../../formula/links.ts';
import { element, listOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';

/** Families that are served though their predict() or their links are their own, for an error. */
const SERVED = 'a family of glm(), nb, tw, betar, scat, ocat, multinom, gaulss, gammals, gumbls, gevlss, shash, twlss, ziP, ziplss';

/** What helps with a family of mgcv that is not served. */
const ADVICE: Record<string, string> = {
  'Cox PH': "a fit by survival's coxph(), or",
  'Multivariate normal': 'a gam of each of its responses, or',
};

/**
 * What a gam's family makes of its linear predictors: the inverses of their links, or what the predict() of a family of mgcv makes of them,
 * where it is known here. Any other family with a predict() of its own, and any other one of several predictors, is refused by name.
 */
export function readResponse(value: RValue, label: string): GamResponse {
  const family = element(value, 'family');
  const name = textOf(family && element(family, 'family'), `${label}'s family`);
  if (name === 'multinom') return { by: 'multinomial' };
  if (name === 'ziplss') return { by: 'inflated' };
  if (family && Object.hasOwn(EACH, name)) return { by: 'each', links: EACH[name]!(family, label) };
  const isOne = element(value, 'formula')?.type !== 'list';
  if (family && isOne && name.startsWith('Ordered Categorical')) return { by: 'ordered', theta: readTheta(family, label) };
  if (family && isOne && /^zero inflated Poisson\b/i.test(name)) return { by: 'inflated', line: readLine(family, label) };
  if (!isOne || (family && element(family, 'predict'))) {
    const advice = Object.hasOwn(ADVICE, name) ? `${ADVICE[name]} ` : '';
    throw new ModelError(`${label}'s family`, name.slice(0, 100), `${advice}${SERVED} or another one with a link alone`);
  }
  const { link, lambda } = readLink(value, label);
  return { by: 'link', link, ...(lambda === undefined ? {} : { lambda }) };
}

/** The links of families whose response is a number a linear predictor (gamlss.r of mgcv), by the family's name. */
const EACH: Record<string, (family: RValue, label: string) => EachLink[]> = {
  gaulss: (family, label) => [linkAt(family, 0, label), withNumber(family, 1, 'logb', 'logb', label)],
  shash: (family, label) =>
    [0, 1, 2, 3].map((at) => (at === 1 ? withNumber(family, at, 'logeb', 'logeb', label) : linkAt(family, at, label))),
  twlss: (family, label) => [0, 1, 2].map((at) => linkAt(family, at, label)),
  gevlss: (family, label) => {
    const third = linkAt(family, 2, label);
    return [linkAt(family, 0, label), linkAt(family, 1, label), third.link === 'logit' ? { link: 'wideLogit' } : third];
  },
  // Of its first predictor gammals always takes exp().
  gammals: (family, label) => [{ link: 'exp' }, softplusAt(family, label)],
  gumbls: (family, label) => [{ link: 'identity' }, softplusAt(family, label)],
};

/** One of R's links, by its name. */
function linkAt(family: RValue, at: number, label: string): EachLink {
  const link = nameAt(family, at, label);
  if (Object.hasOwn(LINKS, link)) return { link };
  throw new ModelError(`${label}'s link`, link.slice(0, 100), `one of ${Object.keys(LINKS).join(', ')}`);
}

function nameAt(family: RValue, at: number, label: string): string {
  const links = element(family, 'link');
  const all = links?.type === 'list' ? links.values.map((one) => textOf(one, `${label}'s link`)) : textsOf(links, `${label}'s link`);
  return all[at] ?? '';
}

/** A link with a number b, which its function was written with: as text, of 15 digits. */
function withNumber(family: RValue, at: number, name: string, link: string, label: string): EachLink {
  const found = nameAt(family, at, label);
  if (found !== name) throw new ModelError(`${label}'s link`, found.slice(0, 100), name);
  const inverse = element(listOf(element(family, 'linfo'), `${label}'s linfo`)[at] ?? { type: 'null' }, 'linkinv');
  const kept = inverse?.type === 'opaque' ? inverse.variables?.get('b') : undefined;
  if (kept?.type === 'constant' && typeof kept.value === 'number' && Number.isFinite(kept.value))
    return { link, b: Number(kept.value.toPrecision(15)) };
  throw new ModelError(`${label}'s link ${name}`, `${typeOf(inverse)} linkinv without b`, 'the number that it is made with');
}

function softplusAt(family: RValue, label: string): EachLink {
  return nameAt(family, 1, label) === 'identity' ? { link: 'identity' } : withNumber(family, 1, 'log', 'softplus', label);
}

/** What mgcv's ocat and ziP estimated: they keep that in the environment of their functions alone. */
function readTheta(family: RValue, label: string): number[] {
  const link = textOf(element(family, 'link'), `${label}'s link`);
  if (link !== 'identity') throw new ModelError(`${label}'s link`, link, 'identity, the one that ocat has');
  const found = element(family, 'getTheta');
  const kept = found?.type === 'opaque' ? found.variables?.get('.Theta') : undefined;
  const theta = kept?.type === 'constant' ? [kept.value] : kept?.type === 'numbers' ? Array.from(kept.values) : [];
  if (theta.length > 0 && theta.every((one): one is number => Number.isFinite(one))) return theta;
  throw new ModelError(`${label}'s family`, `${typeOf(found)} getTheta without .Theta`, 'the thresholds that ocat estimated');
}

/** The line that ziP makes of its linear predictor. */
function readLine(family: RValue, label: string): { start: number; least: number; log: number } {
  const found = element(family, 'getTheta');
  const at = (name: string) => (found?.type === 'opaque' ? found.variables?.get(name) : undefined);
  const [theta, b] = [at('.Theta'), at('.b')];
  const [start, log] = theta?.type === 'numbers' ? Array.from(theta.values) : [];
  const least = b?.type === 'constant' ? b.value : undefined;
  if (typeof least === 'number' && Number.isFinite(least) && Number.isFinite(start) && Number.isFinite(log))
    return { start: start!, least, log: log! };
  throw new ModelError(`${label}'s family`, `${typeOf(found)} getTheta without .Theta and .b`, 'the line that ziP estimated');
}
