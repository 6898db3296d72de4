import { power } from '../../shared/expressions/functions.ts';
import { pow } from '../../shared/math/pow.ts';

/** LINPACK's tolerance in R's qr(). */
const TOLERANCE = 1e-7;

/**
 * R's contr.poly for equally spaced scores, by columns, in R's bits under the reference BLAS: a Householder QR of the
 * powers (LINPACK's dqrdc2 as R has it), Q times its diagonal (dqrsl), and columns divided by their lengths, whose squares R
 * adds up in 80-bit numbers. The bits go into the linear predictor, so another way to the same polynomials would not do.
 */
export function polynomialContrasts(levels: number): number[][] {
  const scores = Array.from({ length: levels }, (_, at) => at + 1 - (levels + 1) / 2);
  const columns = Array.from({ length: levels }, (_, exponent) => scores.map((score) => power(score, exponent, pow)));
  const { rank, aux } = decompose(columns);
  const raw = columns.map((column, at) => {
    const diagonal = columns.map((_, row) => (row === at ? column[at]! : 0));
    return applyQ(columns, aux, Math.min(rank, levels - 1), diagonal);
  });
  return raw.slice(1).map((column) => {
    const length = Math.sqrt(extendedSum(column.map((value) => value * value)));
    return column.map((value) => value / length);
  });
}

/** The Householder decomposition in place: vectors below the diagonal, R's diagonal on it. Columns of no new length go to the end. */
function decompose(columns: number[][]): { rank: number; aux: number[] } {
  const count = columns.length;
  const aux = columns.map((column) => norm(column, 0));
  const before = [...aux];
  const original = aux.map((length) => (length === 0 ? 1 : length));
  let rank = count + 1;
  for (let at = 0; at < count; at += 1) {
    while (at + 1 < rank && aux[at]! < original[at]! * TOLERANCE) {
      for (const list of [columns, aux, before, original] as unknown[][]) list.push(list.splice(at, 1)[0]);
      rank -= 1;
    }
    if (at === count - 1) break;
    const pivot = columns[at] as number[];
    let length = norm(pivot, at);
    if (length === 0) continue;
    if (pivot[at] !== 0 && pivot[at]! < 0) length = -length;
    const scale = 1 / length;
    for (let row = at; row < count; row += 1) pivot[row] = pivot[row]! * scale;
    pivot[at] = 1 + pivot[at]!;
    for (let other = at + 1; other < count; other += 1) {
      const column = columns[other] as number[];
      reflect(pivot, pivot[at]!, column, at);
      if (aux[other] === 0) continue;
      const part = Math.abs(column[at]!) / aux[other]!;
      const left = Math.max(1 - part * part, 0);
      if (Math.abs(left) < 1e-6) {
        aux[other] = norm(column, at + 1);
        before[other] = aux[other]!;
      } else aux[other] = aux[other]! * Math.sqrt(left);
    }
    aux[at] = pivot[at]!;
    pivot[at] = -length;
  }
  return { rank: Math.min(rank - 1, count), aux };
}

/** Q times a vector (dqrsl's qy). */
function applyQ(columns: number[][], aux: number[], rank: number, vector: number[]): number[] {
  const out = [...vector];
  for (let at = rank - 1; at >= 0; at -= 1) {
    if (aux[at] !== 0) reflect(columns[at] as number[], aux[at]!, out, at);
  }
  return out;
}

/** Takes a Householder vector's part out of a column, from a row on. `head` is the vector's first element. */
function reflect(vector: number[], head: number, column: number[], from: number): void {
  let dot = head * column[from]!;
  for (let row = from + 1; row < column.length; row += 1) dot += vector[row]! * column[row]!;
  const times = -dot / head;
  column[from] = column[from]! + times * head;
  for (let row = from + 1; row < column.length; row += 1) column[row] = column[row]! + times * vector[row]!;
}

function norm(column: number[], from: number): number {
  let sum = 0;
  for (let row = from; row < column.length; row += 1) sum += column[row]! * column[row]!;
  return Math.sqrt(sum);
}

/** The sum of doubles, not negative, in numbers of 64 bits' precision (x87), rounded to a double at the end. */
function extendedSum(values: number[]): number {
  let [digits, exponent] = [0n, 0];
  for (const value of values) {
    const [mantissa, scale] = parts(value);
    if (mantissa === 0n) continue;
    const least = digits === 0n ? scale : Math.min(exponent, scale);
    digits = (digits << BigInt(digits === 0n ? 0 : exponent - least)) + (mantissa << BigInt(scale - least));
    exponent = least;
    [digits, exponent] = round(digits, exponent, 64);
  }
  [digits, exponent] = round(digits, exponent, 53);
  return Number(digits) * 2 ** exponent;
}

/** A double as a whole number times a power of two. */
function parts(value: number): [bigint, number] {
  if (value === 0) return [0n, 0];
  const exponent = Math.max(-1022, Math.floor(Math.log2(value))) - 60;
  const digits = value * 2 ** -exponent;
  return [BigInt(digits), exponent];
}

/** Rounds to so many bits, halves to the even number. */
function round(digits: bigint, exponent: number, bits: number): [bigint, number] {
  const over = digits.toString(2).length - bits;
  if (over <= 0) return [digits, exponent];
  const shift = BigInt(over);
  const half = 1n << (shift - 1n);
  let kept = digits >> shift;
  const rest = digits - (kept << shift);
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
  return [kept, exponent + over];
}
