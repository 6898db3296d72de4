import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { COLUMNS } from '../../shared/steps/columns.ts';
import { type BoundStep, stepOf } from '../../shared/steps/kind.ts';
import { SPLINES, type SplineBasis } from '../../shared/steps/splines.ts';
import type { RValue } from '../rds/values.ts';
import type { PartReader } from './columns.ts';
import { type Argument, type Call, constantsOf, matchArguments } from './constants.ts';
import { type Basis, penalizedBasis, splineBasis } from './spline-basis.ts';

/** Where the places of spline columns begin, behind any feature, until the features are counted. */
const FIRST_PLACE = 2 ** 24;
/** Most spline terms of one formula. */
const MAX_SPLINES = 1000;
/** Most columns of all of them. */
const MAX_COLUMNS = 100_000;

/** What ns() and bs() are called in a formula, with and without their package. */
const NAMES = ['ns', 'bs', 'splines::ns', 'splines::bs'];
/** What survival calls its own. */
const PENALIZED = ['pspline', 'survival::pspline'];
/** The arguments of pspline(), in their order. */
const PSPLINE = ['x', 'df', 'theta', 'nterm', 'degree', 'eps', 'method', 'Boundary.knots', 'intercept', 'penalty', 'combine'];

/** Whether a call's function makes a basis of splines. */
export function isSpline(name: string): boolean {
  return NAMES.includes(name) || PENALIZED.includes(name);
}

/**
 * The spline terms of a formula: ns() and bs() as predvars has them, with the knots of the training data. Their columns are
 * made by steps before the body; until the formula is read whole, expressions name them by places behind all features.
 */
export class FormulaSplines {
  readonly #terms: { value: Expression; basis: Basis; first: number }[] = [];
  #count = 0;

  get isEmpty(): boolean {
    return this.#terms.length === 0;
  }

  /** The columns of one call of ns() or bs(). Throws a ModelError where the call has no knots. */
  columns(value: Call, name: string, args: Argument[], reader: PartReader): Expression[] {
    if (PENALIZED.includes(name)) return this.#penalized(value, args, reader);
    const isNatural = name.endsWith('ns');
    const names = ['x', 'df', 'knots', ...(isNatural ? [] : ['degree']), 'intercept', 'Boundary.knots'];
    const given = matchArguments(args, names, (found, expected) => reader.fail(value, found, expected));
    const [knots, boundary, degree, intercept] = ['knots', 'Boundary.knots', 'degree', 'intercept'].map((part) => numbersIn(given[part]));
    if (!given.x || !knots || boundary?.length !== 2 || !degree || !intercept)
      throw reader.fail(value, `${name}() without its knots`, `a model that predict() can use, with ${name}() as a term of its own`);
    const parts = { isNatural, knots, boundary, degree: degree[0] ?? 3, hasIntercept: intercept[0] === 1 };
    const basis = splineBasis(parts, (found, expected) => reader.fail(value, found, expected));
    return this.#add(value, given.x, basis, reader);
  }

  /** survival's pspline(); `combine` adds up neighbours. */
  #penalized(value: Call, args: Argument[], reader: PartReader): Expression[] {
    const given = matchArguments(args, PSPLINE, (found, expected) => reader.fail(value, found, expected));
    const [boundary, terms, degree, intercept, combine] = ['Boundary.knots', 'nterm', 'degree', 'intercept', 'combine'].map((part) => {
      return numbersIn(given[part]);
    });
    if (!given.x || boundary?.length !== 2 || terms?.length !== 1 || !degree || !intercept || !combine)
      throw reader.fail(value, 'pspline() without its knots', 'a model that predict() can use, with pspline() as a term of its own');
    const hasIntercept = intercept[0] === 1;
    const parts = { terms: terms[0] as number, boundary, degree: degree[0] ?? 3, hasIntercept };
    const basis = penalizedBasis(parts, (found, expected) => reader.fail(value, found, expected));
    const columns = this.#add(value, given.x, basis, reader);
    if (combine.length === 0) return columns;
    const isRising = combine.every((one, at) => Number.isInteger(one) && one >= (at === 0 ? 0 : combine[at - 1]!));
    if (combine.length !== columns.length || !isRising || (!hasIntercept && combine[0] === 0))
      throw reader.fail(value, 'combine of another form', `${columns.length} whole numbers that do not fall`);
    return [...new Set(combine)].map((one) => {
      const [first, ...rest] = columns.filter((_, at) => combine[at] === one);
      return rest.reduce<Expression>((sum, column) => ({ call: '+', of: [sum, column] }), first as Expression);
    });
  }

  #add(value: Call, x: RValue, basis: Basis, reader: PartReader): Expression[] {
    if (this.#terms.length === MAX_SPLINES) throw reader.fail(value, `more than ${MAX_SPLINES} splines`, 'fewer');
    const first = this.#count;
    this.#terms.push({ value: reader.number(x), basis, first });
    this.#count += basis.width;
    if (this.#count > MAX_COLUMNS) throw reader.fail(value, 'too many columns of splines', `at most ${MAX_COLUMNS}`);
    return Array.from({ length: basis.width }, (_, at) => ({ feature: FIRST_PLACE + first + at }));
  }

  /** The spline column that an expression of this formula names by a place, behind `count` others; undefined for a feature's place. */
  column(place: number, count: number): Expression | undefined {
    return place >= FIRST_PLACE ? { feature: count + place - FIRST_PLACE } : undefined;
  }

  /** What each spline is of, with a name for it, in the order of the splines. */
  get values(): { name: string; value: Expression }[] {
    return this.#terms.map(({ value }, at) => ({ name: `spline ${at + 1}`, value }));
  }

  /** The bases, where the k-th value of `values` is the column at `from + k`. */
  bases(from: number): SplineBasis[] {
    return this.#terms.map(({ basis: { width, ...basis } }, at) => {
      return { from: from + at, names: Array.from({ length: width }, (_, column) => `spline ${at + 1}.${column + 1}`), ...basis };
    });
  }

  /** The steps that put the spline columns behind the features; none without splines. Throws where a feature has a column's name. */
  steps(features: readonly Feature[], label: string): BoundStep[] {
    if (this.isEmpty) return [];
    const keep = features.map((_, place) => place);
    const bases = this.bases(features.length);
    const made = new Set([...this.values.map(({ name }) => name), ...bases.flatMap(({ names }) => names)]);
    const taken = features.find(({ name }) => made.has(name));
    if (taken) throw new ModelError(label, `a feature called "${taken.name}"`, 'another name beside splines');
    return [
      stepOf(COLUMNS, { step: 'columns', of: 'formula', columns: [...keep, ...this.values] }),
      stepOf(SPLINES, { step: 'splines', of: 'formula', keep, bases }),
    ];
  }
}

/** Finite numbers that an argument lists; none where it is not given, undefined for anything else. */
function numbersIn(kept: RValue | undefined): number[] | undefined {
  const found = kept === undefined || kept.type === 'null' ? [] : constantsOf(kept);
  return found?.every((one) => typeof one === 'number' && Number.isFinite(one)) ? (found as number[]) : undefined;
}
