import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { COLUMNS, type MadeColumn } from '../../../shared/steps/columns.ts';
import { type BoundStep, stepOf } from '../../../shared/steps/kind.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { matrixOf } from '../../steps/projections.ts';

/** A factor of a term: a column as it is (2), or how far it lies above (1) or below (-1) a cut. */
export type Hinge = { column: number; direction: number; cut: number };
/** A term: its name in R and the product of its hinges; none is the intercept. */
export type Term = { name: string; hinges: Hinge[] };

/** Most hinges of all terms, and of one: an expression of more is nested too deep. earth makes a few of each. */
const MAX_HINGES = 2 ** 15;
const MAX_DEGREE = 90;

/** The terms that were selected, in the order of their coefficients. Throws a ModelError that names what is wrong. */
export function readTerms(value: RValue, label: string): Term[] {
  const dirs = element(value, 'dirs') as RValue;
  const [directions, cuts] = [matrixOf(dirs, `${label}'s dirs`), matrixOf(element(value, 'cuts'), `${label}'s cuts`)];
  if (cuts.length !== directions.length || cuts[0]!.length !== directions[0]!.length)
    throw new ModelError(`${label}'s cuts`, `${cuts.length} x ${cuts[0]!.length}`, `${directions.length} x ${directions[0]!.length}`);
  const [rows] = listOf(attributesOf(dirs).get('dimnames'), `${label}'s names of terms`);
  const names = textsOf(rows, `${label}'s names of terms`);
  const selected = Array.from(numbersOf(element(value, 'selected.terms'), `${label}'s selected.terms`));
  if (selected.length > MAX_HINGES || new Set(selected).size !== selected.length)
    throw new ModelError(`${label}'s selected.terms`, `${selected.length} places`, `at most ${MAX_HINGES}, each once`);
  let left = MAX_HINGES;
  return selected.map((place) => {
    const row = directions[place - 1];
    if (!row) throw new ModelError(`${label}'s selected.terms`, String(place), `1 to ${directions.length}`);
    const hinges = row.flatMap((direction, column): Hinge[] => {
      if (direction === 0) return [];
      const cut = cuts[place - 1]![column]!;
      if (![-1, 1, 2].includes(direction) || !Number.isFinite(cut))
        throw new ModelError(`${label}'s term ${place}`, `direction ${direction}, cut ${cut}`, '-1, 0, 1 or 2, and a number');
      return [{ column, direction, cut }];
    });
    left -= hinges.length;
    if (hinges.length > MAX_DEGREE || left < 0)
      throw new ModelError(`${label}'s term ${place}`, `${hinges.length} hinges`, `at most ${MAX_DEGREE}, and ${MAX_HINGES} of all terms`);
    return { name: names[place - 1] ?? `term ${place}`, hinges };
  });
}

/** The step that makes the terms of a matrix's columns, and the offset behind them. */
export function hingeStep(terms: Term[], columns: Expression[], offset: Expression | undefined): BoundStep {
  const made = terms.map(({ name, hinges }): MadeColumn => ({ name, value: product(hinges, columns) }));
  const behind = offset === undefined ? [] : [{ name: 'offset', value: offset }];
  return stepOf(COLUMNS, { step: 'columns', of: 'earth', columns: [...made, ...behind] });
}

/** A term's value, multiplied as earth's get.bx does: by the distance to the cut, then by whether that is above 0. */
function product(hinges: Hinge[], columns: Expression[]): Expression {
  const factors = hinges.flatMap(({ column, direction, cut }): Expression[] => {
    const value = columns[column] as Expression;
    if (direction === 2) return [value];
    const distance: Expression = { call: '*', of: [direction, { call: '-', of: [value, cut] }] };
    return [distance, { call: '>', of: [distance, 0] }];
  });
  const [first, ...rest] = factors;
  return rest.reduce<Expression>((before, factor) => ({ call: '*', of: [before, factor] }), first ?? 1);
}
