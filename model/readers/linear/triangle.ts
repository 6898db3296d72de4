/** By which part of its length a column of R must stand out of those before it (tol of qr(); LINPACK's dqrdc2). */
const SINGULAR = 1e-7;

/** Columns that go through the reflections before them together: they stay in the processor's cache. */
const TOGETHER = 4;

/**
 * R of the QR decomposition of columns that do not depend on one another, column after column up to the diagonal (LINPACK's dqrdc2). Each
 * column meets the reflections of those before it in their order, as there, so that the bits are the same. The columns given are overwritten.
 */
export function triangleOfColumns(columns: readonly Float64Array[]): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  const most = Math.min(rows - 1, columns.length);
  // What each reflection makes of its diagonal, with the other sign; 0 where there is none. Its vector is the column from the diagonal on.
  const norms = new Float64Array(columns.length);
  for (let first = 0; first < columns.length; first += TOGETHER) {
    const panel = columns.slice(first, first + TOGETHER);
    for (let at = 0; at < first; at += 1) if (norms[at] !== 0) reflect(columns[at]!, at, panel);
    for (const [place, own] of panel.entries()) {
      const at = first + place;
      const length = at < most ? lengthFrom(own, at) : 0;
      if (length === 0) continue;
      const norm = own[at]! < 0 ? -length : length;
      for (let row = at; row < rows; row += 1) own[row] = own[row]! * (1 / norm);
      own[at] = own[at]! + 1;
      norms[at] = norm;
      reflect(own, at, panel.slice(place + 1));
    }
  }
  return columns.map((column, at) => {
    const own = column.slice(0, at + 1);
    if (norms[at] !== 0) own[at] = -norms[at]!;
    return own;
  });
}

/** Columns after a reflection, whose vector is a column from a row on. Four at a time: each sum waits for itself alone. */
function reflect(own: Float64Array, from: number, others: readonly Float64Array[]): void {
  const [a, b, c, d] = others;
  if (a && b && c && d) {
    let [dotA, dotB, dotC, dotD] = [0, 0, 0, 0];
    for (let row = from; row < own.length; row += 1) {
      const cell = own[row]!;
      dotA += cell * a[row]!;
      dotB += cell * b[row]!;
      dotC += cell * c[row]!;
      dotD += cell * d[row]!;
    }
    const pivot = own[from]!;
    const [factorA, factorB, factorC, factorD] = [-dotA / pivot, -dotB / pivot, -dotC / pivot, -dotD / pivot];
    for (let row = from; row < own.length; row += 1) {
      const cell = own[row]!;
      a[row] = a[row]! + factorA * cell;
      b[row] = b[row]! + factorB * cell;
      c[row] = c[row]! + factorC * cell;
      d[row] = d[row]! + factorD * cell;
    }
    return;
  }
  for (const other of others) {
    let dot = 0;
    for (let row = from; row < own.length; row += 1) dot += own[row]! * other[row]!;
    const factor = -dot / own[from]!;
    for (let row = from; row < own.length; row += 1) other[row] = other[row]! + factor * own[row]!;
  }
}

/** The length of a column from a row on, as the reference BLAS has it (dnrm2). */
function lengthFrom(column: Float64Array, from: number): number {
  let sum = 0;
  for (let row = from; row < column.length; row += 1) sum += column[row]! * column[row]!;
  return Math.sqrt(sum);
}

/**
 * The inverse of a triangle by columns, as qr.solve() computes it (LINPACK's dqrdc2 and dqrsl): Householder reflections that only turn
 * signs, up to a last bit, then the columns from the last row up. Undefined where qr.solve() takes the triangle as singular.
 */
export function inverseOf(triangle: readonly Float64Array[]): Float64Array | undefined {
  if (triangle.some((column) => Math.abs(column.at(-1)!) < SINGULAR * Math.hypot(...column))) return undefined;
  const size = triangle.length;
  const columns = triangle.map((column) => column.slice());
  const pivots = new Float64Array(size);
  for (let row = 0; row < size - 1; row += 1) {
    const own = columns[row]!;
    const norm = own[row]! < 0 ? -Math.abs(own[row]!) : Math.abs(own[row]!);
    const pivot = own[row]! * (1 / norm) + 1;
    pivots[row] = pivot;
    for (let column = row + 1; column < size; column += 1) columns[column]![row] = reflected(columns[column]![row]!, pivot);
    own[row] = -norm;
  }
  const inverse = new Float64Array((size * (size + 1)) / 2);
  for (let column = 0, at = 0; column < size; column += 1) {
    const solved = new Float64Array(column + 1);
    solved[column] = column < size - 1 ? reflected(1, pivots[column]!) : 1;
    for (let row = column; row >= 0; row -= 1) {
      const own = columns[row]!;
      solved[row] = solved[row]! / own[row]!;
      for (let above = 0; above < row; above += 1) solved[above]! += -solved[row]! * own[above]!;
    }
    inverse.set(solved, at);
    at += column + 1;
  }
  return inverse.every(Number.isFinite) ? inverse : undefined;
}

/** A number after a reflection whose vector has this one element. */
function reflected(number: number, pivot: number): number {
  return number + (-(pivot * number) / pivot) * pivot;
}
