import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { cursorOf, type Outside, SPLINES, type SplineBasis } from '../../shared/steps/splines.ts';
import { attributesOf, element, numbersOf, type RValue, textOf } from '../rds/values.ts';
import type { FrameColumn, NewColumn } from './frame.ts';
import { numberedNames } from './r-names.ts';
import { namesOf, type StepContext, type StepReader } from './step-values.ts';

/** Most columns of one basis. */
const MAX_DEGREE = 100;
/** Where R's bs() has its pivot between a boundary knot and the next one. */
const PIVOT = 0.25;

/** step_poly(), step_ns() and step_bs(): a column becomes a basis, behind the columns that stay. */
export const BASIS_STEPS: StepReader = {
  steps: ['step_poly', 'step_ns', 'step_bs'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const found = element(step, 'objects');
    const names = namesOf(found, `${label}'s objects`);
    const object = (name: string) => (found && element(found, name)) as RValue;
    if (of === 'step_poly') {
      frame.change(of, { add: names.flatMap((name) => polynomials(name, object(name), context)), drop: names });
      return;
    }
    if (names.length === 0) return;
    const gone = new Set(names);
    const kept = frame.columns.flatMap(({ name }, place) => (gone.has(name) ? [] : [place]));
    const bases = names.map((name) => splines(name, object(name), context));
    const made = bases.flatMap((basis) => basis.names.map((name): FrameColumn => ({ name, kind: 'number' })));
    const columns = [...kept.map((place) => frame.columns[place] as FrameColumn), ...made];
    frame.push(SPLINES, { step: 'splines', of, keep: kept, bases }, columns);
  },
};

function polynomials(name: string, object: RValue, { frame, label }: StepContext): NewColumn[] {
  const at = `${label}, column ${name}`;
  const attributes = attributesOf(object);
  const degree = numbersOf(attributes.get('degree'), `${at}'s degree`).length;
  const coefs = attributes.get('coefs');
  if (degree < 1 || degree > MAX_DEGREE) throw new ModelError(at, `the degree ${degree}`, `1 to ${MAX_DEGREE}`);
  const x = frame.number(name, at);
  const [alpha, norm2] = ['alpha', 'norm2'].map((part) => {
    const own = coefs && element(coefs, part);
    return own ? Array.from(numbersOf(own, `${at}'s ${part}`)) : [];
  }) as [number[], number[]];
  const isRaw = !coefs;
  if (!isRaw && (alpha.length < degree || norm2.length < degree + 2)) throw new ModelError(at, 'a polynomial without its norms', 'poly()');
  const prefix = textOf(attributes.get('var'), `${at}'s var`);
  return Array.from({ length: degree }, (_, index): NewColumn => {
    const power = index + 1;
    const orthogonal: Expression = { poly: x, alpha: alpha.slice(0, power), norm2: norm2.slice(0, power + 2) };
    return { name: `${prefix}_poly_${power}`, kind: 'number', value: isRaw ? { call: '^', of: [x, power] } : orthogonal };
  });
}

function splines(name: string, object: RValue, { frame, of, label }: StepContext): SplineBasis {
  const at = `${label}, column ${name}`;
  frame.number(name, at);
  const attributes = attributesOf(object);
  const numbers = (part: string) => (attributes.has(part) ? Array.from(numbersOf(attributes.get(part), `${at}'s ${part}`)) : []);
  const isNatural = of === 'step_ns';
  const order = isNatural ? 4 : (numbers('degree')[0] ?? Number.NaN) + 1;
  const [low, high] = numbers('Boundary.knots');
  if (low === undefined || high === undefined || !(low < high) || !(Number.isInteger(order) && order >= 2 && order <= 20))
    throw new ModelError(at, 'another basis', 'one of splines, with its boundary knots and degree');
  const inner = numbers('knots');
  const knots = [...Array.from({ length: order }, () => low), ...inner, ...Array.from({ length: order }, () => high)].sort((a, b) => a - b);
  const hasIntercept = numbers('intercept')[0] === 1;
  const first = hasIntercept ? 0 : 1;
  const ends = isNatural ? naturalEnds(knots, [low, high]) : polynomialEnds(knots, order, [low, high]);
  const reflections = isNatural ? constraints(knots, [low, high], first) : [];
  const width = knots.length - order - first - reflections.length;
  const prefix = `${textOf(attributes.get('var'), `${at}'s var`)}_${of.replace('step_', '')}_`;
  return {
    ...{ from: frame.place(name, at), names: numberedNames(width, prefix), order, knots, boundary: [low, high], first },
    ...{ ...ends, reflections },
  };
}

/** Beyond its boundary knots a natural spline is a line. */
function naturalEnds(knots: number[], [low, high]: [number, number]): { left: Outside; right: Outside } {
  const line = (pivot: number): Outside => ({ pivot, rows: [0, 1].map((degree) => derivatives(knots, 4, pivot, degree)) });
  return { left: line(low), right: line(high) };
}

/** Beyond its boundary knots a B-spline goes on as the polynomial that it is a quarter into the outermost interval (R's bs()). */
function polynomialEnds(knots: number[], order: number, [low, high]: [number, number]): { left: Outside; right: Outside } {
  const polynomial = (end: number, next: number): Outside => {
    const pivot = (1 - PIVOT) * end + PIVOT * next;
    let factorial = 1;
    const rows = Array.from({ length: order }, (_, degree) => {
      if (degree > 1) factorial *= degree;
      return derivatives(knots, order, pivot, degree).map((value) => value / factorial);
    });
    return { pivot, rows };
  };
  return { left: polynomial(low, knots[order]!), right: polynomial(high, knots[knots.length - order - 1]!) };
}

/** A derivative of each B-spline at x (splines.c, evaluate). */
function derivatives(knots: number[], order: number, x: number, degree: number): number[] {
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
    const own = column.slice(from);
    const norm = Math.hypot(...own);
    const scale = own[0] !== 0 && own[0]! < 0 ? -norm : norm;
    const vector = own.map((value) => value * (1 / scale));
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
