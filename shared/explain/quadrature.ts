/** The points from 0 to 1 and the weights by which a sum is an integral. */
export type Quadrature = { points: Float64Array; weights: Float64Array };

const KNOWN = new Map<number, Quadrature>();

/** Newton's steps: they double the right digits each. */
const STEPS = 12;

/**
 * Gauss-Legendre quadrature from 0 to 1, exact for polynomials of a degree below twice the number of points. By additions,
 * multiplications and divisions alone, so that it has the same bits wherever it is computed.
 */
export function gaussLegendre(count: number): Quadrature {
  const known = KNOWN.get(count);
  if (known) return known;
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let k = 0; k < count; k += 1) {
    let x = cosine((Math.PI * (k + 0.75)) / (count + 0.5));
    for (let step = 0; step < STEPS; step += 1) {
      const { value, slope } = legendre(count, x);
      x -= value / slope;
    }
    const { slope } = legendre(count, x);
    points[k] = (1 - x) / 2;
    weights[k] = 1 / ((1 - x * x) * slope * slope);
  }
  const made = { points, weights };
  KNOWN.set(count, made);
  return made;
}

/** A Legendre polynomial and its slope at a place, by their recurrence. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x];
  for (let k = 2; k <= degree; k += 1) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}

/** The cosine of 0 to pi, well enough to begin Newton's steps with: its series, which Math.cos need not be the same as everywhere. */
function cosine(angle: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; k <= 20; k += 1) {
    term *= (-angle * angle) / ((2 * k - 1) * (2 * k));
    sum += term;
  }
  return sum;
}
