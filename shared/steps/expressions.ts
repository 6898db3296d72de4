import { ModelError } from '../errors.ts';
import { checkExpressions, compile, type Expression, featuresOf, isPlaceOf } from '../expressions/expressions.ts';
import type { Column, StepKind } from './kind.ts';

/** Columns that are computed by expressions of those that come in: log(x), a level's place, or a column as it stands. */
export type ExpressionsStep = { step: 'expressions'; columns: Expression[] };

/** The place of the column that an expression only names. */
function placeOf(expression: Expression | undefined): number | undefined {
  return typeof expression === 'object' && 'feature' in expression ? expression.feature : undefined;
}

/** Expressions in front of a body: what a formula such as y ~ log(x) computes. */
export const EXPRESSIONS: StepKind<ExpressionsStep> = {
  step: 'expressions',
  check: ({ columns }, schema, label) => {
    checkExpressions(columns, schema, `${label}'s formula`);
    if (columns.length === 0) throw new ModelError(`${label}'s formula`, 'no expressions', 'at least one');
  },
  columns: ({ columns }, schema) =>
    columns.map((expression, at): Column => {
      const place = placeOf(expression);
      return place === undefined ? { name: `input ${at + 1}`, type: 'number', computed: true } : schema.features[place]!;
    }),
  compile: ({ columns }, schema) => {
    const evaluate = columns.map((column) => compile(column, schema));
    const isPlace = columns.map(isPlaceOf);
    const [from, to] = [schema.features.length, columns.length];
    return (rows, count, unknown) => {
      const out = new Float64Array(count * to);
      for (let row = 0; row < count; row += 1) {
        for (let at = 0; at < to; at += 1) {
          const value = evaluate[at]!(rows, row * from);
          out[row * to + at] = value;
          // A level that the model does not know: R's predict() fails on it.
          if (value === 0 && isPlace[at]) unknown[row] = 1;
        }
      }
      return out;
    };
  },
  source: ({ columns }, place) => placeOf(columns[place]),
  uses: ({ columns }, place) => featuresOf(columns[place]!),
};
