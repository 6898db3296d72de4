import type { Expression } from '../../expressions/expressions.ts';

/** Where some numbers lie in a model's `numbers`: from the first place on, so many. A matrix lies column after column. */
export type Span = readonly [at: number, length: number];

/** A function of the distance to a knot. `d` is the number of variables that the distance is of. */
export type Kernel =
  | { kernel: 'thinPlate'; m: number; d: number; factor: number }
  | { kernel: 'duchon'; power: number; sign: number }
  | { kernel: 'gp'; type: number; range: number; power: number };

/**
 * A basis of a smooth, by mgcv's names: what gives a row's columns. `of` are the places of its variables.
 * - `radial` (tp, ts, ds, gp): kernels of the distances to `knots`, and powers of the variables; `map` makes the columns of both
 *   (`inside`), or of the kernels alone with the powers behind them. `centre` is taken off.
 * - `cubic` (cr, cs): values at knots; `second` gives the second derivatives there. `cyclic` (cc): the same, with both ends joined.
 * - `spline` (ps, bs): B-splines; beyond the inner knots lines, whose values and slopes at both ends are `ends`. `cycle` (cp).
 * - `columns` (re, mrf): products of expressions of the inputs.
 * - `tensor` (te, ti, fs): products of its margins' columns, the last margin's turn fastest; `kept` leaves some out.
 * - `products` (t2): products of one column of each margin, which `columns` lists.
 */
export type Basis =
  | {
      basis: 'radial';
      of: number[];
      shift: Span;
      knots: Span;
      map: Span;
      kernel: Kernel;
      powers: number[][];
      inside: boolean;
      width: number;
      centre?: Span;
    }
  | { basis: 'cubic'; of: number; knots: Span; second: Span }
  | { basis: 'cyclic'; of: number; knots: Span; second: Span }
  | { basis: 'spline'; of: number; knots: Span; order: number; ends: Span }
  | { basis: 'cycle'; of: number; knots: Span; order: number }
  | { basis: 'columns'; columns: Expression[][] }
  | { basis: 'tensor'; margins: Margin[]; kept?: number[] }
  | { basis: 'products'; margins: Margin[]; columns: number[][] };

/** A margin of a product: its basis, the constraint that it has by itself, and a matrix behind. */
export type Margin = { basis: Basis; constraint?: Constraint; map?: Span };

/**
 * What takes columns out of a basis, so that the model has one answer.
 * - `reflections`: Householder vectors of a QR decomposition, after which as many first columns go; of the columns `among` alone
 *   where it is there, whose last ones go then;
 * - `drop`: one column goes; `sweep`: one goes before the by variable, and means are taken off the others; `difference`: the
 *   differences of neighbours.
 */
export type Constraint =
  | { by: 'reflections'; vectors: Span[]; among?: number[] }
  | { by: 'drop'; column: number }
  | { by: 'sweep'; column: number; means: Span }
  | { by: 'difference' };

/** A smooth term. `by` is a number that multiplies it, or a level for which alone it is there. */
export type Smooth = {
  label: string;
  /** The place of its first coefficient, and how many it has. */
  first: number;
  width: number;
  basis: Basis;
  by?: { value: Expression } | { place: Expression; level: number };
  constraint?: Constraint;
  /** Columns that are left out at the end. */
  without?: number[];
};

/** Columns without a smooth: the place of their first coefficient, each the product of its expressions; and what is added to their sum. */
export type Block = { first: number; columns: Expression[][]; offsets: Expression[] };

/** The inverse of a link of one of several linear predictors: of R's links, or of those that mgcv's families have, with a number b (each.ts). */
export type EachLink = { link: string; b?: number };

/**
 * From linear predictors to the response:
 * - `link`: by the inverse of a link;
 * - `each`: several numbers, one a predictor, each by the inverse of its own link;
 * - `ordered`: the share of each category, by thresholds of one predictor, the first at -1 and each other one by exp() of one of `theta`
 *   behind the last;
 * - `multinomial`: the share of each category, where every one but the first has a predictor;
 * - `inflated`: the mean of counts with too many zeros, by the logarithm of their mean and the complementary log-log of whether there are
 *   any: a predictor each (ziplss), or both of one predictor x: x, and start + (least + exp(log)) x (ziP).
 */
export type GamResponse =
  | { by: 'link'; link: string; lambda?: number }
  | { by: 'each'; links: EachLink[] }
  | { by: 'ordered'; theta: number[] }
  | { by: 'multinomial' }
  | { by: 'inflated'; line?: { start: number; least: number; log: number } };

/** A generalized additive model: columns of its terms, and coefficients by which they are added up in their order. */
export type Gam = {
  coefficients: Float64Array;
  /** The covariance of the coefficients, for standard errors. */
  covariance: Float64Array;
  /** All matrices and knots of the smooths. */
  numbers: Float64Array;
  /** What the smooths are of. */
  variables: Expression[];
  blocks: Block[];
  smooths: Smooth[];
  /** The coefficients of each linear predictor, in the order of their sum. */
  predictors: number[][];
  response: GamResponse;
  /** The coefficients of each term of type `terms`. */
  terms: number[][];
};
