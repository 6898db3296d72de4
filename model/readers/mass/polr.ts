import { ORDINAL_METHODS, type Ordinal } from '../../../shared/bodies/ordinal/ordinal.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { element, numbersOf, type RValue, textOf, textsOf } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';

/** A polr as a schema, the steps that make its columns, and an ordinal regression. */
export type PolrModel = { schema: Schema; steps?: BoundStep[]; ordinal: Ordinal; call: string; isOfFused: boolean; read: Read };

/** Turns what MASS's polr() returned into an ordinal regression (MASS, R/polr.R). Throws a ModelError that names what is wrong. */
export function readPolr(value: RValue, label: string): PolrModel {
  const [terms, xlevels, contrasts, frame] = ['terms', 'xlevels', 'contrasts', 'model'].map((part) => element(value, part));
  const call = element(value, 'call');
  const design = readDesign({ terms, xlevels, contrasts, frame, call }, label);
  if (design.offsets.length > 0) throw new ModelError(label, "an offset, which polr's predict() leaves out", 'a formula without offset()');
  const method = textOf(element(value, 'method'), `${label}'s method`);
  if (!ORDINAL_METHODS.includes(method)) throw new ModelError(`${label}'s method`, method, `one of ${ORDINAL_METHODS.join(', ')}`);
  const coefficients = Float64Array.from(numbersOf(element(value, 'coefficients'), `${label}'s coefficients`));
  const used = design.columns.length - (design.intercept ? 1 : 0);
  if (used !== coefficients.length)
    throw new ModelError(
      `${label}'s coefficients`,
      String(coefficients.length),
      `${used}, one a column of its formula, for which R's predict() too asks`,
    );
  const zeta = Float64Array.from(numbersOf(element(value, 'zeta'), `${label}'s zeta`));
  const classes = textsOf(element(value, 'lev'), `${label}'s lev`);
  const steps = designSteps(design);
  const schema: Schema = { kind: 'classification', features: design.features, classes, takesMissing: false, types: ['class', 'prob'] };
  return {
    ...{ schema, ordinal: { method, coefficients, zeta }, isOfFused: design.isOfFused, read: design.read },
    ...(steps.length > 0 ? { steps } : {}),
    call: call?.type === 'language' ? deparse(call) : 'polr',
  };
}
