const { fround } = Math;

/** Rows as 32-bit floats. */
export function floatsOf(rows: Float64Array): Float64Array {
  return rows.map(fround);
}

/**
 * Leaves the rows without an answer that have an infinite number among their floats: xgboost refuses such data ("inf or a value too
 * large"), and a number beyond 3.4e38 becomes one. `width` inputs a row, and as many answers for each of them as there are.
 */
export function withoutInfinite(answers: Float64Array, inputs: Float64Array, width: number): Float64Array {
  const each = (answers.length * width) / inputs.length;
  for (let at = 0; at < inputs.length; at += 1) {
    if (Math.abs(inputs[at]!) !== Number.POSITIVE_INFINITY) continue;
    const row = Math.floor(at / width);
    answers.fill(Number.NaN, row * each, (row + 1) * each);
  }
  return answers;
}
