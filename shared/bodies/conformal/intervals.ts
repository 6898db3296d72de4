import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { answerTypes, defaultParameters, type Parameters } from '../../schema/parameters.ts';
import { outputWidth, shapeOf } from '../../schema/shape.ts';
import { calibrationRank, DEFAULT_LEVEL } from '../../schema/spread/interval.ts';
import { arrayOf, type Interval, type IntervalKind, type IntervalQuestion } from '../interval.ts';

/** Most calibration rows whose errors are kept. */
export const MOST_CALIBRATION = 10_000;

/**
 * Split-conformal intervals of any model of one number, or sets of classes: by the errors of rows that the model was not trained on, in
 * ascending order. The error is the distance from the true number, or 1 less the share of the true class.
 */
export const CONFORMAL: IntervalKind = {
  by: 'conformal',
  open: ({ schema }, part, label): Interval => {
    const fail = (found: string, expected: string) => new ModelError(`${label}'s calibration`, found, expected);
    const errors = arrayOf(part, 'errors');
    if (!errors || errors.length === 0 || errors.length > MOST_CALIBRATION)
      throw fail(`${errors?.length ?? 'no'} errors`, `1 to ${MOST_CALIBRATION}`);
    // A share may be more than 1: that of a sum of columns, or by rounding.
    const least = schema.classes ? -Number.MAX_VALUE : 0;
    const wrong = errors.findIndex((error, at) => !(error >= (at === 0 ? least : errors[at - 1]!) && error < Number.POSITIVE_INFINITY));
    if (wrong >= 0) throw fail(`the error ${errors[wrong]}`, `finite numbers${least === 0 ? ' from 0 on' : ''}, in ascending order`);
    if (!calibrated(schema)) throw fail('errors of a model without one number or shares of classes', 'another model');
    return {
      by: 'conformal',
      names: ['conformal'],
      hasErrors: false,
      calibration: errors.length,
      answer: (question) => answer(schema, errors, question),
    };
  },
};

/**
 * The parameters that give what a model is calibrated by: its number, or the shares of its classes. Undefined where it has neither.
 */
export function calibrated(schema: Schema): Parameters | undefined {
  const usual = defaultParameters(schema);
  if (schema.kind === 'regression') return outputWidth(schema, usual) === 1 ? usual : undefined;
  if (!schema.classes) return undefined;
  const isShares = (type: Parameters['type']) => {
    const { labels, sides } = shapeOf(schema, { type });
    return labels === schema.classes && sides.length === 1 && (type === 'prob' || (schema.kind === 'probability' && type === usual.type));
  };
  const type = answerTypes(schema).find(isShares);
  return type && { type };
}

function answer(schema: Schema, errors: Float64Array, { parameters, predict }: IntervalQuestion): Float64Array {
  const { level = DEFAULT_LEVEL } = parameters;
  const bound = errors[calibrationRank(errors.length, level) - 1]!;
  const predicted = predict(calibrated(schema)!);
  // A share that is no number makes no set.
  if (schema.classes) return predicted.map((share) => (Number.isFinite(share) ? Number(1 - share <= bound) : share));
  const out = new Float64Array(4 * predicted.length);
  predicted.forEach((fit, row) => {
    out.set([fit, fit - bound, fit + bound, level], 4 * row);
  });
  return out;
}
