import { ModelError } from '../../shared/errors.ts';
import type { ColumnsStep } from '../../shared/steps/columns.ts';
import type { Step } from '../../shared/steps/kind.ts';
import type { StepsLeft } from '../../shared/steps/patterns/match.ts';
import { MAX_SIZE, numberOfText, PATTERNS, type PatternStep, SIZES, valueOfNumber } from '../../shared/steps/patterns/step.ts';
import { element, type RValue, textOf } from '../rds/values.ts';
import type { Arranged, Frame, FrameColumn } from './frame.ts';
import { flag, namesOf, type StepReader, texts } from './step-values.ts';

/** What recipes' counter() makes of a missing text: gregexpr() gives one NA for it. */
const MATCHES_OF_MISSING = 1;

/** step_regex(), step_count(): matches of a regular expression in a column of texts or levels. */
export const PATTERN_STEPS: StepReader = {
  steps: ['step_regex', 'step_count'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const [input] = texts(element(step, 'input'), `${label}'s input`);
    const result = textOf(element(step, 'result'), `${label}'s result`);
    const make = of === 'step_regex' ? 'regex' : flag(step, 'normalize', false) ? 'share' : 'count';
    if (input === undefined) throw new ModelError(`${label}'s input`, 'none', 'a column of texts');
    const from = frame.levels(input, label);
    const made = { make, pattern: textOf(element(step, 'pattern'), `${label}'s pattern`), options: optionsOf(step, label) } as const;
    const read = numberOfText(made, `${label}'s pattern`);
    const steps = stepsOf(frame);
    const values = from.levels.map((level) => {
      if (steps.left < 0)
        throw new ModelError(`${label}'s pattern`, 'texts that take too long to look through', 'fewer texts, or a shorter pattern');
      return level === null ? missingOf(make) : levelValue(make, read(level, steps), `${label}, the text "${level}"`);
    });
    const name = freeName(result, frame);
    const column: FrameColumn = { name, kind: make === 'share' ? 'number' : 'integer' };
    const data: PatternStep = {
      step: 'patterns',
      of,
      name,
      column: frame.place(input, label),
      ...made,
      texts: values,
      missing: missingOf(make),
    };
    const feature = rawPlace(frame, data.column);
    const unknown = feature === undefined ? {} : { unknown: { feature, factor: factorFor(frame, feature, make, label) } };
    frame.push(PATTERNS, { ...data, ...unknown }, [...frame.columns, column]);
    if (name !== result) replace(frame, result, column, of);
  },
};

/** How long all levels of a pipeline may take to look through, in the steps of patterns: some four seconds. */
const MOST_STEPS = 2e8;
const STEPS_LEFT = new WeakMap<Frame, StepsLeft>();

function stepsOf(frame: Frame): StepsLeft {
  const known = STEPS_LEFT.get(frame) ?? { left: MOST_STEPS };
  STEPS_LEFT.set(frame, known);
  return known;
}

/** A name that no column has yet. */
function freeName(name: string, frame: Frame): string {
  return frame.has(name) ? freeName(`${name}_`, frame) : name;
}

/** Puts the last column into the place of another one. */
function replace(frame: Frame, name: string, last: FrameColumn, of: string): void {
  const place = frame.columns.length - 1;
  const others = frame.columns
    .slice(0, place)
    .map((column, at): Arranged => (column.name === name ? { column: { ...last, name }, place } : { column, place: at }));
  frame.arrange(of, others);
}

function missingOf(make: PatternStep['make']): number | null {
  return { regex: 0, count: MATCHES_OF_MISSING, share: null }[make];
}

function levelValue(make: PatternStep['make'], number: number | undefined, label: string): number | null {
  if (number === undefined)
    throw new ModelError(label, 'characters beyond ASCII in a class, or too long a text', 'a pattern of plain characters');
  const value = valueOfNumber(make, number);
  return Number.isNaN(value) ? null : value;
}

/** The options of grepl() and gregexpr() that a step passes on. */
function optionsOf(step: RValue, label: string): PatternStep['options'] {
  const options = element(step, 'options');
  const names = namesOf(options, `${label}'s options`);
  const other = names.find((name) => name !== 'fixed' && name !== 'ignore.case' && options && flag(options, name, false));
  if (other !== undefined) throw new ModelError(`${label}'s options`, `${other} = TRUE`, 'fixed or ignore.case, or none');
  const is = (name: string) => options !== undefined && names.includes(name) && flag(options, name, false);
  return { ...(is('fixed') ? { fixed: true } : {}), ...(is('ignore.case') ? { ignoreCase: true } : {}) };
}

/** The feature that a column is, as callers send it; undefined where a step made it. */
function rawPlace(frame: Frame, column: number): number | undefined {
  let place: number | undefined = column;
  for (let at = frame.steps.length - 1; at >= 0 && place !== undefined; at -= 1) {
    const { kind, data } = frame.steps[at]!;
    place = kind.source(data, place) ?? imputedOf(data, place);
  }
  return place;
}

/** The column whose missing values a step fills, and which it leaves as it is otherwise. */
function imputedOf(data: Step, place: number): number | undefined {
  const made = (data as Partial<ColumnsStep>).columns?.[place];
  if (typeof made !== 'object' || typeof made.value !== 'object' || !('call' in made.value) || made.value.call !== 'coalesce')
    return undefined;
  const [first] = made.value.of;
  return typeof first === 'object' && 'feature' in first ? first.feature : undefined;
}

/** By what a new text's number is multiplied, so that it stands behind those of the steps before. */
function factorFor(frame: Frame, feature: number, make: PatternStep['make'], label: string): number {
  const before = frame.steps.flatMap(({ data }) => {
    const { make: of, unknown } = data as Partial<PatternStep>;
    return of !== undefined && unknown?.feature === feature ? [SIZES[of]] : [];
  });
  const factor = before.reduce((product, size) => product * size, 1);
  if (factor * SIZES[make] > MAX_SIZE)
    throw new ModelError(
      label,
      `${before.length + 1} steps that count in one column`,
      'at most four that count, or two that count by length',
    );
  return factor;
}
