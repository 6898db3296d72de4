import { ModelError } from '../../errors.ts';
import { callsOneOf, checkExpressions, type Expression } from '../../expressions/expressions.ts';
import { NOT_EXACT } from '../../expressions/functions.ts';
import type { Schema } from '../../schema/features.ts';
import { pickArrays, takeArrays } from '../arrays.ts';
import type { BodyKind } from '../kind.ts';
import { LINEAR } from '../linear/body.ts';
import { checkLinear, type Linear } from '../linear/predict.ts';
import { count } from '../measures.ts';
import type { GroupTerm, Mixed } from './mixed.ts';
import { newGroupOf, predictMixed } from './predict.ts';

const ARRAYS = { coefficients: Float64Array, keys: Float64Array, effects: Float64Array } as const;
/** Largest key: each of them is a whole number of its own. */
const MOST_KEYS = 2 ** 53;

/** Fixed effects and random effects of groups: lme4's lmer, glmer. */
export const MIXED: BodyKind<Mixed> = {
  types: ['mixed'],
  lacksLevels: false,
  pack: ({ fixed: { coefficients, ...fixed }, terms, keys, effects }) => ({
    ...{ type: 'mixed', scalars: { fixed, terms } },
    arrays: pickArrays({ coefficients, keys, effects }, ARRAYS),
  }),
  unpack: ({ scalars, arrays }, label) => {
    const { coefficients, keys, effects } = takeArrays(arrays, ARRAYS, label);
    return { fixed: { ...(scalars.fixed as object), coefficients }, terms: scalars.terms, keys, effects } as Mixed;
  },
  check: checkMixed,
  answers: () => ({ types: ['response', 'link'], takes: ['random', 'allowNewLevels'] }),
  predict: predictMixed,
  noAnswer: newGroupOf,
  ulp: (schema, { fixed, terms }) => {
    const isExact = !terms.some(({ columns }) => columns.flat().some((part) => callsOneOf(NOT_EXACT, part)));
    return isExact ? LINEAR.ulp(schema, fixed) : 4;
  },
  measure: ({ fixed: { coefficients, link }, terms, effects }) => {
    const by = terms.map(({ name }) => name).join(', ');
    return {
      name: 'mixed',
      numbers: { coefficients: coefficients.length, effects: effects.length, groups: by, link },
      text: `${count(coefficients.length, 'coefficient')}, ${count(effects.length, 'random effect')} by ${by}, link ${link}`,
    };
  },
  notServed: () => ['re.form = a formula, random.only, newparams, se.fit'],
};

/** Checks a mixed model from a file, so that predictMixed needs no check. Throws a ModelError that names what is wrong. */
function checkMixed(schema: Schema, { fixed, terms, keys, effects }: Mixed, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s random effects`, found, expected);
  checkLinear(schema, fixed as Linear, label);
  if (!Array.isArray(terms) || terms.length === 0) throw fail('no list of terms', 'at least one term');
  let [groups, numbers] = [0, 0];
  for (const term of terms) {
    checkTerm(schema, term, label, fail);
    const own = keys.subarray(groups, groups + term.groups);
    const most = term.sizes.reduce((product, size) => product * size, 1);
    if (!own.every((key) => Number.isInteger(key) && key >= 0 && key < most) || new Set(own).size !== term.groups)
      throw fail(`other keys of ${term.groups} groups by ${term.name}`, `whole numbers below ${most}, each once`);
    groups += term.groups;
    numbers += term.groups * term.columns.length;
  }
  if (keys.length !== groups) throw fail(`${keys.length} keys`, `${groups}, one a group`);
  if (effects.length !== numbers) throw fail(`${effects.length} effects`, `${numbers}, one a group and column`);
  if (!effects.every(Number.isFinite)) throw fail('an effect that is not finite', 'finite ones');
}

function checkTerm(schema: Schema, term: unknown, label: string, fail: (found: string, expected: string) => ModelError): void {
  const { name, parts, sizes, columns, groups } = (typeof term === 'object' && term !== null ? term : {}) as Partial<GroupTerm>;
  const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1;
  if (typeof name !== 'string' || !Array.isArray(parts) || parts.length === 0 || !Array.isArray(sizes) || !isCount(groups))
    throw fail('another form', 'name, parts, sizes, columns, groups');
  if (sizes.length !== parts.length || !sizes.every(isCount) || sizes.reduce((product, size) => product * size, 1) > MOST_KEYS)
    throw fail(`other sizes of ${parts.length} parts`, `a count for each, at most ${MOST_KEYS} together`);
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every(Array.isArray)) throw fail('other columns', 'lists of expressions');
  checkExpressions([...parts, ...(columns as Expression[][]).flat()], schema, `${label}'s random effects`);
}
