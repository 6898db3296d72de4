import { exp } from '../../../shared/math/exp.ts';

/*
 * erf as glibc computes it on x86-64: ranger's p-values are made of it and of exp, and two columns' p-values may differ in
 * their last bit alone. The rational functions of erf are Sun's (s_erf.c of fdlibm, Copyright (C) 1993 by Sun Microsystems,
 * Inc.; permission to use, copy, modify, and distribute is freely granted, provided that this notice is preserved); their
 * order of summation is glibc's.
 */
const ERX = 0.8450629115104675;
const PP = [0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442, -2.3763016656650163e-5];
const QQ = [1.0, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164, -3.960228278775368e-6];
const PA = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175, -0.11089469428239668, 0.035478304325618236,
  -0.002166375594868791,
];
const QA = [
  1.0, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905, 0.011984499846799107,
];
const RA = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347, -184.60509290671104,
  -81.2874355063066, -9.814329344169145,
];
const SA = [
  1.0, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783, 108.63500554177944,
  6.570249770319282, -0.0604244152148581,
];
const RB = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896, -1025.0951316110772,
  -483.5191916086514,
];
const SB = [
  1.0, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644, 474.52854120695537,
  -22.44095244658582,
];

/** A polynomial as glibc sums it: pairs of terms, then the pairs by powers of the square. */
function polynomial(x: number, terms: number[]): number {
  const square = x * x;
  const fourth = square * square;
  const powers = [1, square, fourth, fourth * square, fourth * fourth];
  let sum = 0;
  for (let at = 0; at < terms.length; at += 2) {
    const pair = at + 1 < terms.length ? terms[at]! + x * terms[at + 1]! : terms[at]!;
    sum = at === 0 ? pair : sum + powers[at / 2]! * pair;
  }
  return sum;
}

const VIEW = new DataView(new ArrayBuffer(8));

/** erf(x). */
export function erf(x: number): number {
  const z = Math.abs(x);
  const sign = x < 0 ? -1 : 1;
  if (z < 0.84375) {
    if (z < 2 ** -28) return x + 0.1283791670955126 * x;
    return x + x * (polynomial(x * x, PP) / polynomial(x * x, QQ));
  }
  if (z < 1.25) return sign * (ERX + polynomial(z - 1, PA) / polynomial(z - 1, QA));
  if (z >= 6) return sign;
  const s = 1 / (z * z);
  VIEW.setFloat64(0, z);
  const isNear = VIEW.getUint32(0) < 0x4006db6e;
  const ratio = isNear ? polynomial(s, RA) / polynomial(s, SA) : polynomial(s, RB) / polynomial(s, SB);
  VIEW.setUint32(4, 0);
  const upper = VIEW.getFloat64(0);
  const rest = exp(-upper * upper - 0.5625) * exp((upper - z) * (upper + z) + ratio);
  return sign * (1 - rest / z);
}
