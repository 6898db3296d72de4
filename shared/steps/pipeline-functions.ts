import type { RFunction } from '../expressions/functions.ts';
import { inverseHyperbolics } from '../math/inverse-hyperbolic.ts';
import { FUSED, type Libm, libraryOf, type MathLibrary } from '../math/library.ts';

/** R's .Machine$double.eps, and the eta beyond which its logit link cuts. */
const EPSILON = 2 ** -52;
const MOST_ETA = 30;

/** Most summands of one sum; the sum of a part is the first of the next one. */
export const MOST_SUMMANDS = 1000;

const one = (apply: (x: number) => number): RFunction => ({ least: 1, most: 1, apply });

const functionsOf = (library: MathLibrary): Record<string, RFunction> => functionsBy(library, inverseHyperbolics(library));

const functionsBy = (
  { exp, log }: MathLibrary,
  { asinh, acosh, atanh }: ReturnType<typeof inverseHyperbolics>,
): Record<string, RFunction> => ({
  'is.na': one((x) => Number(Number.isNaN(x))),
  coalesce: { least: 1, most: 100, apply: (...values) => values.find((value) => !Number.isNaN(value)) ?? Number.NaN },
  /** dplyr's if_else(): a missing condition has another value, NA where none is given. */
  if_else: {
    least: 3,
    most: 4,
    apply: (...[x, yes, no, missing]) => (Number.isNaN(x) ? (missing ?? Number.NaN) : x !== 0 ? yes : no) as number,
  },
  /** Condition, value, condition, value ...: the value after the first condition that holds. */
  case_when: {
    least: 2,
    most: 1000,
    apply: (...parts) => {
      for (let at = 0; at + 1 < parts.length; at += 2) if (parts[at] === 1) return parts[at + 1]!;
      return Number.NaN;
    },
  },
  between: { least: 3, most: 3, apply: (...[x, low, high]) => comparison(x as number, low as number, high as number) },
  asinh: one(asinh),
  acosh: one(acosh),
  atanh: one(atanh),
  atan2: { least: 2, most: 2, apply: (...[y, x]) => Math.atan2(y as number, x as number) },
  /** binomial()$linkfun. */
  logit: one((mu) => (mu < 0 || mu > 1 ? Number.NaN : log(mu / (1 - mu)))),
  /** binomial()$linkinv, which cuts eta at 30. */
  invlogit: one((eta) => {
    const odds = eta < -MOST_ETA ? EPSILON : eta > MOST_ETA ? 1 / EPSILON : exp(eta);
    return odds / (1 + odds);
  }),
  /** Numbers added up one after the other, as nested "+" does. */
  '(sum)': { least: 1, most: MOST_SUMMANDS, apply: (...values) => values.reduce((sum, value) => sum + value) },
  /** No value where the first argument is missing, else the second. */
  '(given)': { least: 2, most: 2, apply: (...[x, value]) => (Number.isNaN(x) ? Number.NaN : (value as number)) },
});

/** The functions that a pipeline's steps may call beside those of a formula, by R's names; those in brackets are for steps alone. */
export const PIPELINE_FUNCTIONS: Record<string, RFunction> = functionsOf(FUSED);

/** The same, for a model that asks one of the forms of the C library. */
export function pipelineFunctionsFor(libm: Libm | undefined): Record<string, RFunction> {
  return libm === undefined ? PIPELINE_FUNCTIONS : functionsOf(libraryOf(libm));
}

function comparison(x: number, low: number, high: number): number {
  return Number.isNaN(x) || Number.isNaN(low) || Number.isNaN(high) ? Number.NaN : Number(x >= low && x <= high);
}
