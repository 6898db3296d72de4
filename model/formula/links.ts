import type { Linear } from '../../shared/bodies/linear/predict.ts';
import { ModelError } from '../../shared/errors.ts';
import { LINKS, powerLink } from '../../shared/expressions/links.ts';
import { element, numbersOf, type RValue, textOf } from '../rds/values.ts';
import { functionName } from './constants.ts';

/** How far our inverse of a link may lie from the fitted values that the model carries, relative to them. */
const TOLERANCE = 1e-9;

/**
 * The link of a glm by its family's names; the functions beside them are nothing to us. Checked against the fitted values in
 * the model, so that a link that a user wrote under a known name is not taken for R's.
 */
export function readLink(value: RValue, label: string): Pick<Linear, 'link' | 'lambda'> {
  const family = element(value, 'family');
  const told = textOf(family && element(family, 'link'), `${label}'s link`);
  // statmod's tweedie(link.power = 0) names its logarithm so; R's own power(0) is named "log".
  const name = told === 'mu^0' ? 'log' : told;
  const [etas, means] = [element(value, 'linear.predictors'), element(value, 'fitted.values')];
  const fits = (inverse: (eta: number) => number) => {
    if (!etas || !means) return true;
    const [from, to] = [numbersOf(etas, `${label}'s linear.predictors`), numbersOf(means, `${label}'s fitted.values`)];
    return from.length === to.length && from.every((eta, at) => !(Math.abs(inverse(eta) - to[at]!) > TOLERANCE * Math.abs(to[at]!)));
  };
  if (Object.hasOwn(LINKS, name)) {
    if (fits(LINKS[name] as (eta: number) => number)) return { link: name };
    throw new ModelError(`${label}'s link`, `fitted values that are not those of the link ${name}`, "R's link of that name");
  }
  // power(lambda) is named by its lambda with three digits; the call may have the whole of it.
  const rounded = /^mu\^(\d+(?:\.\d+)?)$/.exec(name)?.[1];
  if (rounded === undefined) throw new ModelError(`${label}'s link`, name, `one of ${Object.keys(LINKS).join(', ')}, or power()`);
  for (const lambda of [...calledLambdas(element(value, 'call')), Number(rounded)]) {
    if (Math.abs(lambda - Number(rounded)) <= 5.1e-4 && lambda > 0 && fits(powerLink(lambda))) return { link: 'power', lambda };
  }
  throw new ModelError(
    `${label}'s link`,
    `${name}, whose exponent the model has with three digits only`,
    'a call with power(lambda) in it, lambda as a number',
  );
}

/** The numbers within power(...) of a call: `power(1/3)`. */
function calledLambdas(value: RValue | undefined): number[] {
  const found: number[] = [];
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type !== 'language') continue;
    const [head, first] = next.values;
    if (functionName(head) === 'power' && first) found.push(ratioOf(first));
    for (const part of next.values) rest.push(part);
  }
  return found.filter((lambda) => lambda > 0);
}

/** A number, or one divided by another; NaN for anything else. */
function ratioOf(value: RValue): number {
  if (value.type === 'double' || value.type === 'integer') return value.values.length === 1 ? value.values[0]! : Number.NaN;
  const [head, over, under] = value.type === 'language' ? value.values : [];
  const isRatio = head?.type === 'symbol' && head.name === '/' && over?.type === 'double' && under?.type === 'double';
  return isRatio ? over.values[0]! / under.values[0]! : Number.NaN;
}
