import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { longSum } from '../boosting/long-sum.ts';
import { firstLargest } from '../class-answers.ts';
import { coupled, pairChance } from './coupling.ts';
import { type Kernel, type Product, productOf } from './kernels.ts';

/**
 * Support vector machines as kernlab has them. Each pair of classes (1-2, 1-3 ... 2-3 ...) has a part: `counts` says how many of
 * `vectors`, which lie side by side and scaled, are its; `coefficients` stand beside them, and `b` has a number for each part. A
 * regression and a one-class machine have one part. `probA` and `probB` are Platt's sigmoid of each pair. Inputs are scaled first, by
 * `centers` and `scales`, the answer of a regression by `target`. caret (`isCaret`) takes the class from the chances, and lets none lie
 * below 0.
 */
export type Machine = Kernel & {
  task: 'classes' | 'one-class' | 'regression';
  isCaret?: true;
  counts: Uint32Array;
  vectors: Float64Array;
  coefficients: Float64Array;
  b: Float64Array;
  centers: Float64Array;
  scales: Float64Array;
  probA?: Float64Array;
  probB?: Float64Array;
  target?: Float64Array;
};

/** The products of each machine's parts, which are made once. */
const PRODUCTS = new WeakMap<Machine, { library: MathLibrary; products: Product[] }>();

/** The answers row by row, or NaN where an input is not finite (kernlab, R/ksvm.R, predict). */
export function predictMachine(schema: Schema, model: Machine, rows: Float64Array, { type }: Parameters): Float64Array {
  const library = libraryOf(schema.libm);
  const products = productsOf(model, library, schema.features.length);
  const width = schema.features.length;
  const count = schema.classes?.length ?? 0;
  const answers = Array.from({ length: rows.length / width }, (_, at) => {
    const row = rows
      .subarray(at * width, (at + 1) * width)
      .map((value, column) => (value - model.centers[column]!) / model.scales[column]!);
    const isComplete = row.every(Number.isFinite);
    const decisions = Float64Array.from(products, (product, part) => (isComplete ? product(row) - model.b[part]! : Number.NaN));
    if (type === 'decision') return decisions;
    if (model.task === 'regression') return Float64Array.of(unscaled(model, decisions[0]!));
    if (model.task === 'one-class') return Float64Array.of(isComplete ? (decisions[0]! > 0 ? 0 : 1) : Number.NaN);
    if (type === 'prob') return sharesOf(model, decisions, count, library);
    return Float64Array.of(isComplete ? classOf(model, decisions, count, library) : Number.NaN);
  });
  const each = answers[0]?.length ?? 1;
  const out = new Float64Array(answers.length * each);
  for (const [at, answer] of answers.entries()) out.set(answer, at * each);
  return out;
}

function productsOf(model: Machine, library: MathLibrary, width: number): Product[] {
  const known = PRODUCTS.get(model);
  if (known?.library === library) return known.products;
  let from = 0;
  const products = Array.from(model.counts, (count) => {
    const to = from + count;
    const part = { vectors: model.vectors.subarray(from * width, to * width), coefficients: model.coefficients.subarray(from, to) };
    from = to;
    return productOf(model, part, library);
  });
  PRODUCTS.set(model, { library, products });
  return products;
}

function chancesOf({ probA, probB }: Machine, decisions: Float64Array, count: number, { exp }: MathLibrary): Float64Array {
  return coupled(
    decisions.map((decision, pair) => pairChance(decision, probA![pair]!, probB![pair]!, exp)),
    count,
  );
}

function sharesOf(model: Machine, decisions: Float64Array, count: number, library: MathLibrary): Float64Array {
  const chances = chancesOf(model, decisions, count, library);
  if (!model.isCaret || !chances.some((chance) => chance < 0)) return chances;
  const kept = chances.map((chance) => (chance < 0 ? 0 : chance));
  const whole = longSum(kept);
  return kept.map((chance) => chance / whole);
}

/** The place of the first class with most votes: below 0 a pair votes for its first class, at 0 for none. */
function classOf(model: Machine, decisions: Float64Array, count: number, library: MathLibrary): number {
  if (model.isCaret && model.probA) return firstLargest(chancesOf(model, decisions, count, library), 0, count);
  const votes = new Float64Array(count);
  let pair = 0;
  for (let one = 0; one < count; one += 1)
    for (let other = one + 1; other < count; other += 1) {
      if (decisions[pair]! < 0) votes[one]! += 1;
      if (decisions[pair]! > 0) votes[other]! += 1;
      pair += 1;
    }
  return firstLargest(votes, 0, count);
}

function unscaled({ target }: Machine, value: number): number {
  return target ? value * target[1]! + target[0]! : value;
}
