import type { ModelError } from '../../../shared/errors.ts';
import { type Argument, functionName, matchArguments } from '../../formula/constants.ts';
import type { RValue } from '../../rds/values.ts';

/** A call by its function's name. */
function call(name: string, ...args: RValue[]): RValue {
  return { type: 'language', values: [{ type: 'symbol', name }, ...args], tags: [undefined, ...args.map(() => undefined)] };
}

const ONE: RValue = { type: 'double', values: Float64Array.of(1) };
const exp = (of: RValue) => call('exp', of);
const plus = (left: RValue, right: RValue) => call('+', left, right);
const minus = (left: RValue, right: RValue) => call('-', left, right);
const times = (left: RValue, right: RValue) => call('*', left, right);
const over = (left: RValue, right: RValue) => call('/', left, right);
const power = (left: RValue, right: RValue) => call('^', left, right);
const negative = (of: RValue) => call('-', of);
/** exp(-exp(rate) * input) */
const decay = (rate: RValue, input: RValue) => exp(times(negative(exp(rate)), input));
/** 1 + exp((middle - input) / scale) */
const growth = (middle: RValue, input: RValue, scale: RValue) => plus(ONE, exp(over(minus(middle, input), scale)));

type SelfStart = { names: string[]; value: (...given: RValue[]) => RValue };
const model = (names: string, value: SelfStart['value']): SelfStart => ({ names: names.split(' '), value });

/** The models of stats that start by themselves: the names of their arguments, and their values in the order of R's arithmetic (zzModels.R). */
const MODELS: Record<string, SelfStart> = {
  SSasymp: model('input Asym R0 lrc', (x, asym, r0, lrc) => plus(asym!, times(minus(r0!, asym!), decay(lrc!, x!)))),
  SSasympOff: model('input Asym lrc c0', (x, asym, lrc, c0) => times(asym!, minus(ONE, decay(lrc!, minus(x!, c0!))))),
  SSasympOrig: model('input Asym lrc', (x, asym, lrc) => times(asym!, minus(ONE, decay(lrc!, x!)))),
  SSbiexp: model('input A1 lrc1 A2 lrc2', (x, a1, lrc1, a2, lrc2) => plus(times(a1!, decay(lrc1!, x!)), times(a2!, decay(lrc2!, x!)))),
  SSfol: model('Dose input lKe lKa lCl', (dose, x, ke, ka, cl) =>
    over(times(times(dose!, exp(minus(plus(ke!, ka!), cl!))), minus(decay(ke!, x!), decay(ka!, x!))), minus(exp(ka!), exp(ke!))),
  ),
  SSfpl: model('input A B xmid scal', (x, a, b, middle, scale) => plus(a!, over(minus(b!, a!), growth(middle!, x!, scale!)))),
  SSgompertz: model('x Asym b2 b3', (x, asym, b2, b3) => times(asym!, exp(times(negative(b2!), power(b3!, x!))))),
  SSlogis: model('input Asym xmid scal', (x, asym, middle, scale) => over(asym!, growth(middle!, x!, scale!))),
  SSmicmen: model('input Vm K', (x, vm, k) => over(times(vm!, x!), plus(k!, x!))),
  SSweibull: model('x Asym Drop lrc pwr', (x, asym, drop, lrc, pwr) =>
    minus(asym!, times(drop!, exp(negative(times(exp(lrc!), power(x!, pwr!)))))),
  ),
};

/** What a call of a self-starting model computes; undefined where a function is none of them. */
export function selfStart(name: string, args: Argument[], fail: (found: string, expected: string) => ModelError): RValue | undefined {
  if (!Object.hasOwn(MODELS, name)) return undefined;
  const { names, value } = MODELS[name]!;
  const given = matchArguments(args, names, (found, expected) => fail(`${found} of ${name}()`, expected));
  const parts = names.flatMap((one) => given[one] ?? []);
  if (parts.length !== names.length) throw fail(`other arguments of ${name}()`, names.join(', '));
  return value(...parts);
}

/** Whether a call, or one within it, is of a self-starting model. */
export function namesSelfStart(value: RValue): boolean {
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type !== 'language') continue;
    if (Object.hasOwn(MODELS, functionName(next.values[0]) ?? '')) return true;
    for (const part of next.values.slice(1)) rest.push(part);
  }
  return false;
}
