import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import type { Terms } from './terms.ts';

/** Most columns of a model matrix, and most variables in one interaction. */
const MAX_COLUMNS = 100_000;
const MAX_ORDER = 30;
/** Most factors of all products, those of parts of a product too: products of 30 variables are made one variable after the other. */
const MAX_FACTORS = 4_000_000;
/** Most letters of all columns' names: of two factors each label stands in as many names as the other has levels. */
const MAX_LETTERS = 2 ** 25;

/** What a variable puts into a matrix: columns by contrasts, and one for each level where it has levels. */
export type Coded = { contrasts: CodedColumn[]; levels: CodedColumn[] | undefined };
/** A column of one variable: its value for a row, and its name in R. */
export type CodedColumn = { name: string; value: Expression };
/** A column of a model matrix: the product of its factors, none for the intercept; and its name in R. */
export type MatrixColumn = { name: string; factors: Expression[] };

/** The columns of R's model matrix, each a product (model.c, modelmatrix): of a term's variables the first one's columns turn fastest. */
export function modelMatrix(terms: Terms, coded: (Coded | undefined)[], label: string): MatrixColumn[] {
  const columns: MatrixColumn[] = terms.intercept ? [{ name: '(Intercept)', factors: [] }] : [];
  const patterns = [...terms.factors];
  if (!terms.intercept) {
    // Without an intercept the first factor has a column for each level.
    const isFactor = (code: number, at: number) => code > 0 && coded[at]?.levels !== undefined;
    const first = patterns.findIndex((pattern) => pattern.some(isFactor));
    const found = patterns[first];
    if (found) patterns[first] = found.with(found.findIndex(isFactor), 2);
  }
  let [factors, letters] = [0, 0];
  for (const pattern of patterns) {
    const order = pattern.filter((code) => code > 0).length;
    if (order > MAX_ORDER) throw new ModelError(label, `an interaction of ${order} variables`, `at most ${MAX_ORDER}`);
    let products: MatrixColumn[] = [{ name: '', factors: [] }];
    pattern.forEach((code, at) => {
      if (code === 0) return;
      const coding = coded[at] as Coded;
      const parts = code === 2 && coding.levels ? coding.levels : coding.contrasts;
      if (columns.length + products.length * parts.length > MAX_COLUMNS)
        throw new ModelError(label, 'too many columns', `at most ${MAX_COLUMNS}`);
      factors += products.length * parts.length * ((products[0]?.factors.length ?? 0) + 1);
      if (factors > MAX_FACTORS) throw new ModelError(label, 'too many columns of many variables each', 'fewer interactions');
      products = parts.flatMap((part) => products.map((product) => times(product, part)));
    });
    // A name is put together when somebody reads it; its length is known before.
    for (const { name } of products) letters += name.length;
    if (letters > MAX_LETTERS) throw new ModelError(label, 'columns with too long names', `at most ${MAX_LETTERS} letters in all`);
    columns.push(...products);
  }
  return columns;
}

function times(product: MatrixColumn, { name, value }: CodedColumn): MatrixColumn {
  return { name: product.name === '' ? name : `${product.name}:${name}`, factors: [...product.factors, value] };
}

/** A column's value as one expression. */
export function productOf({ factors }: MatrixColumn): Expression {
  const [first, ...rest] = factors;
  return rest.reduce<Expression>((product, factor) => ({ call: '*', of: [product, factor] }), first ?? 1);
}

/** Names for the columns that a variable's contrasts make: levels by their names, polynomials by R's letters, else numbers. */
export function contrastNames(variable: string, labels: readonly (string | null)[], kind: 'treatment' | 'poly' | 'levels'): string[] {
  if (kind === 'poly') {
    return labels.slice(1).map((_, at) => `${variable}${['.L', '.Q', '.C'][at] ?? `^${at + 1}`}`);
  }
  return (kind === 'levels' ? labels : labels.slice(1)).map((label) => `${variable}${label ?? 'NA'}`);
}
