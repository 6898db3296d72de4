import { exp, expPlain } from './exp.ts';
import { expm1, expm1Plain } from './expm1.ts';
import { log, logPlain } from './log.ts';
import { log1p, log1pPlain } from './log1p.ts';
import { log2, log2Plain } from './log2.ts';
import { log10, log10Plain } from './log10.ts';
import { pow, powPlain } from './pow.ts';
import { cosh, coshPlain, sinh, sinhPlain } from './sinh-cosh.ts';
import { tanh, tanhPlain } from './tanh.ts';

/** Which form of the C library a model asks: that for processors without fused multiplication. Nothing is said of the other one. */
export type Libm = 'plain';

type Of = (x: number) => number;

/** The functions of the C library that R's formulas and links ask, with its bits. */
export type MathLibrary = {
  pow: (x: number, y: number) => number;
} & Record<'exp' | 'expm1' | 'log' | 'log1p' | 'log2' | 'log10' | 'sinh' | 'cosh' | 'tanh', Of>;

/** As on a processor with fused multiplication: every one for x86-64 since about 2013. */
export const FUSED: MathLibrary = { exp, expm1, log, log1p, log2, log10, pow, sinh, cosh, tanh };

/** As on a processor without fused multiplication. */
export const PLAIN: MathLibrary = {
  ...{ exp: expPlain, expm1: expm1Plain, log: logPlain, log1p: log1pPlain, log2: log2Plain, log10: log10Plain },
  ...{ pow: powPlain, sinh: sinhPlain, cosh: coshPlain, tanh: tanhPlain },
};

/** The library that a model asks. */
export function libraryOf(libm: Libm | undefined): MathLibrary {
  return libm === 'plain' ? PLAIN : FUSED;
}
