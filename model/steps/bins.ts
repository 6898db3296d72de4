import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { finite } from '../formula/constants.ts';
import { cutLabels } from '../formula/cut.ts';
import { element, numbersOf, type RValue } from '../rds/values.ts';
import type { NewColumn } from './frame.ts';
import { flag, namesOf, number, type StepContext, type StepReader, texts } from './step-values.ts';

/** Most breaks of a column. */
const MAX_BREAKS = 100_000;
/** R's dig.lab of cut(). */
const DIGITS = 3;

/** step_cut() and step_discretize(): numbers as the intervals that they lie in. */
export const BIN_STEPS: StepReader = {
  steps: ['step_cut', 'step_discretize'],
  read: (step, context) => {
    const { frame, of } = context;
    frame.change(of, { set: of === 'step_cut' ? cuts(step, context) : bins(step, context) });
  },
};

function cuts(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const found = element(step, 'breaks');
  const isOpen = flag(step, 'include_outside_range', false);
  return namesOf(found, `${label}'s breaks`).map((name): NewColumn => {
    const breaks = breaksOf(found && element(found, name), `${label}'s breaks of ${name}`);
    const labels = cutLabels(breaks, { right: true, lowest: true, digits: DIGITS });
    if (!labels) throw new ModelError(`${label}'s breaks of ${name}`, 'breaks that R writes alike', 'breaks that differ');
    const levels = isOpen ? withOpenEnds(labels) : labels;
    const ends = isOpen ? [-Number.MAX_VALUE, ...breaks.slice(1, -1), Number.MAX_VALUE] : breaks;
    return { name, kind: 'factor', levels, value: intervalOf(frame.number(name, label), ends) };
  });
}

/** recipes' adjust_levels_min_max(). */
function withOpenEnds(labels: string[]): string[] {
  if (labels.length === 1) return ['[min,max]'];
  return labels.map((label, at) => {
    if (at === 0) return label.replace(/\[[^,]*,/, '[min,');
    return at === labels.length - 1 ? label.replace(/,[^\]]+\]/, ',max]') : label;
  });
}

function bins(step: RValue, { frame, label }: StepContext): NewColumn[] {
  const found = element(step, 'objects');
  return namesOf(found, `${label}'s objects`).flatMap((name): NewColumn[] => {
    const object = found && element(found, name);
    const at = `${label}, column ${name}`;
    if (!object) throw new ModelError(at, 'nothing', 'the bins of training');
    if (number(object, 'bins', at, 0) < 1) return [];
    const breaks = breaksOf(element(object, 'breaks'), `${at}'s breaks`);
    const prefix = texts(element(object, 'prefix'), `${at}'s prefix`)[0];
    const labels = texts(element(object, 'labels'), `${at}'s labels`);
    if (prefix === undefined) throw new ModelError(at, 'bins without a prefix', 'prefix = "bin", the default');
    const keepsMissing = flag(object, 'keep_na', true);
    const all = labels.map((label) => `${prefix}${label}`);
    const levels = keepsMissing ? all.slice(1) : all;
    if (levels.length !== breaks.length - 1) throw new ModelError(at, `${levels.length} labels`, String(breaks.length - 1));
    const value = intervalOf(frame.number(name, at), breaks);
    if (!keepsMissing) return [{ name, kind: 'factor', levels, value }];
    const x = frame.value(name, at);
    const isMissing: Expression = { call: 'ifelse', of: [{ call: 'is.na', of: [x] }, levels.length + 1, value] };
    // R puts the level of missing values first, but only where a request has one.
    return [{ name, kind: 'factor', levels: [...levels, all[0] as string], value: isMissing }];
  });
}

/** The interval of a number; outside of all there is none. */
function intervalOf(value: Expression, breaks: number[]): Expression {
  const interval: Expression = { interval: value, breaks: breaks.map(finite), right: true, lowest: true };
  return { pick: interval, values: breaks.slice(1).map((_, at) => at + 1), missing: null, beyond: null };
}

function breaksOf(value: RValue | undefined, label: string): number[] {
  const breaks = Array.from(numbersOf(value, label));
  const isAscending = breaks.every((one, at) => at === 0 || one > breaks[at - 1]!);
  if (breaks.length < 2 || breaks.length > MAX_BREAKS || !isAscending)
    throw new ModelError(label, 'other breaks', 'at least two, ascending');
  return breaks;
}
