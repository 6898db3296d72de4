/** 1 / sqrt(2 pi). */
const SCALE = 0.3989422804014327;
/** Beyond it the density is 0: sqrt(2 log(2) 1073), where doubles end. */
export const MOST = 38.56804181549334;
/** Up to it one exponential is precise enough. */
const NEAR = 5;
const SIXTEEN_BITS = 65_536;

/** The density of a normal distribution at x, as R's dnorm has it (nmath/dnorm.c), with an exp of R's bits. */
export function normalDensity(x: number, mean: number, deviation: number, exp: (x: number) => number): number {
  const distance = Math.abs((x - mean) / deviation);
  if (!Number.isFinite(distance)) return Number.isNaN(distance) ? distance : 0;
  if (distance < NEAR) return (SCALE * exp(-0.5 * distance * distance)) / deviation;
  if (distance > MOST) return 0;
  // The square of the first 16 bits behind the point is exact.
  const scaled = distance * SIXTEEN_BITS;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  const high = (isUp ? floor + 1 : floor) / SIXTEEN_BITS;
  const low = distance - high;
  return (SCALE / deviation) * (exp(-0.5 * high * high) * exp((-0.5 * low - high) * low));
}
