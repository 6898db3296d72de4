import { compile, type Evaluate, type Expression } from '../../../expressions/expressions.ts';
import { libraryOf, type MathLibrary } from '../../../math/library.ts';
import type { Schema } from '../../../schema/features.ts';
import type { Basis, Margin } from '../gam.ts';
import { constrained, swept } from './constraint.ts';
import { cubic, cycle, cyclic, spline } from './knots.ts';
import { radial } from './radial.ts';

/** The row that a basis is computed for: the smooths' variables, and where the row lies among the inputs. */
export type Row = { variables: Float64Array; rows: Float64Array; at: number };
/** Gives a basis's columns for a row. */
export type Columns = (row: Row) => Float64Array;
/** What a model's bases are made with. */
export type Maker = { schema: Schema; numbers: (span: readonly [number, number]) => Float64Array };

/** A basis as a function of rows. */
export function columnsOf(basis: Basis, maker: Maker): Columns {
  const { numbers, schema } = maker;
  const library: MathLibrary = libraryOf(schema.libm);
  switch (basis.basis) {
    case 'radial': {
      const evaluate = radial(basis, numbers, library);
      return ({ variables }) => evaluate(variables);
    }
    case 'cubic': {
      const [knots, second] = [numbers(basis.knots), numbers(basis.second)];
      return ({ variables }) => cubic(knots, second, variables[basis.of]!);
    }
    case 'cyclic': {
      const [knots, second] = [numbers(basis.knots), numbers(basis.second)];
      return ({ variables }) => cyclic(knots, second, variables[basis.of]!, library.pow);
    }
    case 'spline': {
      const [knots, ends] = [Array.from(numbers(basis.knots)), numbers(basis.ends)];
      return ({ variables }) => spline(knots, basis.order, ends, variables[basis.of]!);
    }
    case 'cycle': {
      const knots = Array.from(numbers(basis.knots));
      return ({ variables }) => cycle(knots, basis.order, variables[basis.of]!);
    }
    case 'columns':
      return productsOfExpressions(basis.columns, schema);
    case 'tensor':
      return tensor(
        basis.margins.map((margin) => marginOf(margin, maker)),
        basis.kept,
      );
    case 'products':
      return products(
        basis.margins.map((margin) => marginOf(margin, maker)),
        basis.columns,
      );
  }
}

/** Columns that are products of expressions, which are multiplied in their order. */
export function productsOfExpressions(columns: Expression[][], schema: Schema): Columns {
  const compiled = columns.map((factors) => factors.map((factor): Evaluate => compile(factor, schema)));
  return ({ rows, at }) => Float64Array.from(compiled, (factors) => factors.reduce((product, factor) => product * factor(rows, at), 1));
}

function marginOf({ basis, constraint, map }: Margin, maker: Maker): Columns {
  const valuesOf = columnsOf(basis, maker);
  const matrix = map && maker.numbers(map);
  return (row) => {
    let values = valuesOf(row);
    if (constraint?.by === 'sweep') values = swept(values, constraint.column, maker.numbers(constraint.means));
    else if (constraint) values = constrained(values, constraint, maker.numbers);
    return matrix ? multiplied(values, matrix) : values;
  };
}

/** A row times a matrix, each sum from its first element on. */
function multiplied(values: Float64Array, matrix: Float64Array): Float64Array {
  const rows = values.length;
  return Float64Array.from({ length: matrix.length / rows }, (_, column) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += values[row]! * matrix[column * rows + row]!;
    return sum;
  });
}

/** Products of all margins' columns (mgcv's mat.c, mgcv_tensor_mm): made from the last margin back, whose columns turn fastest. */
function tensor(margins: Columns[], kept: number[] | undefined): Columns {
  return (row) => {
    let values = margins[margins.length - 1]!(row);
    for (let margin = margins.length - 2; margin >= 0; margin -= 1) {
      const factors = margins[margin]!(row);
      const next = new Float64Array(factors.length * values.length);
      factors.forEach((factor, column) => {
        for (let at = 0; at < values.length; at += 1) next[column * values.length + at] = values[at]! * factor;
      });
      values = next;
    }
    return kept ? Float64Array.from(kept, (place) => values[place]!) : values;
  };
}

/** Products of one column of each margin, from the first margin on (t2.model.matrix). */
function products(margins: Columns[], columns: number[][]): Columns {
  return (row) => {
    const values = margins.map((margin) => margin(row));
    return Float64Array.from(columns, (places) => {
      let product = values[0]![places[0]!]!;
      for (let margin = 1; margin < places.length; margin += 1) product *= values[margin]![places[margin]!]!;
      return product;
    });
  };
}
