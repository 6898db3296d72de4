/**
 * Scores of classes (a number a class, side by side for each summand) as log-odds: a class's score less the mean of the others'. Of two
 * classes that is the logarithm of the one's share by the other's; of more, of its share by the geometric mean of the others'.
 */
export function logOdds(scores: Float64Array, classes: number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let from = 0; from < scores.length; from += classes) {
    let sum = 0;
    for (let at = from; at < from + classes; at += 1) sum += scores[at]!;
    for (let at = from; at < from + classes; at += 1) out[at] = scores[at]! - (sum - scores[at]!) / (classes - 1);
  }
  return out;
}
