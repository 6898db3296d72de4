import { ModelError } from '../../shared/errors.ts';
import { deparse } from '../formula/deparse.ts';
import { attributesOf, element, listOf, type RValue, typeOf } from '../rds/values.ts';
import type { NewColumn } from './frame.ts';
import { Interpreter } from './interpreter.ts';
import { builtinName, isFunction, type StepContext, type StepReader, texts } from './step-values.ts';

/** Most columns that one step may compute. */
const MAX_INPUTS = 10_000;

/** step_mutate(): columns by R's calls, one after the other; step_mutate_at(): the same call of several columns. */
export const MUTATE_STEPS: StepReader = {
  steps: ['step_mutate', 'step_mutate_at'],
  read: (step, context) => {
    if (context.of === 'step_mutate') mutate(step, context);
    else mutateAt(step, context);
  },
};

function mutate(step: RValue, context: StepContext): void {
  const inputs = element(step, 'inputs');
  const calls = inputs && 'values' in inputs && inputs.values.length > 0 ? listOf(inputs, `${context.label}'s inputs`) : [];
  if (calls.length > MAX_INPUTS) throw new ModelError(`${context.label}'s inputs`, String(calls.length), `at most ${MAX_INPUTS}`);
  const names = inputs && attributesOf(inputs).get('names');
  calls.forEach((quosure, at) => {
    const call = callOf(quosure, context.label);
    const given = names?.type === 'character' ? names.values[at] : undefined;
    put(given || deparse(call), call, environmentOf(quosure), context);
  });
}

/** A column's new value; NULL drops it. */
function put(name: string, call: RValue, environment: RValue | undefined, { frame, of, label }: StepContext): void {
  const at = `${label}, ${name}`;
  if (call.type === 'null') {
    frame.change(of, { drop: [name] });
    return;
  }
  const made = new Interpreter(frame, [call], environment, at).read(call);
  const column: NewColumn = { name, ...made };
  frame.change(of, frame.has(name) ? { set: [column] } : { add: [column] });
}

/** The columns of step_mutate_at(), by a formula of one column (~ .x / 2) or a function of R's core (sqrt). Of any other function the code is not read. */
function mutateAt(step: RValue, context: StepContext): void {
  const { frame, of, label } = context;
  const names = texts(element(step, 'inputs'), `${label}'s inputs`);
  if (names.length === 0) return;
  const fn = element(step, 'fn');
  const isFormula = fn?.type === 'language' && fn.values.length === 2 && fn.values[0]?.type === 'symbol' && fn.values[0].name === '~';
  const builtin = builtinName(fn);
  if (!isFormula && builtin === undefined) {
    const found = isFunction(fn) ? 'a function, whose code is not read' : typeOf(fn);
    const expected = "a formula as ~ log(.x), a function of R's core as sqrt, or step_mutate() with a call for each column";
    throw new ModelError(`${label}'s fn`, found, expected);
  }
  const environment = isFormula ? attributesOf(fn).get('.Environment') : undefined;
  const set = names.map((name): NewColumn => {
    const column: RValue = { type: 'symbol', name };
    const call: RValue = isFormula
      ? withColumn(fn.values[1] as RValue, name)
      : { type: 'language', values: [{ type: 'symbol', name: builtin as string }, column], tags: [undefined, undefined] };
    return { name, ...new Interpreter(frame, [call], environment, label).read(call) };
  });
  frame.change(of, { set });
}

/** A call with a column in place of .x and the dot. */
function withColumn(value: RValue, name: string): RValue {
  if (value.type === 'symbol') return value.name === '.x' || value.name === '.' ? { type: 'symbol', name } : value;
  return value.type === 'language' ? { ...value, values: value.values.map((part) => withColumn(part, name)) } : value;
}

/** The call of a quosure: ~ call. */
function callOf(quosure: RValue, label: string): RValue {
  if (quosure.type !== 'language') return quosure;
  const [head, call] = quosure.values;
  if (head?.type === 'symbol' && head.name === '~' && call && quosure.values.length === 2) return call;
  throw new ModelError(label, 'another form of its call', 'name = call');
}

function environmentOf(quosure: RValue): RValue | undefined {
  return attributesOf(quosure).get('.Environment');
}
