import type { ModelError } from '../../errors.ts';
import type { Expression } from '../../expressions/expressions.ts';
import type { Basis, Constraint, Kernel, Margin, Span } from './gam.ts';

/** What the check of a basis knows: how many numbers and variables there are, and how deep it is. */
export type CheckContext = {
  numbers: number;
  values: Float64Array;
  variables: number;
  fail: (found: string, expected: string) => ModelError;
  depth: number;
  /** What all smooths of a row may still take, in multiplications: their numbers may be shared, so that a small file asks for many. */
  work: { left: number };
};

/** Most multiplications of a row; a smooth of 2,000 knots and 1,000 columns takes 2 million. */
export const MAX_WORK = 2 ** 26;

const MAX_DEPTH = 4;
/** Most columns of a basis before its constraint, most variables of one, most degrees of a power, and the greatest order of a spline. */
const [MAX_WIDTH, MAX_OF, MAX_POWER, MAX_ORDER] = [65_536, 20, 20, 20];

/** The expressions of a basis, of its margins too. */
export function basisExpressions(basis: Basis): Expression[] {
  if (basis.basis === 'columns') return basis.columns.flat();
  if (basis.basis === 'tensor' || basis.basis === 'products') return basis.margins.flatMap((margin) => basisExpressions(margin.basis));
  return [];
}

/** How many columns a basis has. Throws where it is none that can be computed. */
export function widthOf(basis: Basis, context: CheckContext): number {
  const { fail, depth, variables } = context;
  if (typeof basis !== 'object' || basis === null || depth > MAX_DEPTH) throw fail('another basis', 'one of a smooth');
  const isVariable = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < variables;
  const of = 'of' in basis ? [basis.of].flat() : [];
  if (of.length > MAX_OF || !of.every(isVariable)) throw fail('other variables of a smooth', `places below ${variables}`);
  switch (basis.basis) {
    case 'radial':
      return radialWidth(basis, context);
    case 'cubic':
    case 'cyclic': {
      const knots = ascending(basis.knots, 3, context).length;
      const width = basis.basis === 'cubic' ? knots : knots - 1;
      spent(width, context);
      if (lengthOf(basis.second, context) !== width * width) throw fail('other second derivatives', `${width * width}, for ${knots} knots`);
      return width;
    }
    case 'spline':
    case 'cycle': {
      const { order } = basis;
      if (!(Number.isInteger(order) && order >= 1 && order <= MAX_ORDER)) throw fail(`the order ${order}`, `1 to ${MAX_ORDER}`);
      const width = ascending(basis.knots, basis.basis === 'cycle' ? 2 * order - 1 : 2 * order, context).length - order;
      if (basis.basis === 'spline' && lengthOf(basis.ends, context) !== 4 * width)
        throw fail('other ends of a spline', `${4 * width} numbers`);
      return spent(width, context);
    }
    case 'columns':
      if (!Array.isArray(basis.columns) || !basis.columns.every(Array.isArray)) throw fail('another form of columns', 'expressions');
      return bounded(basis.columns.length, context);
    case 'tensor':
    case 'products':
      return productWidth(basis, context);
    default:
      throw fail(`the basis ${String((basis as { basis: unknown }).basis)}`, 'one that is known');
  }
}

function radialWidth(basis: Extract<Basis, { basis: 'radial' }>, context: CheckContext): number {
  const { fail } = context;
  const { of, powers, inside, width, kernel, centre } = basis;
  if (!Array.isArray(of) || of.length === 0) throw fail('a smooth of nothing', 'its variables');
  if (lengthOf(basis.shift, context) !== of.length) throw fail('other shifts', `${of.length}`);
  const count = lengthOf(basis.knots, context) / of.length;
  if (!(Number.isInteger(count) && count > 0)) throw fail('other knots', `a multiple of ${of.length}`);
  spent(count * MAX_POWER, context);
  const isPower = (one: unknown) => typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= MAX_POWER;
  const arePowers =
    Array.isArray(powers) && powers.every((list) => Array.isArray(list) && list.length === of.length && list.every(isPower));
  if (!arePowers || typeof inside !== 'boolean') throw fail('other powers', 'one a variable');
  checkKernel(kernel, of.length, context);
  const rows = inside ? count + powers.length : count;
  const mapped = spent(lengthOf(basis.map, context), context) / rows;
  if (!Number.isInteger(mapped)) throw fail('another matrix', `a multiple of ${rows}`);
  const isWidth = inside ? Number.isInteger(width) && width > 0 && width <= mapped : width === mapped + powers.length;
  if (!isWidth) throw fail(`${width} columns`, `${mapped}`);
  if (centre && lengthOf(centre, context) < Math.min(width, mapped)) throw fail('other means', `${width}`);
  return bounded(width, context);
}

function checkKernel(kernel: Kernel, dimension: number, { fail }: CheckContext): void {
  const numbers = Object.values(kernel ?? {}).filter((one) => typeof one === 'number');
  const isKnown =
    (kernel?.kernel === 'thinPlate' &&
      numbers.length === 3 &&
      kernel.d === dimension &&
      Number.isInteger(kernel.m) &&
      kernel.m <= MAX_POWER) ||
    (kernel?.kernel === 'duchon' && numbers.length === 2) ||
    (kernel?.kernel === 'gp' && numbers.length === 3 && kernel.range > 0 && [1, 2, 3, 4, 5].includes(kernel.type));
  if (!isKnown || !numbers.every(Number.isFinite)) throw fail('another kernel', 'one of thin plates, of Duchon, or gp');
}

function productWidth(basis: Extract<Basis, { basis: 'tensor' | 'products' }>, context: CheckContext): number {
  const { fail } = context;
  if (!Array.isArray(basis.margins) || basis.margins.length === 0 || basis.margins.length > MAX_OF)
    throw fail('other margins', 'bases of smooths');
  const widths = basis.margins.map((margin) => marginWidth(margin, { ...context, depth: context.depth + 1 }));
  const isPlace = (place: unknown, below: number) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < below;
  if (basis.basis === 'products') {
    const { columns } = basis;
    const fits = (places: unknown) =>
      Array.isArray(places) && places.length === widths.length && places.every((place, at) => isPlace(place, widths[at]!));
    if (!Array.isArray(columns) || !columns.every(fits)) throw fail('other products', 'a column of each margin');
    return spent(bounded(columns.length, context), context);
  }
  const all = bounded(
    widths.reduce((product, width) => product * width, 1),
    context,
  );
  spent(all, context);
  if (basis.kept === undefined) return all;
  if (!Array.isArray(basis.kept) || !basis.kept.every((place) => isPlace(place, all)))
    throw fail('other columns that are kept', `places below ${all}`);
  return bounded(basis.kept.length, context);
}

function marginWidth(margin: Margin, context: CheckContext): number {
  const width = widthWithout(widthOf(margin?.basis, context), margin.constraint, context);
  if (margin.map === undefined) return width;
  const columns = spent(lengthOf(margin.map, context), context) / width;
  if (!(Number.isInteger(columns) && columns > 0)) throw context.fail('another matrix of a margin', `a multiple of ${width} numbers`);
  return bounded(columns, context);
}

/** How many columns are left by a constraint. */
export function widthWithout(width: number, constraint: Constraint | undefined, context: CheckContext): number {
  if (constraint === undefined) return width;
  const { fail } = context;
  const isColumn = (place: unknown) => typeof place === 'number' && Number.isInteger(place) && place >= 0 && place < width;
  switch (constraint?.by) {
    case 'reflections': {
      const { vectors, among } = constraint;
      const isAmong = among === undefined || (Array.isArray(among) && among.every(isColumn) && new Set(among).size === among.length);
      const size = among?.length ?? width;
      const isReflection = (one: Span, at: number) => spent(lengthOf(one, context), context) === size - at;
      const fits = Array.isArray(vectors) && vectors.length < size && vectors.every(isReflection);
      if (!isAmong || !fits) throw fail('another constraint', `vectors for ${size} columns`);
      return width - vectors.length;
    }
    case 'drop':
    case 'sweep':
      if (!isColumn(constraint.column)) throw fail(`the column ${String(constraint.column)}`, `one below ${width}`);
      if (constraint.by === 'sweep' && lengthOf(constraint.means, context) !== width - 1) throw fail('other means', `${width - 1}`);
      return width - 1;
    case 'difference':
      return width - 1;
    default:
      throw fail('another constraint', 'one that is known');
  }
}

/** Counts what a part of a smooth takes, and gives it back. */
function spent(work: number, { work: all, fail }: CheckContext): number {
  all.left -= work;
  if (all.left < 0) throw fail('smooths that take longer', `at most ${MAX_WORK} multiplications a row`);
  return work;
}

function lengthOf(span: Span, { numbers, fail }: CheckContext): number {
  const isWhole = (one: unknown): one is number => typeof one === 'number' && Number.isInteger(one) && one >= 0;
  if (!Array.isArray(span) || span.length !== 2 || !span.every(isWhole) || span[0] + span[1] > numbers)
    throw fail('other places of numbers', `places of ${numbers}`);
  return span[1];
}

/** Knots, which do not fall. */
function ascending(span: Span, least: number, context: CheckContext): Float64Array {
  const length = lengthOf(span, context);
  const knots = context.values.subarray(span[0], span[0] + length);
  if (length < least || !knots.every((knot, at) => at === 0 || knot >= knots[at - 1]!))
    throw context.fail('other knots', `at least ${least}, ascending`);
  if (length > MAX_WIDTH) throw context.fail(`${length} knots`, `at most ${MAX_WIDTH}`);
  return knots;
}

function bounded(width: number, { fail }: CheckContext): number {
  if (width > MAX_WIDTH) throw fail(`a basis of ${width} columns`, `at most ${MAX_WIDTH}`);
  return width;
}
