import { element, numbersOf, type RValue } from '../../rds/values.ts';

/** How much smaller the least weight of a row may be than the greatest: below that, too little of the row is left to know it. */
const LEAST_SHARE = 1e-8;

/**
 * The mean of each column of a model matrix over the training rows, in the order of the pivots, out of the QR decomposition that R's
 * lm() and glm() keep: X = QR, so that the means are R'Q'1 / n. A fit with weights decomposed the rows times the roots of these. Undefined
 * where the file does not have all of it, or weights so different that a mean would be a guess.
 */
export function columnMeans(model: RValue, rank: number, label: string): Float64Array | undefined {
  const qr = element(model, 'qr');
  const parts = ['qr', 'qraux'].map((name) => qr && element(qr, name));
  if (parts.some((part) => part?.type !== 'double')) return undefined;
  const [values, aux] = parts.map((part) => numbersOf(part, `${label}'s qr`)) as [Float64Array, Float64Array];
  const columns = aux.length;
  const rows = values.length / columns;
  if (rank < 1 || rank > columns || !Number.isInteger(rows) || rows < rank || !values.every(Number.isFinite)) return undefined;
  const weights = weightsOf(model, rows, label);
  if (!weights) return undefined;
  // Rows that were not decomposed, as they have no weight, are no training rows.
  const turned = weights.map((weight) => 1 / Math.sqrt(weight));
  // A last row has nothing below it to reflect.
  for (let column = 0; column < Math.min(rank, rows - 1); column += 1) reflect(values, aux[column]!, column, rows, turned);
  return Float64Array.from({ length: rank }, (_, column) => {
    let sum = 0;
    for (let row = 0; row <= column; row += 1) sum += values[column * rows + row]! * turned[row]!;
    return sum / rows;
  });
}

/** The weights of the rows in the decomposition: 1 where there are none. */
function weightsOf(model: RValue, rows: number, label: string): Float64Array | undefined {
  const given = element(model, 'weights');
  if (!given || given.type === 'null') return new Float64Array(rows).fill(1);
  const weights = Float64Array.from(numbersOf(given, `${label}'s weights`));
  if (weights.length !== rows) return undefined;
  const most = weights.reduce((one, other) => Math.max(one, other), 0);
  return most > 0 && weights.every((weight) => weight >= LEAST_SHARE * most) ? weights : undefined;
}

/** One Householder reflection of LINPACK's dqrqty: `aux` has the part of the vector that the diagonal has no room for. */
function reflect(values: Float64Array, aux: number, column: number, rows: number, turned: Float64Array): void {
  if (aux === 0) return;
  const at = column * rows;
  let dot = aux * turned[column]!;
  for (let row = column + 1; row < rows; row += 1) dot += values[at + row]! * turned[row]!;
  const factor = -dot / aux;
  turned[column]! += factor * aux;
  for (let row = column + 1; row < rows; row += 1) turned[row]! += factor * values[at + row]!;
}
