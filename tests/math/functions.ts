import { exp, expPlain } from '../../shared/math/exp.ts';
import { expf, expfPlain } from '../../shared/math/expf.ts';
import { expm1, expm1Plain } from '../../shared/math/expm1.ts';
import { acosh, acoshPlain, asinh, asinhPlain, atanh, atanhPlain } from '../../shared/math/inverse-hyperbolic.ts';
import { log, logPlain } from '../../shared/math/log.ts';
import { log1p, log1pPlain } from '../../shared/math/log1p.ts';
import { log2, log2Plain } from '../../shared/math/log2.ts';
import { log10, log10Plain } from '../../shared/math/log10.ts';
import { logf } from '../../shared/math/logf.ts';
import { pow, powPlain } from '../../shared/math/pow.ts';
import { powf } from '../../shared/math/powf.ts';
import { cosh, coshPlain, sinh, sinhPlain } from '../../shared/math/sinh-cosh.ts';
import { tanh, tanhPlain } from '../../shared/math/tanh.ts';

/** A function of the C library with both of ours, and where its arguments are to be taken from. */
export type Proved = {
  name: string;
  fused: (x: number, y: number) => number;
  plain: (x: number, y: number) => number;
  /** Floats are taken instead of doubles. */
  single?: true;
  /** Two arguments instead of one. */
  pairs?: true;
  /** Where a branch begins, or an answer becomes infinite, zero or not normal. */
  edges: readonly number[];
  /** Stretches that matter most: evenly spread arguments are taken from each. */
  ranges: readonly (readonly [number, number])[];
};

const STEP = Math.LN2 / 128;

/** The stretches of a logarithm; those that are `near` lie around 1, where answers are small. */
function ofLogarithm(...near: (readonly [number, number])[]): Proved['ranges'] {
  return [[0, 2], ...near, [0, 1e6], [0, 2 ** -1020]];
}

/** The functions that are proved against the C library. */
export const FUNCTIONS: readonly Proved[] = [
  {
    name: 'expf',
    fused: expf,
    plain: expfPlain,
    single: true,
    // The last two are those whose answers differ.
    edges: [88, 88.72283172607422, -103.27892303466797, -103.97207641601562, -87.33654475, 32.564632415771484, -63.09946060180664],
    ranges: [
      [-104, 89],
      [-1, 1],
    ],
  },
  {
    name: 'exp',
    fused: exp,
    plain: expPlain,
    edges: [2 ** -54, 512, 708.3964185322641, 709.782712893384, 745.1332191019411, 1024, 0.5 * STEP, 1.5 * STEP, 63.5 * STEP],
    ranges: [
      [-746, 710],
      [-746, -700],
      [700, 710],
      [-40, 40],
      [-1, 1],
    ],
  },
  {
    name: 'log',
    fused: log,
    plain: logPlain,
    edges: [0.9375, 1.064697265625, 0.6875, 1.375, 2 ** -1022, 2 ** -1070, 0.6875 + 2 ** -7, 1.375 * 2 ** 40],
    ranges: ofLogarithm([0.93, 1.07], [1 - 1e-5, 1 + 1e-5]),
  },
  {
    name: 'log1p',
    fused: log1p,
    plain: log1pPlain,
    edges: [Math.SQRT2 - 1, -(1 - Math.SQRT1_2), 2 ** -29, 2 ** -54, 2 ** 53, 2 ** -20, 1 - 2 ** -21, 3, 3 + 2 ** -19, 1 - 2 ** -53],
    ranges: [
      [-1, 1],
      [-0.3, 0.42],
      [1 - 2 ** -18, 1 + 2 ** -18],
      [-1e-6, 1e-6],
      [0, 1e6],
    ],
  },
  {
    name: 'expm1',
    fused: expm1,
    plain: expm1Plain,
    edges: [0.5 * Math.LN2, 1.5 * Math.LN2, 2.5 * Math.LN2, 56 * Math.LN2, 709.782712893384, 2 ** -54, 0.25, Math.LN2, 19.5 * Math.LN2],
    ranges: [
      [-1, 1],
      [-0.35, 0.35],
      [-2, 2],
      [-40, 40],
      [-745, 710],
    ],
  },
  {
    name: 'tanh',
    fused: tanh,
    plain: tanhPlain,
    edges: [22, 2 ** -55, 0.25 * Math.LN2, 0.75 * Math.LN2],
    ranges: [
      [-1, 1],
      [-23, 23],
      [-0.2, 0.2],
    ],
  },
  {
    name: 'pow',
    fused: pow,
    plain: powPlain,
    pairs: true,
    edges: [2 ** -65, 2 ** 63, 1023, 1074, 1e-3, 0.7057290077209473, 1.4114580154418945, 2 ** 1000],
    ranges: [
      [0, 2],
      [0.9, 1.1],
      [-10, 10],
      [0, 200],
      [-1000, 1000],
      [1, 1 + 2 ** -20],
    ],
  },
  {
    name: 'log2',
    fused: log2,
    plain: log2Plain,
    edges: [0.9576029777526855, 1.0442743301391602, 0.6875, 1.375, 2 ** -1022, 2 ** -1070],
    ranges: ofLogarithm([0.95, 1.05], [1 - 1e-5, 1 + 1e-5]),
  },
  {
    name: 'log10',
    fused: log10,
    plain: log10Plain,
    edges: [0.5, 2, 10, 100, 1000, 0.1, 2 ** -1022, 2 ** -1070],
    ranges: ofLogarithm([0.9, 1.1]),
  },
  {
    name: 'sinh',
    fused: sinh,
    plain: sinhPlain,
    edges: [22, 2 ** -28, 709.782712893384, 710.4758600739439],
    ranges: [
      [-1, 1],
      [-23, 23],
      [-711, 711],
      [709, 711],
    ],
  },
  {
    name: 'cosh',
    fused: cosh,
    plain: coshPlain,
    edges: [22, 2 ** -55, 0.5 * Math.LN2, 709.782712893384, 710.4758600739439],
    ranges: [
      [-1, 1],
      [-23, 23],
      [-711, 711],
      [709, 711],
    ],
  },
  {
    name: 'asinh',
    fused: asinh,
    plain: asinhPlain,
    edges: [2, 2 + 2 ** -19, 2 ** 28, 2 ** 28 + 2 ** 8, 2 ** -28, 2 ** -29],
    ranges: [
      [-1, 1],
      [-3, 3],
      [-1e6, 1e6],
    ],
  },
  {
    name: 'acosh',
    fused: acosh,
    plain: acoshPlain,
    edges: [1, 2, 2 ** 28],
    ranges: [
      [1, 2],
      [1, 1.001],
      [1, 1e6],
    ],
  },
  {
    name: 'atanh',
    fused: atanh,
    plain: atanhPlain,
    edges: [0.5, 1, 2 ** -28],
    ranges: [
      [-1, 1],
      [-0.5, 0.5],
      [0.999, 1],
    ],
  },
  {
    name: 'logf',
    fused: logf,
    plain: logf,
    single: true,
    edges: [0.69921875, 1.3984375, 2 ** -126, 2 ** -140],
    ranges: [
      [0, 2],
      [0.9, 1.1],
      [0, 1e6],
      [0, 2 ** -125],
    ],
  },
  {
    name: 'powf',
    fused: powf,
    plain: powf,
    single: true,
    pairs: true,
    edges: [128, 126, 149, 150, 1e-3, 0.69921875, 2 ** 24, 2 ** 23],
    ranges: [
      [0, 2],
      [0.9, 1.1],
      [-10, 10],
      [0, 200],
      [-1000, 1000],
    ],
  },
];
