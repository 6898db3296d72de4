import type { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { RValue } from '../rds/values.ts';
import { type Argument, areTruths, type Call, constantsOf, finite, matchArguments, memberOf } from './constants.ts';

/** What reads the parts of a formula. */
export type PartReader = {
  number(value: RValue): Expression;
  /** The values of a constant, which may be a variable around the formula. */
  constants(value: RValue): (number | string)[] | undefined;
  fail(value: RValue, found: string, expected: string): ModelError;
};

/** Most columns one variable of a formula makes, and most variables of one poly(). */
const MAX_COLUMNS = 100;
const MAX_VECTORS = 10;

/**
 * The columns of poly() or polym() as predvars has it, with its coefficients, or raw. Of several variables the columns are
 * the products of their powers up to the degree, the first variable's turning fastest (R's polym).
 */
export function polyColumns(value: Call, name: string, args: Argument[], reader: PartReader): Expression[] {
  const named = matchArguments(
    args.filter(({ tag }) => tag !== undefined && tag !== 'x'),
    ['degree', 'coefs', 'raw', 'simple'],
    (found, expected) => reader.fail(value, found, expected),
  );
  const given = args.filter(({ tag }) => tag === undefined || tag === 'x');
  // R takes x by its name first: poly(2, x = a).
  if (name === 'poly') given.sort((a, b) => Number(b.tag === 'x') - Number(a.tag === 'x'));
  const vectors = given.map(({ value: vector }) => vector);
  const isRaw = constantsOf(named.raw)?.[0] === 1;
  // Of one variable R keeps its coefficients alone, of several a list of each one's: these tell the degree, whatever names it.
  const own = memberOf(named.coefs, 'alpha');
  const [, second] = vectors;
  const isSecond = name === 'poly' && vectors.length === 2 && named.degree === undefined;
  const isDegree = isSecond && (own !== undefined || reader.constants(second!)?.length === 1);
  if (isSecond && isRaw && !isDegree)
    throw reader.fail(
      value,
      'poly() whose second argument may be its degree',
      'poly(x, degree), its degree a number, or poly(a, b, degree = 1)',
    );
  if (isDegree) vectors.pop();
  const kept = (own ?? memberOf(partOf(named.coefs, 0), 'alpha'))?.length;
  const degree = degreeOf(isDegree ? second : named.degree, kept, reader);
  if (vectors.length === 0 || !(Number.isInteger(degree) && degree >= 1 && degree <= MAX_COLUMNS))
    throw reader.fail(value, 'poly() of another form', 'poly(x, degree), its degree a number');
  const powers = vectors.map((vector, at) => {
    const coefs = vectors.length === 1 ? named.coefs : partOf(named.coefs, at);
    return powersOf(value, reader.number(vector), { degree, coefs, isRaw }, reader);
  });
  if (powers.length === 1) return powers[0] as Expression[];
  return combinations(powers.length, degree, () => reader.fail(value, 'poly() of too many columns', `at most ${MAX_COLUMNS}`)).map(
    (exponents) => {
      const factors = exponents.flatMap((power, at) => (power === 0 ? [] : [powers[at]?.[power - 1] as Expression]));
      return factors.reduce((product, factor) => ({ call: '*', of: [product, factor] }));
    },
  );
}

/** The degree that a call of poly() says, as a number or by a variable; `kept`: that of the coefficients, where it has some. */
function degreeOf(given: RValue | undefined, kept: number | undefined, reader: PartReader): number {
  if (given === undefined) return 1;
  // A variable may be another number by now: for (n in 1:5) lm(y ~ poly(x, n)).
  const constants = kept === undefined ? reader.constants(given) : constantsOf(given);
  return Number(constants?.[0] ?? kept);
}

/** The powers of one variable, from the first on, or its orthogonal polynomials. */
function powersOf(
  value: Call,
  inner: Expression,
  { degree, coefs, isRaw }: { degree: number; coefs: RValue | undefined; isRaw: boolean },
  reader: PartReader,
): Expression[] {
  const each = Array.from({ length: degree }, (_, at) => at + 1);
  if (isRaw) return each.map((power) => ({ call: '^', of: [inner, power] }));
  const [alpha, norm2] = ['alpha', 'norm2'].map((part) => memberOf(coefs, part));
  if (!alpha || !norm2 || alpha.length < degree || norm2.length < degree + 2)
    throw reader.fail(value, 'poly() without its coefficients', 'a model that predict() can use');
  return each.map((power) => ({ poly: inner, alpha: alpha.slice(0, power), norm2: norm2.slice(0, power + 2) }));
}

/** An element of a list, be it a value or a call of list(). */
function partOf(value: RValue | undefined, at: number): RValue | undefined {
  if (value?.type === 'list') return value.values[at];
  return value?.type === 'language' ? value.values[at + 1] : undefined;
}

/** All powers of some variables whose sum is 1 to `degree`, the first one's turning fastest. */
function combinations(variables: number, degree: number, tooMany: () => ModelError): number[][] {
  if (variables > MAX_VECTORS) throw tooMany();
  let out: number[][] = [[]];
  for (let variable = 0; variable < variables; variable += 1) {
    out = Array.from({ length: degree + 1 }, (_, power) => power).flatMap((power) => out.map((exponents) => [...exponents, power]));
    out = out.filter((exponents) => exponents.reduce((sum, power) => sum + power, 0) <= degree);
    if (out.length > MAX_COLUMNS + 1) throw tooMany();
  }
  return out.filter((exponents) => exponents.some((power) => power > 0));
}

/** scale() as predvars has it, with the numbers of the training data. */
export function scaleColumn(value: Call, args: Argument[], reader: PartReader): Expression {
  const given = matchArguments(args, ['x', 'center', 'scale'], (found, expected) => reader.fail(value, found, expected));
  if (!given.x) throw reader.fail(value, 'scale() of nothing', 'scale(x)');
  let made = reader.number(given.x);
  for (const [name, call] of [
    ['center', '-'],
    ['scale', '/'],
  ] as const) {
    const argument = given[name];
    const numbers = argument && constantsOf(argument);
    const isTruth = areTruths(argument);
    if (isTruth && numbers?.[0] === 0) continue;
    if (isTruth || numbers?.length !== 1) throw reader.fail(value, `scale() without its ${name}`, 'a model that predict() can use');
    made = { call, of: [made, finite(Number(numbers[0]))] };
  }
  return made;
}
