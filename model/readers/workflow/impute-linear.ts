import type { Linear } from '../../../shared/bodies/linear/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { remap } from '../../formula/remap.ts';
import { element, type RValue } from '../../rds/values.ts';
import type { NewColumn } from '../../steps/frame.ts';
import { namesOf, recode, type StepContext, type StepReader } from '../../steps/step-values.ts';
import { readLinear } from '../linear/linear.ts';
import { sumInOrder } from './sum.ts';

/** step_impute_linear(): a missing number is what an lm of other columns says. Where one of these is missing too, it stays missing. */
export const IMPUTE_LINEAR_STEPS: StepReader = {
  steps: ['step_impute_linear'],
  read: (step, context) => {
    const models = element(step, 'models');
    const set = namesOf(models, `${context.label}'s models`).map((name): NewColumn => {
      const model = models && element(models, name);
      if (!model) throw new ModelError(`${context.label}, column ${name}`, 'nothing', 'an lm');
      return imputed(name, model, context);
    });
    context.frame.change(context.of, { set });
  },
};

function imputed(name: string, model: RValue, { frame, label }: StepContext): NewColumn {
  const at = `${label}, column ${name}`;
  const column = frame.column(name, at);
  if ('levels' in column) throw new ModelError(at, `a column of class ${column.kind}`, 'numbers');
  const { schema, linear, steps } = readLinear(model, `${at}'s model`);
  if (steps) throw new ModelError(at, 'a model with splines', 'a plain lm');
  const values = schema.features.map((feature): Expression => {
    const given = frame.column(feature.name, at);
    const value = frame.value(feature.name, at);
    return feature.type === 'factor' && 'levels' in given ? recode(value, given, feature.levels) : value;
  });
  const sum = sumInOrder(
    summandsOf(linear, at).map((one) => remap(one, (place) => values[place] as Expression)),
    frame,
    at,
  );
  // recipes' cast(): whole numbers are rounded, halves to the even one.
  const made: Expression = column.kind === 'integer' ? { call: 'round', of: [sum] } : sum;
  return { ...column, value: { call: 'coalesce', of: [frame.value(name, at), made] } };
}

/** What a linear model adds up, in the model's order. */
function summandsOf({ columns, coefficients, offsets, link }: Linear, label: string): Expression[] {
  if (offsets.length > 0 || link !== 'identity') throw new ModelError(label, 'a model with an offset or a link', 'a plain lm');
  return columns.map((factors, at): Expression => {
    const product = factors.reduce<Expression>((all, factor) => ({ call: '*', of: [all, factor] }), 1);
    return { call: '*', of: [coefficients[at]!, product] };
  });
}
