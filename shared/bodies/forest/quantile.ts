/**
 * A quantile of ascending numbers as R's quantile() takes it by default (type 7, quantile.default in stats): between two
 * neighbours by other arithmetic, since that settles the last bit. NaN where there are none.
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  const place = Math.max(sorted.length - 1, 0) * probability + 1;
  const below = Math.floor(place);
  const low = sorted[below - 1] ?? Number.NaN;
  const high = sorted[Math.ceil(place) - 1] ?? Number.NaN;
  if (!(place > below && high !== low)) return low;
  const share = place - below;
  return (1 - share) * low + share * high;
}
