import { compileFunction } from 'node:vm';
import { wholes } from '../math/arguments.ts';
import { FUNCTIONS } from '../math/functions.ts';
import { interleave, median, ratios, times } from './figures.ts';
import type { Report } from './report.ts';

/** A function of the C library takes at most so many times as long as Math.exp. */
const BAR = 10;
const ARGUMENTS = 4096;

type Of = (x: number, y: number) => number;
type Loop = (of: Of, xs: Float64Array, ys: Float64Array) => number;

/** A loop of its own for each function: one that several share would call them without knowing which. */
function loop(): Loop {
  const body = 'let sum = 0; for (let at = 0; at < xs.length; at += 1) sum += of(xs[at], ys[at]); return sum;';
  return compileFunction(body, ['of', 'xs', 'ys']) as Loop;
}

/** Nanoseconds of a call, calls repeated for at least so many milliseconds. */
function timeOf(run: () => number, least: number): number {
  const start = performance.now();
  let calls = 0;
  let spent = 0;
  for (; spent < least; spent = performance.now() - start) {
    run();
    calls += ARGUMENTS;
  }
  return (spent * 1e6) / calls;
}

/** The functions of shared/math (by fused multiplication) against Math.exp: arguments of -20 to 20, logarithms and powers of positive ones. */
export async function benchMath({ rounds, least }: { rounds: number; least: number }, report: Report): Promise<void> {
  const random = wholes(20);
  const draw = (low: number, high: number) => Float64Array.from({ length: ARGUMENTS }, () => low + ((high - low) * random()) / 2 ** 32);
  const [all, positive, exponents] = [draw(-20, 20), draw(0.001, 20), draw(-3, 3)];
  const contenders = [{ name: 'Math.exp', fused: Math.exp as Of }, ...FUNCTIONS].map(({ name, fused }) => {
    const xs = /log|pow/.test(name) ? positive : all;
    const run = loop();
    return { name, run: () => run(fused, xs, exponents) };
  });
  for (const { run } of contenders) timeOf(run, least / 4);
  const [exp = [], ...found] = await interleave(rounds, contenders, ({ run }) => timeOf(run, least / 4));
  FUNCTIONS.forEach(({ name }, at) => {
    const took = found[at] as number[];
    report.speed(`C library: ${name}`, 'ns a call', took, [['Math.exp', exp]]);
    const ratio = ratios(took, exp);
    report.judge(`C library: ${name}, against Math.exp`, `<= ${BAR} x`, times(ratio), median(ratio) <= BAR);
  });
}
