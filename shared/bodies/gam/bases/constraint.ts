import type { Constraint } from '../gam.ts';

type Numbers = (span: readonly [number, number]) => Float64Array;

/** A basis's columns without what a constraint takes out (PredictMat of mgcv); `sweep` is done before, by swept(). */
export function constrained(values: Float64Array, constraint: Constraint, numbers: Numbers): Float64Array {
  switch (constraint.by) {
    case 'reflections': {
      const { among, vectors } = constraint;
      if (!among) return reflected(values, vectors.map(numbers));
      const some = reflected(
        Float64Array.from(among, (place) => values[place]!),
        vectors.map(numbers),
      );
      const out = values.slice();
      some.forEach((value, at) => {
        out[among[at]!] = value;
      });
      const gone = new Set(among.slice(some.length));
      return out.filter((_, place) => !gone.has(place));
    }
    case 'drop':
      return values.filter((_, place) => place !== constraint.column);
    case 'difference':
      return values.subarray(1).map((value, at) => value - values[at]!);
    case 'sweep':
      return values;
  }
}

/** A basis without one column, whose others lose their means. */
export function swept(values: Float64Array, column: number, means: Float64Array): Float64Array {
  return values.filter((_, place) => place !== column).map((value, at) => value - means[at]!);
}

/** What LINPACK's dqrqty gives behind as many elements as there are vectors; the k-th vector begins at the k-th element, its pivot. */
function reflected(given: Float64Array, vectors: Float64Array[]): Float64Array {
  const values = given.slice();
  vectors.forEach((vector, from) => {
    if (vector[0] === 0) return;
    let sum = 0;
    for (let at = 0; at < vector.length; at += 1) sum += vector[at]! * values[from + at]!;
    const factor = -sum / vector[0]!;
    for (let at = 0; at < vector.length; at += 1) values[from + at] = values[from + at]! + factor * vector[at]!;
  });
  return values.subarray(vectors.length);
}
