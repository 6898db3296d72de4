import { ModelError } from '../../errors.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import { normalQuantile } from '../../math/normal-quantile.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';

/** A regression of survival times: a sum of inputs, and how times spread around it. */
export type Survreg = {
  coefficients: Float64Array;
  /** Whether the sum is of the logarithms of times. */
  isLog: boolean;
  /** The distribution of the errors, and their scale; without it there are no quantiles. */
  spread?: { distribution: string; scale: number };
};

/** The quantiles of the distributions, by their names in survreg.distributions. */
const QUANTILES: Record<string, (p: number, library: MathLibrary) => number> = {
  extreme: (p, { log }) => log(-log(1 - p)),
  logistic: (p, { log }) => log(p / (1 - p)),
  gaussian: (p, { log }) => normalQuantile(p, log),
};

/** The names of the distributions whose quantiles are served. */
export const SPREADS = Object.keys(QUANTILES);

/** How far the quantile of a probability lies from a sum, in its unit. */
export type Distribution = (p: number) => number;

/** The quantiles of a distribution of errors, times their scale. */
export function quantilesOf({ libm }: Schema, { distribution, scale }: NonNullable<Survreg['spread']>): Distribution {
  const library = libraryOf(libm);
  return (p) => QUANTILES[distribution]!(p, library) * scale;
}

/** Times, linear predictors or quantiles of times, row by row (survival, predict.survreg). */
export function predictSurvreg(schema: Schema, survreg: Survreg, rows: Float64Array, { type, quantiles = [] }: Parameters): Float64Array {
  const library = libraryOf(schema.libm);
  const { coefficients, isLog, spread } = survreg;
  const width = coefficients.length;
  const time = (sum: number) => (isLog ? library.exp(sum) : sum);
  const shifts = type === 'quantiles' ? quantiles.map(quantilesOf(schema, spread!)) : [];
  const out: number[] = [];
  for (let at = 0; at < rows.length; at += width) {
    let sum = 0;
    for (let input = 0; input < width; input += 1) sum += coefficients[input]! * rows[at + input]!;
    if (type === 'quantiles') out.push(...shifts.map((shift) => time(sum + shift)));
    else out.push(type === 'lp' ? sum : time(sum));
  }
  return Float64Array.from(out);
}

/** Checks a regression from a file, so that predictSurvreg needs no check. Throws a ModelError that names what is wrong. */
export function checkSurvreg(schema: Schema, { coefficients, isLog, spread }: Survreg, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s survival regression`, found, expected);
  if (schema.kind !== 'regression') throw fail(`the kind ${schema.kind}`, 'regression');
  if (coefficients.length !== schema.features.length) throw fail(`${coefficients.length} coefficients`, String(schema.features.length));
  if (!coefficients.every(Number.isFinite)) throw fail('a coefficient that is not finite', 'finite ones');
  if (typeof isLog !== 'boolean') throw fail('another flag', 'true or false');
  if (spread === undefined) {
    if (schema.types?.includes('quantiles')) throw fail('quantiles without a distribution', 'one');
    return;
  }
  const { distribution, scale } = spread ?? {};
  const isKnown = typeof distribution === 'string' && Object.hasOwn(QUANTILES, distribution);
  if (!isKnown || !(typeof scale === 'number' && scale > 0 && Number.isFinite(scale)))
    throw fail(`the distribution ${String(distribution)} with the scale ${scale}`, `one of ${SPREADS.join(', ')}, and a number above 0`);
}
