import { compile, type Evaluate } from '../../expressions/expressions.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth } from '../../schema/shape.ts';
import { type Columns, columnsOf, productsOfExpressions, type Row } from './bases/basis.ts';
import { constrained, swept } from './bases/constraint.ts';
import type { Gam, Smooth } from './gam.ts';
import { linkErrors, responseOf, standardErrors } from './response.ts';

/** The columns of a row: a smooth that its by variable switches off has none, which count as 0. */
type Part = { first: number; columns: (row: Row) => Float64Array | undefined };
type Compiled = { variables: Evaluate[]; parts: Part[]; offsets: Evaluate[][] };
const COMPILED = new WeakMap<Gam, Compiled>();

/**
 * A gam's answers, row by row (predict.gam of mgcv): the columns of its terms, then their products with the coefficients, added up in
 * the order of the coefficients as dgemv does, then the offsets.
 */
export function predictGam(schema: Schema, gam: Gam, rows: Float64Array, parameters: Parameters): Float64Array {
  const from = schema.features.length;
  const { variables, parts, offsets } = compiled(schema, gam);
  const { coefficients, predictors, terms } = gam;
  const count = rows.length / from;
  const width = outputWidth(schema, parameters);
  const out = new Float64Array(count * width);
  const columns = new Float64Array(coefficients.length);
  const row: Row = { variables: new Float64Array(variables.length), rows, at: 0 };
  const respond = responseOf(schema, gam);
  for (let at = 0; at < count; at += 1) {
    row.at = at * from;
    for (let place = 0; place < variables.length; place += 1) row.variables[place] = variables[place]!(rows, row.at);
    columns.fill(0);
    for (const part of parts) {
      const values = part.columns(row);
      if (values) columns.set(values, part.first);
    }
    const sumOf = (places: number[]) => {
      let sum = 0;
      for (const place of places) sum += coefficients[place]! * columns[place]!;
      return sum;
    };
    if (parameters.type === 'terms') {
      out.set(terms.map(sumOf), at * width);
      continue;
    }
    const sums = predictors.map((places, predictor) => {
      let offset = 0;
      for (const evaluate of offsets[predictor]!) offset += evaluate(rows, row.at);
      return sumOf(places) + offset;
    });
    const isLink = parameters.type === 'link' || parameters.seOf === 'link';
    const answer = isLink ? sums : respond(sums);
    out.set(answer, at * width);
    if (parameters.type !== 'se') continue;
    out.set(isLink ? linkErrors(gam, columns) : standardErrors(schema, gam, columns, sums), at * width + answer.length);
  }
  return out;
}

/** What gives a model's columns, made once. */
function compiled(schema: Schema, gam: Gam): Compiled {
  const known = COMPILED.get(gam);
  if (known) return known;
  const numbers = ([at, length]: readonly [number, number]) => gam.numbers.subarray(at, at + length);
  const made: Compiled = {
    variables: gam.variables.map((variable) => compile(variable, schema)),
    parts: [
      ...gam.blocks.map(({ first, columns }): Part => ({ first, columns: productsOfExpressions(columns, schema) })),
      ...gam.smooths.map((smooth): Part => ({ first: smooth.first, columns: smoothOf(smooth, schema, numbers) })),
    ],
    offsets: gam.blocks.map(({ offsets }) => offsets.map((offset) => compile(offset, schema))),
  };
  COMPILED.set(gam, made);
  return made;
}

/** A smooth's columns: its basis, times its by variable, without what its constraint takes out (PredictMat). */
function smoothOf(
  { basis, by, constraint, without }: Smooth,
  schema: Schema,
  numbers: (span: readonly [number, number]) => Float64Array,
): (row: Row) => Float64Array | undefined {
  const valuesOf: Columns = columnsOf(basis, { schema, numbers });
  const place = by && 'place' in by ? compile(by.place, schema) : undefined;
  const factor = by && 'value' in by ? compile(by.value, schema) : undefined;
  const gone = without && new Set(without);
  return (row) => {
    if (place && by && 'level' in by && place(row.rows, row.at) !== by.level) return undefined;
    let values = valuesOf(row);
    if (constraint?.by === 'sweep') values = swept(values, constraint.column, numbers(constraint.means));
    if (factor) {
      const times = factor(row.rows, row.at);
      values = values.map((value) => times * value);
    }
    if (constraint && constraint.by !== 'sweep') values = constrained(values, constraint, numbers);
    return gone ? values.filter((_, at) => !gone.has(at)) : values;
  };
}
