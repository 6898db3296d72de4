import { SPREADS, type Survreg } from '../../../shared/bodies/survreg/survreg.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { IntervalPart } from '../../../shared/intervals/section.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { element, numbersOf, type RValue, textOf } from '../../rds/values.ts';
import { readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';
import { varianceOf } from './cox-spread.ts';
import { readSpecial } from './special.ts';

/** A survreg as a schema, the steps that make its columns, and its coefficients. */
export type SurvregModel = { schema: Schema; steps?: BoundStep[]; survreg: Survreg; call: string; isOfFused: boolean; read: Read } & {
  intervalParts: readonly IntervalPart[];
};

/** The distributions by their names: that of the errors, and whether times are logarithms (survreg.distributions). */
const DISTRIBUTIONS: Record<string, { errors: string; isLog: boolean }> = {
  ...{
    extreme: { errors: 'extreme', isLog: false },
    logistic: { errors: 'logistic', isLog: false },
    gaussian: { errors: 'gaussian', isLog: false },
  },
  ...{
    weibull: { errors: 'extreme', isLog: true },
    exponential: { errors: 'extreme', isLog: true },
    rayleigh: { errors: 'extreme', isLog: true },
  },
  ...{
    loggaussian: { errors: 'gaussian', isLog: true },
    lognormal: { errors: 'gaussian', isLog: true },
    loglogistic: { errors: 'logistic', isLog: true },
  },
  // Its quantiles need the degrees of freedom: they stand beside the model, among its standard errors.
  t: { errors: 't', isLog: false },
};

/** Turns what survreg() returned into a regression of times (survival, R/predict.survreg.R). Throws a ModelError that names what is not served. */
export function readSurvreg(value: RValue, label: string): SurvregModel {
  const { dropped, hasStrata } = readSpecial(value, label, 'names');
  const [terms, xlevels, contrasts, frame, call] = ['terms', 'xlevels', 'contrasts', 'model', 'call'].map((part) => element(value, part));
  const design = readDesign({ terms, xlevels, contrasts, frame, call, hasDefaults: true, dropped }, label);
  if (design.offsets.length > 0)
    throw new ModelError(label, "an offset, which survreg's predict() leaves out", 'a formula without offset()');
  const coefficients = Float64Array.from(numbersOf(element(value, 'coefficients'), `${label}'s coefficients`));
  if (coefficients.length !== design.columns.length)
    throw new ModelError(`${label}'s coefficients`, String(coefficients.length), `${design.columns.length}, one a column of its formula`);
  const dist = element(value, 'dist');
  if (dist?.type !== 'character')
    throw new ModelError(`${label}'s dist`, 'a distribution of your own', `one of ${Object.keys(DISTRIBUTIONS).join(', ')}`);
  const name = textOf(dist, `${label}'s dist`);
  if (!Object.hasOwn(DISTRIBUTIONS, name))
    throw new ModelError(`${label}'s dist`, name.slice(0, 100), `one of ${Object.keys(DISTRIBUTIONS).join(', ')}`);
  const { errors, isLog } = DISTRIBUTIONS[name]!;
  const scales = numbersOf(element(value, 'scale'), `${label}'s scale`);
  // Of strata, which have a scale each, R looks for the data again where it is asked for quantiles.
  const spread = !hasStrata && scales.length === 1 && SPREADS.includes(errors) ? { distribution: errors, scale: scales[0]! } : undefined;
  const schema: Schema = {
    ...{ kind: 'regression', features: design.features, takesMissing: false },
    types: ['response', 'lp', ...(spread ? (['quantiles'] as const) : [])],
    ...(spread ? { takes: ['quantiles'] } : {}),
  };
  const steps = designSteps(design, 'all');
  const t = errors === 't' && !hasStrata && scales.length === 1 ? studentsT(value, scales[0]!) : undefined;
  const variance = varianceOf(value, coefficients.length);
  const part: IntervalPart = { by: 'survreg', scalars: t ?? {}, arrays: variance ? [['variance', variance]] : [] };
  return {
    ...{ schema, survreg: { coefficients, isLog, ...(spread ? { spread } : {}) }, isOfFused: design.isOfFused, read: design.read },
    ...(steps.length > 0 ? { steps } : {}),
    intervalParts: [part],
    call: call?.type === 'language' ? deparse(call) : 'survreg',
  };
}

/** The scale and the degrees of freedom of Student's t; undefined where the file does not tell them. */
function studentsT(value: RValue, scale: number): { scale: number; df: number } | undefined {
  const parms = element(value, 'parms');
  const df = parms?.type === 'double' && parms.values.length === 1 ? parms.values[0]! : Number.NaN;
  return df > 0 && Number.isFinite(df) ? { scale, df } : undefined;
}
