/** The coefficients of a path of penalties, sparse: column k of group g has the entries from `starts[g * count + k]` on. */
export type Path = {
  /** One a column, group after group. */
  intercepts: Float64Array;
  starts: Uint32Array;
  /** The input of each entry, ascending in a column. */
  rows: Uint32Array;
  values: Float64Array;
};

/** The coefficients of each group at one penalty. */
export type Coefficients = { intercept: number; rows: number[]; values: number[] }[];

/** Two columns of a path, and the share of the first one. */
export type Place = { left: number; right: number; share: number };

/** R's .Machine$double.eps. */
const EPSILON = 2 ** -52;

/** Penalties as shares of the way from the first to the last: what lambda.interp compares. */
export function scaled(lambda: Float64Array): Float64Array {
  const first = lambda[0]!;
  const span = first - lambda[lambda.length - 1]!;
  return lambda.map((one) => (first - one) / span);
}

/** Where a penalty lies between the columns of a path (glmnet's lambda.interp, with R's approx()); one beyond the path counts as its end. */
export function placeOf(lambda: Float64Array, s: number): Place {
  const count = lambda.length;
  if (count === 1) return { left: 0, right: 0, share: 1 };
  const shares = scaled(lambda);
  const span = lambda[0]! - lambda[count - 1]!;
  const wanted = Math.min(shares[count - 1]!, Math.max(shares[0]!, (lambda[0]! - s) / span));
  const at = approximate(shares, wanted);
  const [left, right] = [Math.floor(at), Math.ceil(at)];
  const gap = shares[left]! - shares[right]!;
  const share = left === right || Math.abs(gap) < EPSILON ? 1 : (wanted - shares[right]!) / gap;
  return { left, right, share };
}

/** The place of a number among ascending ones, by R's approx() (src/library/stats/src/approx.c), whose places start at 1. */
function approximate(x: Float64Array, value: number): number {
  let [low, high] = [0, x.length - 1];
  while (low < high - 1) {
    const middle = Math.floor((low + high) / 2);
    if (value < x[middle]!) high = middle;
    else low = middle;
  }
  if (value === x[high]) return high;
  if (value === x[low]) return low;
  // R adds to the place that starts at 1, whose rounding is another one.
  return low + 1 + (high - low) * ((value - x[low]!) / (x[high]! - x[low]!)) - 1;
}

/** One column of coefficients: of a path, or blended of two paths. */
type Column = (group: number, column: number) => { intercept: number; entries: Map<number, number> };

/**
 * The coefficients of each group at a place of the path: column left times its share and column right times the rest, as glmnet adds
 * them. With a relaxed path each column is first a blend of both, `gamma` of the penalized one (blend.relaxed).
 */
export function coefficientsAt(
  path: Path,
  { groups, count }: { groups: number; count: number },
  { left, right, share }: Place,
  blend?: { relaxed: Path; gamma: number },
): Coefficients {
  const plain = columnOf(path, count);
  const column = blend ? blended(plain, columnOf(blend.relaxed, count), blend.gamma) : plain;
  return Array.from({ length: groups }, (_, group) => {
    const [one, other] = [column(group, left), column(group, right)];
    const mix = (a = 0, b = 0) => a * share + b * (1 - share);
    const rows = [...new Set([...one.entries.keys(), ...other.entries.keys()])].sort((a, b) => a - b);
    return {
      intercept: mix(one.intercept, other.intercept),
      rows,
      values: rows.map((row) => mix(one.entries.get(row), other.entries.get(row))),
    };
  });
}

function columnOf({ intercepts, starts, rows, values }: Path, count: number): Column {
  return (group, column) => {
    const at = group * count + column;
    const entries = new Map<number, number>();
    for (let entry = starts[at]!; entry < starts[at + 1]!; entry += 1) entries.set(rows[entry]!, values[entry]!);
    return { intercept: intercepts[at]!, entries };
  };
}

function blended(plain: Column, relaxed: Column, gamma: number): Column {
  const mix = (a = 0, b = 0) => gamma * a + (1 - gamma) * b;
  return (group, at) => {
    const [one, other] = [plain(group, at), relaxed(group, at)];
    const rows = new Set([...one.entries.keys(), ...other.entries.keys()]);
    return {
      intercept: mix(one.intercept, other.intercept),
      entries: new Map([...rows].map((row) => [row, mix(one.entries.get(row), other.entries.get(row))])),
    };
  };
}
