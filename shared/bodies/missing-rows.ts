/** What predicts rows that lie side by side. */
type Predict = (rows: Float64Array) => Float64Array;

/** The answers by a kernel that knows no missing values; rows of `width` inputs that have some are computed plainly. */
export function patchMissing(rows: Float64Array, width: number, kernel: Predict, plain: Predict): Float64Array {
  const missing: number[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    if (!Number.isNaN(rows[at])) continue;
    const row = Math.floor(at / width);
    missing.push(row);
    at = (row + 1) * width - 1;
  }
  const count = rows.length / width;
  if (missing.length === 0) return kernel(rows);
  // Where most rows are computed plainly, all are.
  if (2 * missing.length > count) return plain(rows);
  const out = kernel(rows);
  for (const row of missing) out.set(plain(rows.subarray(row * width, (row + 1) * width)), (row * out.length) / count);
  return out;
}
