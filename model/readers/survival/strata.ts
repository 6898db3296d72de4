import { ModelError } from '../../../shared/errors.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { functionName, numberOf } from '../../formula/constants.ts';
import { readLevels, readTerms, type Variable } from '../../formula/terms.ts';
import { element, type RValue } from '../../rds/values.ts';

/** Functions of a formula that mean something to coxph alone. */
const SPECIALS = ['strata', 'cluster', 'tt', 'frailty', 'frailty.gamma', 'frailty.gaussian', 'frailty.t', 'pspline', 'ridge', 'nsk'];
/** What groups rows in training only. */
const LEFT_OUT = ['strata', 'cluster'];

/** The strata of a formula: the variable that they are of, and its labels in the order of the strata. */
export type Strata = { variable: Variable; levels: Level[] };
/** The variables of a formula that make no columns, by their names, and the strata, where there are some. */
export type Special = { dropped: Set<string>; hasStrata: boolean; strata: Strata | undefined };

/** Finds the special variables of a formula; the strata with their labels where `reads` says so. Throws a ModelError that names one that is not served. */
export function readSpecial(value: RValue, label: string, reads: 'labels' | 'names'): Special {
  const { variables, factors } = readTerms(element(value, 'terms'), `${label}'s terms`);
  const xlevels = readLevels(element(value, 'xlevels'), `${label}'s xlevels`);
  const dropped = new Set<string>();
  let strata: Strata | undefined;
  let hasStrata = false;
  variables.forEach((variable, at) => {
    const name = specialOf(variable.source);
    if (name === undefined) return;
    const place = `${label}, ${variable.name.slice(0, 100)}`;
    if (!LEFT_OUT.includes(name)) throw new ModelError(place, `a term of ${name}()`, 'ns() or bs(), or a plain term');
    const isAlone = factors.every((pattern) => pattern[at] === 0 || pattern.filter((code) => code > 0).length === 1);
    if (!isAlone) throw new ModelError(place, `an interaction with ${name}()`, `${name}() alone`);
    dropped.add(variable.name);
    if (name !== 'strata') return;
    hasStrata = true;
    if (reads === 'names') return;
    if (strata) throw new ModelError(place, 'strata() twice', 'strata() of one variable');
    strata = strataOf(variable, xlevels.get(variable.name), place);
  });
  return { dropped, hasStrata, strata };
}

/** The special function that a variable calls, with or without its package before it. */
function specialOf(value: RValue): string | undefined {
  const name = value.type === 'language' ? functionName(value.values[0]) : undefined;
  const plain = name?.replace(/^survival:::?/, '');
  return plain !== undefined && SPECIALS.includes(plain) ? plain : undefined;
}

/** strata(x): R's levels are "x=1", or the labels alone where x is a factor or a text. */
function strataOf({ source }: Variable, levels: Level[] | undefined, label: string): Strata {
  const [, argument, ...others] = source.type === 'language' ? source.values : [];
  if (argument?.type !== 'symbol' || others.length > 0)
    throw new ModelError(label, 'strata of several variables, or of a computed one', 'strata(x) of one variable x');
  if (!levels) throw new ModelError(label, 'strata without levels', 'xlevels for them');
  const { name } = argument;
  const start = `${name}=`;
  const isNamed = levels.every((level) => level?.startsWith(start));
  const labels = isNamed ? levels.map((level) => (level as string).slice(start.length)) : levels;
  const areNumbers = isNamed && labels.every((level) => Number.isFinite(numberOf(level)));
  const areTruths = isNamed && labels.every((level) => level === 'TRUE' || level === 'FALSE');
  const kind = areNumbers ? 'numeric' : areTruths ? 'logical' : 'factor';
  return { variable: { name, value: argument, source: argument, kind }, levels: labels };
}
