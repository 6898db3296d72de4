import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textOf, textsOf } from '../rds/values.ts';
import type { NewColumn } from './frame.ts';
import { finiteNumber } from './frame.ts';
import { flag, member, namedNumbers, number, type StepContext, type StepReader, texts } from './step-values.ts';

/** R's eps of bc_trans() and yj_transform(), below which a lambda counts as 0 (or 2). */
const EPSILON = 0.001;

/** Steps that compute each of their columns from itself alone: x - mean, log(x), Box-Cox ... */
export const NUMERIC_STEPS: StepReader = {
  steps: [
    ...['step_center', 'step_scale', 'step_normalize', 'step_range', 'step_log', 'step_sqrt', 'step_inverse', 'step_logit'],
    ...['step_invlogit', 'step_hyperbolic', 'step_BoxCox', 'step_YeoJohnson', 'step_relu'],
  ],
  read: (step, context) => {
    const { frame, of, label } = context;
    const numbers = FUNCTIONS[of]!(step, context).map(([name, make]): NewColumn => {
      return { name, kind: 'number', value: make(frame.number(name, label)) };
    });
    if (of !== 'step_relu') {
      frame.change(of, { set: numbers });
      return;
    }
    const prefix = textOf(member(step, 'prefix', label), `${label}'s prefix`);
    frame.change(of, { add: numbers.map((column) => ({ ...column, name: `${prefix}${column.name}` })) });
  },
};

/** What is made of one column. */
type Make = (x: Expression) => Expression;
type Columns = (step: RValue, context: StepContext) => [string, Make][];

function call(name: string, ...of: Expression[]): Expression {
  return { call: name, of };
}

/** The same function of each of a step's columns. */
function each(make: (step: RValue, label: string) => Make): Columns {
  return (step, { label }) => {
    const made = make(step, label);
    return texts(element(step, 'columns'), `${label}'s columns`).map((name): [string, Make] => [name, made]);
  };
}

const FUNCTIONS: Record<string, Columns> = {
  step_center: (step, { label }) => {
    return namedNumbers(element(step, 'means'), `${label}'s means`).map(([name, mean]) => [
      name,
      (x) => call('-', x, finiteNumber(mean, label)),
    ]);
  },
  step_scale: (step, { label }) => {
    return namedNumbers(element(step, 'sds'), `${label}'s sds`).map(([name, sd]) => [name, (x) => call('/', x, finiteNumber(sd, label))]);
  },
  step_normalize: (step, { label }) => {
    const sds = new Map(namedNumbers(element(step, 'sds'), `${label}'s sds`));
    return namedNumbers(element(step, 'means'), `${label}'s means`).map(([name, mean]): [string, Make] => {
      const sd = finiteNumber(sds.get(name), `${label}'s sd of ${name}`);
      return [name, (x) => call('/', call('-', x, finiteNumber(mean, label)), sd)];
    });
  },
  step_range: (step, { label }) => {
    const ranges = member(step, 'ranges', label);
    const cells = numbersOf(ranges, `${label}'s ranges`);
    const dimnames = attributesOf(ranges).get('dimnames');
    const names = cells.length === 0 ? [] : textsOf(listOf(dimnames, `${label}'s ranges`)[1], `${label}'s ranges`);
    const [least, most] = [number(step, 'min', label), number(step, 'max', label)];
    return names.map((name, at): [string, Make] => {
      const [low, high] = [finiteNumber(cells[2 * at], label), finiteNumber(cells[2 * at + 1], label)];
      const scaled = (x: Expression) => call('+', call('/', call('*', call('-', x, low), most - least), high - low), least);
      return [name, flag(step, 'clipping', true) ? (x) => call('pmin', call('pmax', scaled(x), least), most) : scaled];
    });
  },
  step_log: each((step, label) => {
    const [base, offset] = [number(step, 'base', label), number(step, 'offset', label, 0)];
    const log = (x: Expression) => call('log', x, base);
    if (!flag(step, 'signed', false)) return (x) => log(offset === 0 ? x : call('+', x, offset));
    return (x) => call('ifelse', call('<', call('abs', x), 1), 0, call('*', call('sign', x), log(call('abs', x))));
  }),
  step_sqrt: each(() => (x) => call('sqrt', x)),
  step_inverse: each((step, label) => {
    const offset = number(step, 'offset', label, 0);
    return (x) => call('/', 1, call('+', x, offset));
  }),
  step_logit: each((step, label) => {
    const offset = number(step, 'offset', label, 0);
    // recipes' pre_logit().
    const below = (x: Expression) => call('ifelse', call('==', x, 1), call('-', x, offset), x);
    const inside = (x: Expression) => call('ifelse', call('==', below(x), 0), offset, below(x));
    return (x) => call('logit', inside(x));
  }),
  step_invlogit: each(() => (x) => call('invlogit', x)),
  step_hyperbolic: each((step, label) => {
    const func = textOf(member(step, 'func', label), `${label}'s func`);
    if (!['sinh', 'cosh', 'tanh', 'sin', 'cos', 'tan'].includes(func)) throw new ModelError(`${label}'s func`, func, 'sinh, cosh or tanh');
    return (x) => call(flag(step, 'inverse', true) ? `a${func}` : func, x);
  }),
  step_BoxCox: (step, { label }) => {
    return namedNumbers(element(step, 'lambdas'), `${label}'s lambdas`).map(([name, lambda]) => [name, (x) => boxCox(x, lambda)]);
  },
  step_YeoJohnson: (step, { label }) => {
    return namedNumbers(element(step, 'lambdas'), `${label}'s lambdas`).map(([name, lambda]) => [name, (x) => yeoJohnson(x, lambda)]);
  },
  step_relu: each((step, label) => {
    const shift = number(step, 'shift', label, 0);
    const shifted = (x: Expression) => (flag(step, 'reverse', false) ? call('-', shift, x) : call('-', x, shift));
    return (x) => (flag(step, 'smooth', false) ? call('log1p', call('exp', shifted(x))) : call('pmax', shifted(x), 0));
  }),
};

/** recipes' bc_trans(): an NA for a lambda leaves the column as it is. */
export function boxCox(x: Expression, lambda: number, epsilon = EPSILON): Expression {
  if (Number.isNaN(lambda)) return x;
  return Math.abs(lambda) < epsilon ? call('log', x) : call('/', call('-', call('^', x, lambda), 1), lambda);
}

/** recipes' yj_transform(). */
export function yeoJohnson(x: Expression, lambda: number, epsilon = EPSILON): Expression {
  if (Number.isNaN(lambda)) return x;
  const above = call('+', x, 1);
  const below = call('+', call('-', x), 1);
  const rest = 2 - lambda;
  const positive = Math.abs(lambda) < epsilon ? call('log', above) : call('/', call('-', call('^', above, lambda), 1), lambda);
  const power = call('/', call('-', call('-', call('^', below, rest), 1)), rest);
  const negative = Math.abs(lambda - 2) < epsilon ? call('-', call('log', below)) : power;
  return call('ifelse', call('<', x, 0), negative, positive);
}
