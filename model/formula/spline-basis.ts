import type { ModelError } from '../../shared/errors.ts';
import { cursorOf, MAX_KNOTS, type Outside, type SplineBasis, splineValues } from '../../shared/steps/splines.ts';

/** Where R's bs() has its pivot between a boundary knot and the next one. */
const PIVOT = 0.25;
/** Least and greatest order of a basis. */
const LEAST_ORDER = 2;
const MOST_ORDER = 20;
/** Most intervals of a pspline(). */
const MOST_TERMS = 500;

/** What R keeps of ns() or bs(): its knots, and of bs() the degree. */
export type SplineParts = {
  isNatural: boolean;
  knots: number[];
  boundary: number[];
  degree: number | undefined;
  hasIntercept: boolean;
};
/** A basis without the column that it is of, and without names. */
export type Basis = Omit<SplineBasis, 'from' | 'names'> & { width: number };

/** The basis of R's ns() or bs() with the knots that it found in training (splines, splines.R). Throws the error that `fail` makes. */
export function splineBasis(
  { isNatural, knots: inner, boundary, degree, hasIntercept }: SplineParts,
  fail: (found: string, expected: string) => ModelError,
): Basis {
  const order = isNatural ? 4 : (degree ?? Number.NaN) + 1;
  const [low, high] = boundary;
  const isOrder = Number.isInteger(order) && order >= LEAST_ORDER && order <= MOST_ORDER;
  if (low === undefined || high === undefined || !(low < high) || !isOrder)
    throw fail('another basis', 'one of splines, with its boundary knots and degree');
  if (inner.length > MAX_KNOTS) throw fail(`${inner.length} knots`, `at most ${MAX_KNOTS}`);
  const ends = (knot: number) => Array.from({ length: order }, () => knot);
  const knots = [...ends(low), ...inner, ...ends(high)].sort((a, b) => a - b);
  const first = hasIntercept ? 0 : 1;
  // splines.c computes values in another way than derivatives.
  const at: AtPivot = (pivot, degree) => (degree === 0 ? splineValues(knots, order, pivot) : derivatives(knots, order, pivot, degree));
  const sides = isNatural ? naturalEnds([low, high], at) : polynomialEnds(knots, order, [low, high], at);
  const reflections = isNatural ? constraints(knots, [low, high], first) : [];
  const width = knots.length - order - first - reflections.length;
  return { order, knots, boundary: [low, high], first, ...sides, reflections, width };
}

/** What survival keeps of pspline(): how many intervals there are between the boundary knots. */
export type PenalizedParts = { terms: number; boundary: number[]; degree: number; hasIntercept: boolean };

/** The basis of survival's pspline(): B-splines of knots at equal distances, and lines beyond the boundary knots. Throws the error that `fail` makes. */
export function penalizedBasis(
  { terms, boundary: [low, high], degree, hasIntercept }: PenalizedParts,
  fail: (found: string, expected: string) => ModelError,
): Basis {
  const order = degree + 1;
  const isOrder = Number.isInteger(order) && order >= LEAST_ORDER && order <= MOST_ORDER;
  const areTerms = Number.isInteger(terms) && terms >= 3 && terms <= MOST_TERMS;
  if (low === undefined || high === undefined || !(low < high) || !isOrder || !areTerms)
    throw fail('another basis', 'pspline() with its boundary knots, nterm and degree');
  const distance = (high - low) / terms;
  const knots = [
    ...Array.from({ length: degree + terms }, (_, at) => low + distance * (at - degree)),
    ...Array.from({ length: order }, (_, at) => high + distance * at),
  ];
  const at: AtPivot = (pivot, which) => (which === 0 ? splineValues(knots, order, pivot) : derivatives(knots, order, pivot, which));
  const first = hasIntercept ? 0 : 1;
  return { order, knots, boundary: [low, high], first, ...naturalEnds([low, high], at), reflections: [], width: terms + degree - first };
}

/** A derivative of each B-spline at a pivot. */
type AtPivot = (pivot: number, degree: number) => number[];

/** Beyond its boundary knots a natural spline is a line, and so is a pspline(). */
function naturalEnds([low, high]: [number, number], at: AtPivot): { left: Outside; right: Outside } {
  const line = (pivot: number): Outside => ({ pivot, rows: [0, 1].map((degree) => at(pivot, degree)) });
  return { left: line(low), right: line(high) };
}

/** Beyond its boundary knots a B-spline goes on as the polynomial that it is a quarter into the outermost interval (R's bs()). */
function polynomialEnds(knots: number[], order: number, [low, high]: [number, number], at: AtPivot): { left: Outside; right: Outside } {
  const polynomial = (end: number, next: number): Outside => {
    const pivot = (1 - PIVOT) * end + PIVOT * next;
    let factorial = 1;
    const rows = Array.from({ length: order }, (_, degree) => {
      if (degree > 1) factorial *= degree;
      return at(pivot, degree).map((value) => value / factorial);
    });
    return { pivot, rows };
  };
  return { left: polynomial(low, knots[order]!), right: polynomial(high, knots[knots.length - order - 1]!) };
}

/** A derivative of each B-spline at x (splines.c, evaluate). */
export function derivatives(knots: number[], order: number, x: number, degree: number): number[] {
  const cursor = cursorOf(knots, order, x);
  const isBoundary = x === knots[knots.length - order];
  const out = new Array<number>(knots.length - order).fill(0);
  for (let which = 0; which < order; which += 1) {
    const place = cursor - order + which;
    if (place >= 0 && place < out.length) out[place] = derivative(knots, { order, cursor, x, degree, which, isBoundary });
  }
  return out;
}

type At = { order: number; cursor: number; x: number; degree: number; which: number; isBoundary: boolean };

function derivative(knots: number[], { order, cursor, x, degree, which, isBoundary }: At): number {
  if (isBoundary && degree === order - 1) return 0;
  const a: number[] = Array.from({ length: order }, (_, at) => (at === which ? 1 : 0));
  let outer = order - 1;
  for (let left = degree; left > 0; left -= 1) {
    for (let at = 0; at < outer; at += 1) {
      const low = cursor - outer + at;
      a[at] = (outer * (a[at + 1]! - a[at]!)) / (knots[low + outer]! - knots[low]!);
    }
    outer -= 1;
  }
  while (outer > 0) {
    outer -= 1;
    for (let at = 0; at <= outer; at += 1) {
      const right = knots[cursor + at]! - x;
      const left = x - knots[cursor - (outer - at + 1)]!;
      a[at] = (a[at + 1]! * left + a[at]! * right) / (right + left);
    }
  }
  return a[0]!;
}

/** The Householder vectors of a natural spline's two constraints, its second derivatives at the boundary (LINPACK's dqrdc2). */
function constraints(knots: number[], [low, high]: [number, number], first: number): number[][] {
  const columns = [low, high].map((end) => derivatives(knots, 4, end, 2).slice(first));
  const vectors: number[][] = [];
  columns.forEach((column, from) => {
    const tail = column.slice(from);
    // As the reference BLAS's dnrm2 has it for numbers of usual size.
    const norm = Math.sqrt(tail.reduce((sum, value) => sum + value * value, 0));
    const scale = tail[0] !== 0 && tail[0]! < 0 ? -norm : norm;
    const vector = tail.map((value) => value * (1 / scale));
    vector[0] = vector[0]! + 1;
    vectors.push(vector);
    for (const other of columns.slice(from + 1)) {
      const sum = vector.reduce((total, value, at) => total + value * other[from + at]!, 0);
      const factor = -sum / vector[0]!;
      vector.forEach((value, at) => {
        other[from + at] = other[from + at]! + factor * value;
      });
    }
  });
  return vectors;
}
