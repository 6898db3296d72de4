import { ModelError } from '../../errors.ts';
import { normalDistribution } from '../../expressions/normal.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { checkClasses, classesOf, firstNearlyLargest } from '../class-answers.ts';

/** A regression of ordered classes: a sum of inputs, and where it stands among the cuts between the classes (`zeta`). */
export type Ordinal = { method: string; coefficients: Float64Array; zeta: Float64Array };

type Exp = (x: number) => number;

/** The distributions of polr's methods, by their names. */
const METHODS: Record<string, (x: number, exp: Exp) => number> = {
  logistic: (x, exp) => 1 / (1 + exp(-x)),
  probit: normalDistribution,
  loglog: (x, exp) => exp(-exp(-x)),
  cloglog: (x, exp) => 1 - exp(-exp(x)),
};

/** The names of the methods that are served. */
export const ORDINAL_METHODS = Object.keys(METHODS);

/** The classes or their chances, row by row (MASS, predict.polr): differences of a distribution at the cuts. */
export function predictOrdinal(
  schema: Schema,
  { method, coefficients, zeta }: Ordinal,
  rows: Float64Array,
  { type }: Parameters,
): Float64Array {
  const { exp } = libraryOf(schema.libm);
  const distribution = METHODS[method]!;
  const width = coefficients.length;
  const classes = zeta.length + 1;
  const count = rows.length / width;
  const out = new Float64Array(count * classes);
  for (let row = 0; row < count; row += 1) {
    let eta = 0;
    for (let at = 0; at < width; at += 1) eta += coefficients[at]! * rows[row * width + at]!;
    let before = 0;
    for (let at = 0; at < classes; at += 1) {
      const next = at < zeta.length ? distribution(zeta[at]! - eta, exp) : 1;
      out[row * classes + at] = next - before;
      before = next;
    }
  }
  return type === 'class' ? classesOf(out, classes, firstNearlyLargest) : out;
}

/** Checks a regression from a file, so that predictOrdinal needs no check. Throws a ModelError that names what is wrong. */
export function checkOrdinal(schema: Schema, { method, coefficients, zeta }: Ordinal, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s ordinal regression`, found, expected);
  checkClasses(schema, zeta.length + 1, `${label}'s ordinal regression`);
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method)) throw fail(`the method ${String(method)}`, ORDINAL_METHODS.join(', '));
  if (coefficients.length !== schema.features.length)
    throw fail(`${coefficients.length} coefficients`, `${schema.features.length}, one an input`);
  if (!coefficients.every(Number.isFinite) || !zeta.every(Number.isFinite)) throw fail('a number that is not finite', 'finite ones');
  if (zeta.length === 0) throw fail('one class', 'at least two');
}
