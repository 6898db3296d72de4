/** Chances that libsvm takes for certain end here. */
const LEAST = 1e-7;
/** libsvm's rounds at most, or as many as there are classes. */
const MAX_ROUNDS = 100;

/** A pair's decision value as the chance of its first class (svm.cpp, sigmoid_predict; Platt's sigmoid), kept off 0 and 1. */
export function pairChance(decision: number, a: number, b: number, exp: (x: number) => number): number {
  const x = decision * a + b;
  const chance = x >= 0 ? exp(-x) / (1 + exp(-x)) : 1 / (1 + exp(x));
  return Math.min(Math.max(chance, LEAST), 1 - LEAST);
}

/**
 * The chances of `count` classes of those of each pair, which are in the order 1-2, 1-3 ... 2-3 ... (svm.cpp, multiclass_probability:
 * the second method of Wu, Lin and Weng). Two classes have those of their pair.
 */
export function coupled(pairs: Float64Array, count: number): Float64Array {
  if (count === 2) return Float64Array.of(pairs[0]!, 1 - pairs[0]!);
  const cells = matrixOf(pairs, count);
  const chances = new Float64Array(count).fill(1 / count);
  const products = new Float64Array(count);
  const tolerance = 0.005 / count;
  for (let round = 0; round < Math.max(MAX_ROUNDS, count); round += 1) {
    let whole = 0;
    for (let at = 0; at < count; at += 1) {
      let sum = 0;
      for (let other = 0; other < count; other += 1) sum += cells[at * count + other]! * chances[other]!;
      products[at] = sum;
      whole += chances[at]! * sum;
    }
    let error = 0;
    for (const product of products) error = Math.max(error, Math.abs(product - whole));
    if (error < tolerance) break;
    for (let at = 0; at < count; at += 1) {
      const diagonal = cells[at * count + at]!;
      const step = (-products[at]! + whole) / diagonal;
      chances[at]! += step;
      whole = (whole + step * (step * diagonal + 2 * products[at]!)) / (1 + step) / (1 + step);
      for (let other = 0; other < count; other += 1) {
        products[other] = (products[other]! + step * cells[at * count + other]!) / (1 + step);
        chances[other]! /= 1 + step;
      }
    }
  }
  return chances;
}

/** The matrix Q of the method, by rows. */
function matrixOf(pairs: Float64Array, count: number): Float64Array {
  const chance = new Float64Array(count * count);
  let pair = 0;
  for (let one = 0; one < count; one += 1)
    for (let other = one + 1; other < count; other += 1) {
      chance[one * count + other] = pairs[pair]!;
      chance[other * count + one] = 1 - pairs[pair]!;
      pair += 1;
    }
  const cells = new Float64Array(count * count);
  for (let at = 0; at < count; at += 1)
    for (let other = 0; other < count; other += 1) {
      if (other === at) continue;
      const against = chance[other * count + at]!;
      cells[at * count + at]! += against * against;
      cells[at * count + other] = -against * chance[at * count + other]!;
    }
  return cells;
}
