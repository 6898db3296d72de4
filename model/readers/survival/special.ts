import { ModelError } from '../../../shared/errors.ts';
import { functionName } from '../../formula/constants.ts';
import { placesIn, readLevels, readTerms } from '../../formula/terms.ts';
import { attributesOf, element, levelsOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { joinTerms, readStrataTerm, type Strata, type StrataTerm } from './strata.ts';

/** Functions of a formula that mean something to coxph alone. */
const SPECIALS = ['strata', 'cluster', 'tt', 'frailty', 'frailty.gamma', 'frailty.gaussian', 'frailty.t', 'nsk'];
/** What groups rows in training only; a frailty does so where it is sparse. */
const LEFT_OUT = ['strata', 'cluster', 'frailty', 'frailty.gamma', 'frailty.gaussian', 'frailty.t'];
/** What survival's fits note of a term that is sparse (pterms). */
const SPARSE = 2;

/** The variables of a formula that make no columns by themselves, by their names, and the strata, where there are some. */
export type Special = { dropped: Set<string>; hasStrata: boolean; hasFrailty: boolean; strata: Strata | undefined };

/** Finds the special variables of a formula; the strata with their labels where `reads` says so. Throws a ModelError that names one that is not served. */
export function readSpecial(value: RValue, label: string, reads: 'labels' | 'names'): Special {
  const { variables, factors } = readTerms(element(value, 'terms'), `${label}'s terms`);
  const xlevels = readLevels(element(value, 'xlevels'), `${label}'s xlevels`);
  const dropped = new Set<string>();
  const terms: StrataTerm[] = [];
  let [hasStrata, hasFrailty] = [false, false];
  const sparse = sparseOf(value, label);
  // R's predict() leaves out the strata alone, and then codes a factor beside them in another way than the fit did.
  const numeric = variables.map((one) => one.kind !== 'logical' && !xlevels.has(one.name));
  // Counted once: a formula may have thousands of such variables.
  const patterns = factors.map((pattern) => {
    const within = placesIn(pattern);
    return { pattern, variables: within.length, others: within.filter((at) => !numeric[at]).length };
  });
  variables.forEach((variable, at) => {
    const name = specialOf(variable.source);
    if (name === undefined) return;
    const place = `${label}, ${variable.name.slice(0, 100)}`;
    if (!LEFT_OUT.includes(name)) throw new ModelError(place, `a term of ${name}()`, 'ns() or bs(), or a plain term');
    const isFrailty = name.startsWith('frailty');
    if (isFrailty && !sparse.has(variable.name)) throw new ModelError(place, 'a frailty with coefficients', `${name}() with sparse = TRUE`);
    hasFrailty ||= isFrailty;
    const takesNumbers = name === 'strata' && reads === 'labels';
    const own = numeric[at] ? 0 : 1;
    const fits = patterns.every((one) => one.pattern[at] === 0 || one.variables === 1 || (takesNumbers && one.others === own));
    if (!fits)
      throw new ModelError(place, `an interaction with ${name}()`, `${name}() alone${name === 'strata' ? ', or with numbers' : ''}`);
    dropped.add(variable.name);
    if (name !== 'strata') return;
    hasStrata = true;
    if (reads === 'labels') terms.push(readStrataTerm(variable, xlevels.get(variable.name), place));
  });
  if (hasFrailty && hasStrata) throw new ModelError(label, 'strata() with a frailty', 'one of them');
  const kept = element(value, 'strata');
  const named = kept && attributesOf(kept).get('levels');
  const joint = named && levelsOf(named, `${label}'s strata`);
  return { dropped, hasStrata, hasFrailty, strata: terms.length > 0 ? joinTerms(terms, xlevels, joint, label) : undefined };
}

/** The terms whose effects are kept apart from the coefficients; R's predict() leaves them out. */
function sparseOf(value: RValue, label: string): Set<string> {
  const terms = element(value, 'pterms');
  const names = terms && attributesOf(terms).get('names');
  if (!terms || !names) return new Set();
  const codes = numbersOf(terms, `${label}'s pterms`);
  return new Set(textsOf(names, `${label}'s names of pterms`).filter((_, at) => codes[at] === SPARSE));
}

/** The special function that a variable calls, with or without its package before it. */
function specialOf(value: RValue): string | undefined {
  const name = value.type === 'language' ? functionName(value.values[0]) : undefined;
  const plain = name?.replace(/^survival:::?/, '');
  return plain !== undefined && SPECIALS.includes(plain) ? plain : undefined;
}
