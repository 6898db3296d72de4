import { ModelError } from '../../errors.ts';
import { checkExpressions, compile, type Evaluate, type Expression } from '../../expressions/expressions.ts';
import { LINKS, linksOf, powerLink } from '../../expressions/links.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';

/**
 * A linear model as a sum of columns, in the order in which R sums them (that of the pivots of its QR decomposition; columns
 * without a coefficient are left out). A column is the product of its expressions; none is the intercept.
 */
export type Linear = {
  columns: Expression[][];
  coefficients: Float64Array;
  /** Added up by themselves, then to the sum. */
  offsets: Expression[];
  /** The name of a link of make.link(), or "power". */
  link: string;
  /** The exponent of R's power(lambda). */
  lambda?: number;
};

type Compiled = { columns: Evaluate[][]; offsets: Evaluate[]; inverse: (eta: number) => number };
const COMPILED = new WeakMap<Linear, Compiled>();

/**
 * A linear model's answers, row by row: the linear predictor with type `link`, else what the inverse of the link makes of it.
 * Terms are added in the order of the columns, each the product of coefficient and value, as the reference BLAS's dgemv does.
 */
export function predictLinear(schema: Schema, linear: Linear, rows: Float64Array, parameters: Parameters): Float64Array {
  const width = schema.features.length;
  const { columns, offsets, inverse } = compiled(schema, linear);
  const { coefficients } = linear;
  const out = new Float64Array(rows.length / width);
  for (let row = 0; row < out.length; row += 1) {
    const at = row * width;
    let sum = 0;
    for (let column = 0; column < columns.length; column += 1) {
      sum += coefficients[column]! * product(columns[column] as Evaluate[], rows, at);
    }
    let offset = 0;
    for (const evaluate of offsets) offset += evaluate(rows, at);
    sum += offset;
    out[row] = parameters.type === 'link' ? sum : inverse(sum);
  }
  return out;
}

/** The summands of each row: the products of coefficients and columns in their order, then the offsets. */
export function summandsOf(schema: Schema, linear: Linear, rows: Float64Array): Float64Array {
  const width = schema.features.length;
  const { columns, offsets } = compiled(schema, linear);
  const each = columns.length + offsets.length;
  const out = new Float64Array((rows.length / width) * each);
  for (let row = 0; row < out.length / each; row += 1) {
    const at = row * width;
    columns.forEach((factors, column) => {
      out[row * each + column] = linear.coefficients[column]! * product(factors, rows, at);
    });
    offsets.forEach((evaluate, offset) => {
      out[row * each + columns.length + offset] = evaluate(rows, at);
    });
  }
  return out;
}

function product(factors: Evaluate[], rows: Float64Array, at: number): number {
  let value = 1;
  for (const factor of factors) value *= factor(rows, at);
  return value;
}

/** The functions of a model's expressions, made once. */
function compiled(schema: Schema, linear: Linear): Compiled {
  const known = COMPILED.get(linear);
  if (known) return known;
  const library = libraryOf(schema.libm);
  const made: Compiled = {
    columns: linear.columns.map((factors) => factors.map((factor) => compile(factor, schema))),
    offsets: linear.offsets.map((offset) => compile(offset, schema)),
    inverse: inverseLink(linear, library),
  };
  COMPILED.set(linear, made);
  return made;
}

/** What a link makes of a linear predictor. */
export function inverseLink({ link, lambda }: Pick<Linear, 'link' | 'lambda'>, library: MathLibrary): (eta: number) => number {
  return link === 'power' ? powerLink(lambda as number, library) : linksOf(library)[link]!;
}

/** Checks a linear model against its invariants, so that predictLinear needs no check. Throws a ModelError that names what is wrong. */
export function checkLinear(schema: Schema, linear: Linear, label: string): void {
  const { columns, coefficients, offsets, link, lambda } = linear;
  if (schema.kind !== 'regression') throw new ModelError(label, `a linear model of the kind ${schema.kind}`, 'regression');
  const types = schema.types ?? ['response'];
  if (!types.every((type) => type === 'response' || type === 'link'))
    throw new ModelError(label, `answers of the types ${types.join(', ')}`, 'response and link');
  if (!Array.isArray(columns) || !columns.every(Array.isArray))
    throw new ModelError(`${label}'s columns`, 'another form', 'lists of expressions');
  if (columns.length !== coefficients.length)
    throw new ModelError(label, `${coefficients.length} coefficients`, `${columns.length}, one a column`);
  const wrong = coefficients.findIndex((coefficient) => !Number.isFinite(coefficient));
  if (wrong >= 0) throw new ModelError(`${label}'s coefficient ${wrong + 1}`, String(coefficients[wrong]), 'a finite number');
  if (!Array.isArray(offsets)) throw new ModelError(`${label}'s offsets`, 'another form', 'a list of expressions');
  checkExpressions([...columns.flat(), ...offsets], schema, `${label}'s formula`);
  const isPower = link === 'power' && typeof lambda === 'number' && lambda > 0;
  if (!isPower && !(typeof link === 'string' && Object.hasOwn(LINKS, link))) {
    throw new ModelError(`${label}'s link`, String(link), `one of ${Object.keys(LINKS).join(', ')}, power`);
  }
}
