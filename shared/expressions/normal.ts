/*
 * The normal distribution's function, by the rational Chebyshev approximations of W. J. Cody (Mathematics of Computation 23,
 * 1969, and his ANORM of 1993), which is how R has it (nmath/pnorm.c): the same sums in the same order.
 */
const CENTRE = {
  above: [2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356, 0.06568233791820745],
  below: [47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673],
};
const MIDDLE = {
  above: [
    ...[0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002, 2494.5375852903726],
    ...[6848.190450536283, 11602.65143764735, 9842.714838383978, 1.0765576773720192e-8],
  ],
  below: [
    ...[22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097],
    ...[34900.95272114598, 38912.00328609327, 19685.429676859992],
  ],
};
const TAIL = {
  above: [0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934, 2.9112874951168793e-5, 0.023073441764940174],
  below: [1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5],
};
const ONE_BY_ROOT_2PI = 0.3989422804014327;

/** The share of a standard normal distribution that lies at or below x, by a form of the C library's exp. */
export function normalDistribution(x: number, exp: (x: number) => number): number {
  if (Number.isNaN(x)) return x;
  const y = Math.abs(x);
  if (y <= 0.67448975) return 0.5 + ratio(y > 2 ** -53 ? x * x : 0, CENTRE, 3, x);
  const outer = y <= Math.sqrt(32) ? ratio(y, MIDDLE, 7, 1) : tail(y);
  const cut = Math.trunc(y * 16) / 16;
  const rest = (y - cut) * (y + cut);
  const beyond = exp(-cut * cut * 0.5) * exp(-rest * 0.5) * outer;
  return x > 0 ? 1 - beyond : beyond;
}

/** The ratio of two polynomials, the first one times a factor; its leading coefficient stands last. */
function ratio(x: number, { above, below }: { above: number[]; below: number[] }, count: number, factor: number): number {
  let over = above[count + 1]! * x;
  let under = x;
  for (let at = 0; at < count; at += 1) {
    over = (over + above[at]!) * x;
    under = (under + below[at]!) * x;
  }
  return (factor * (over + above[count]!)) / (under + below[count]!);
}

function tail(y: number): number {
  const square = 1 / (y * y);
  return (ONE_BY_ROOT_2PI - ratio(square, TAIL, 4, square)) / y;
}
