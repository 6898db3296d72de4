import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { element, type RValue, textsOf } from '../../rds/values.ts';
import { type Frame, MISSING_VALUE, type NewColumn } from '../../steps/frame.ts';
import { namesOf, recode, type StepContext, type StepReader } from '../../steps/step-values.ts';
import { baggedMean, baggedVotes, mostVoted } from './bagging.ts';

/** Most factors of one product of a chain of them. */
const PART = 100;

/**
 * step_impute_bag(): a missing value is what ipred's bagged trees of other columns say; where all of these are missing too, it stays
 * missing. Each column is imputed from the columns as they came.
 */
export const IMPUTE_BAG_STEPS: StepReader = {
  steps: ['step_impute_bag', 'step_bagimpute'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const models = element(step, 'models');
    const names = namesOf(models, `${label}'s models`);
    const bags = names.map((name) => {
      const bag = models && element(models, name);
      if (!bag) throw new ModelError(`${label}, column ${name}`, 'nothing', 'bagged trees');
      return { name, bag, at: `${label}, column ${name}` };
    });
    // The votes of all trees are counted once, in columns that go again.
    const add: NewColumn[] = [];
    const drop: string[] = [];
    const labels = bags.flatMap(({ name, bag, at }) => {
      if (!('levels' in frame.column(name, at))) return [];
      const votes = baggedVotes(bag, frame, at);
      const column = freeName(`${name}_votes`, frame);
      add.push({ name: column, kind: 'number', value: votes.digits });
      drop.push(column);
      return [{ name, bag, at, votes, column }];
    });
    const set = bags.flatMap(({ name, bag, at }) => ('levels' in frame.column(name, at) ? [] : [imputedNumber(name, bag, at, context)]));
    // What is asked for columns of labels needs the predictors as they came, so that it is done first.
    if (add.length > 0) {
      frame.change(of, { add });
      const made = labels.map(({ name, bag, at, votes, column }): NewColumn => {
        const imputed = frame.levels(name, at);
        const place = recode(mostVoted(votes, frame.value(column, at)), { name, kind: 'factor', levels: votes.classes }, imputed.levels);
        return { ...imputed, value: { call: 'coalesce', of: [frame.value(name, at), unlessAllMissing(bag, place, frame, at)] } };
      });
      frame.change(of, { set: [...made, ...set], drop });
    } else frame.change(of, { set });
  },
};

function imputedNumber(name: string, bag: RValue, at: string, { frame }: StepContext): NewColumn {
  const column = frame.column(name, at);
  if ('levels' in column) throw new ModelError(at, `a column of class ${column.kind}`, 'numbers');
  const mean = baggedMean(bag, frame, at);
  // recipes' cast(): whole numbers are rounded, halves to the even one.
  const value: Expression = column.kind === 'integer' ? { call: 'round', of: [mean] } : mean;
  return { ...column, value: { call: 'coalesce', of: [frame.value(name, at), unlessAllMissing(bag, value, frame, at)] } };
}

function unlessAllMissing(bag: RValue, value: Expression, frame: Frame, at: string): Expression {
  const columns = textsOf(element(bag, '..imp_vars'), `${at}'s predictors`);
  if (columns.length === 0) throw new ModelError(`${at}'s predictors`, 'none', 'at least one');
  const missing = columns.map((name): Expression => ({ call: 'is.na', of: [frame.value(name, at)] }));
  // A product of products, since one of hundreds of columns would be nested too deep.
  const parts = Array.from({ length: Math.ceil(missing.length / PART) }, (_, part) => missing.slice(part * PART, (part + 1) * PART));
  const all = productOf(parts.map(productOf));
  return { call: 'ifelse', of: [all, MISSING_VALUE, value] };
}

function productOf(factors: Expression[]): Expression {
  return factors.reduce((both, one) => ({ call: '*', of: [both, one] }));
}

function freeName(name: string, frame: Frame): string {
  return frame.has(name) ? freeName(`${name}_`, frame) : name;
}
