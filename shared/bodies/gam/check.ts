import { ModelError } from '../../errors.ts';
import { checkExpressions, type Expression } from '../../expressions/expressions.ts';
import { LINKS } from '../../expressions/links.ts';
import type { Schema } from '../../schema/features.ts';
import { basisExpressions, type CheckContext, MAX_WORK, widthOf, widthWithout } from './check-basis.ts';
import { isSpecial } from './each.ts';
import type { EachLink, Gam } from './gam.ts';

/** Most coefficients; the covariance has the square of their number. */
export const MAX_COEFFICIENTS = 8192;

/** All expressions of a gam. */
export function expressionsOf({ variables, blocks, smooths }: Gam): Expression[] {
  return [
    ...variables,
    ...blocks.flatMap(({ columns, offsets }) => [...columns.flat(), ...offsets]),
    ...smooths.flatMap(({ basis, by }) => [...basisExpressions(basis), ...(by ? ['value' in by ? by.value : by.place] : [])]),
  ];
}

/** Checks a gam from a file against its invariants, so that no prediction needs a check. Throws a ModelError that names what is wrong. */
export function checkGam(schema: Schema, gam: Gam, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  const { coefficients, covariance, numbers, variables, blocks, smooths, predictors, terms } = gam;
  for (const list of [variables, blocks, smooths, predictors, terms])
    if (!Array.isArray(list)) throw fail('another form', 'lists of its parts');
  const count = coefficients.length;
  if (count > MAX_COEFFICIENTS) throw fail(`${count} coefficients`, `at most ${MAX_COEFFICIENTS}`);
  if (covariance.length !== count * count) throw fail(`${covariance.length} covariances`, `${count * count}`);
  for (const list of [coefficients, covariance, numbers])
    if (!list.every(Number.isFinite)) throw fail('a number that is not finite', 'finite ones');
  const context: CheckContext = {
    numbers: numbers.length,
    values: numbers,
    variables: variables.length,
    fail,
    depth: 0,
    work: { left: MAX_WORK },
  };
  const used = new Uint8Array(count);
  const claim = (first: unknown, width: number, what: string) => {
    const isPlace = typeof first === 'number' && Number.isInteger(first) && first >= 0 && first + width <= count;
    if (!isPlace || used.subarray(first, first + width).some((one) => one === 1))
      throw fail(`${what} of ${width} columns at ${String(first)}`, `a place of its own among ${count} coefficients`);
    used.fill(1, first, first + width);
  };
  for (const block of blocks) {
    const { columns, offsets } = block ?? {};
    if (!Array.isArray(columns) || !columns.every(Array.isArray) || !Array.isArray(offsets))
      throw fail('another form of columns', 'expressions');
    claim(block.first, columns.length, 'a block');
  }
  for (const smooth of smooths) {
    const { label: name, by, without = [] } = smooth ?? {};
    if (typeof name !== 'string') throw fail('a smooth without a name', 'a text');
    const isBy =
      by === undefined || (typeof by === 'object' && by !== null && ('value' in by || ('place' in by && typeof by.level === 'number')));
    if (!isBy) throw fail(`another by variable of ${name}`, 'a number, or a level');
    if (!Array.isArray(without)) throw fail(`${name}, another list of columns that are left out`, 'places');
    const all = widthWithout(widthOf(smooth.basis, context), smooth.constraint, context);
    const isPlace = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < all;
    if (!without.every(isPlace)) throw fail(`${name}, other columns that are left out`, `places below ${all}`);
    const width = all - new Set(without).size;
    if (width !== smooth.width) throw fail(`${name}: ${smooth.width} columns`, `${width}, as its basis has`);
    claim(smooth.first, width, name);
  }
  checkPredictors(schema, gam, fail);
  checkExpressions(expressionsOf(gam), schema, `${label}'s formula`);
}

function checkPredictors(schema: Schema, gam: Gam, fail: (found: string, expected: string) => ModelError): void {
  const { predictors, blocks, response, terms, coefficients } = gam;
  const arePlaces = (list: unknown) =>
    Array.isArray(list) &&
    list.every((place) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < coefficients.length);
  if (predictors.length === 0 || !predictors.every(arePlaces) || !terms.every(arePlaces))
    throw fail('other places of coefficients', 'those that are there');
  if (predictors.length > blocks.length) throw fail(`${predictors.length} predictors`, `at most ${blocks.length}, one a block`);
  const { kind, classes = [], margins = 1, terms: labels } = schema;
  const outputs = response?.by === 'inflated' ? 1 : predictors.length;
  if (margins !== outputs) throw fail(`${margins} margins`, `${outputs}, one a predictor`);
  if (labels && labels.length !== terms.length) throw fail(`${labels.length} names of terms`, `${terms.length}`);
  switch (response?.by) {
    case 'link': {
      const { link, lambda } = response;
      const isPower = link === 'power' && typeof lambda === 'number' && lambda > 0;
      if (!isPower && !(typeof link === 'string' && Object.hasOwn(LINKS, link)))
        throw fail(`the link ${link}`, Object.keys(LINKS).join(', '));
      if (kind !== 'regression' || predictors.length !== 1) throw fail(`a link of the kind ${kind}`, 'regression with one predictor');
      return;
    }
    case 'each': {
      const { links } = response;
      const isLink = (one: EachLink) => typeof one?.link === 'string' && (Object.hasOwn(LINKS, one.link) || isSpecial(one));
      if (!Array.isArray(links) || !links.every(isLink)) throw fail('another link of a predictor', Object.keys(LINKS).join(', '));
      if (kind === 'regression' && links.length === predictors.length && links.length > 1) return;
      throw fail(`${links.length} links of the kind ${kind}`, `regression with ${predictors.length} predictors`);
    }
    case 'inflated': {
      const { line } = response;
      const isLine = line === undefined || [line?.start, line?.least, line?.log].every(Number.isFinite);
      if (!isLine) throw fail('another line', 'finite numbers');
      if (kind === 'regression' && predictors.length === (line ? 1 : 2)) return;
      throw fail(`${predictors.length} predictors of the kind ${kind}`, `regression with ${line ? 1 : 2}`);
    }
    case 'ordered': {
      const { theta } = response;
      if (!Array.isArray(theta) || !theta.every(Number.isFinite)) throw fail('another theta', 'finite numbers');
      if (predictors.length !== 1 || kind !== 'probability' || classes.length !== theta.length + 2)
        throw fail(`theta of ${theta.length} for ${classes.length} categories`, 'two less than categories, of one predictor');
      return;
    }
    case 'multinomial':
      if (kind === 'probability' && classes.length === predictors.length + 1) return;
      throw fail(`${classes.length} categories`, `${predictors.length + 1}, one more than predictors`);
    default:
      throw fail('another response', 'link, each, ordered, multinomial or inflated');
  }
}
