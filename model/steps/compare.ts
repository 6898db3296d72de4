import { ModelError } from '../../shared/errors.ts';
import { type Expression, printed } from '../../shared/expressions/expressions.ts';
import { numberText } from '../../shared/math/significant.ts';
import type { Level } from '../../shared/schema/features.ts';
import { MISSING_VALUE } from './frame.ts';
import type { Labelled, Plain, Typed } from './kinds.ts';
import { recode } from './step-values.ts';

/** == and != where one side is a factor or text; undefined for two numbers. R compares a number with a text by its own text: 1e+05. */
export function compared(name: string, left: Typed, right: Typed, label: string): Typed | undefined {
  if ('levels' in left && 'levels' in right) return comparedLabels(name, left, right);
  if (!('levels' in left) && !('levels' in right)) return undefined;
  const [labelled, other] = 'levels' in left ? [left, right] : [right as Labelled, left];
  if (other.kind === 'logical') {
    const texts: Labelled = { kind: 'text', levels: ['FALSE', 'TRUE'], value: { call: '+', of: [other.value, 1] } };
    return comparedLabels(name, labelled, texts);
  }
  if (other.kind === 'date' || other.kind === 'datetime')
    throw new ModelError(label, `a ${other.kind} compared with a text`, `as.Date("...") or as.POSIXct("...") of it`);
  if (typeof other.value === 'number') {
    const text = other.kind === 'integer' ? String(other.value) : numberText(other.value);
    return comparedLabels(name, labelled, { kind: 'text', levels: [text], value: 1 });
  }
  const [text] = labelled.levels;
  if (labelled.value !== 1 || labelled.levels.length !== 1 || typeof text !== 'string')
    throw new ModelError(label, 'a column of texts compared with one of numbers', 'columns of one class, or a text as it stands');
  return { kind: 'logical', value: comparedNumber(name, other.value, text, other.kind) };
}

function comparedLabels(name: string, left: Labelled, right: Labelled): Typed {
  const { levels } = left;
  const place = recode(right.value, { name: '', ...right }, levels, { beyond: levels.length + 2 });
  const code = recode(left.value, { name: '', ...left }, levels, { beyond: levels.length + 1 });
  return { kind: 'logical', value: { call: name, of: [code, place] } };
}

/** The number whose text this is, as R writes numbers: with 15 digits; undefined where it is none. */
function numberOfText(text: Level, kind: string): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const number = Number(text);
  const spelt = kind === 'integer' ? String(number) : numberText(number);
  return Number.isFinite(number) && spelt === text ? printed(number) : undefined;
}

/** The place of a number's text among others, from 1; 0 where it is none of them. Throws a ModelError for dates and times. */
export function placeOfNumber({ kind, value }: Plain, texts: readonly Level[], label: string): Expression {
  if (kind === 'date' || kind === 'datetime') throw new ModelError(label, `a ${kind} among texts`, 'texts or numbers');
  if (kind === 'logical') {
    const [no, yes] = ['FALSE', 'TRUE'].map((text) => texts.indexOf(text) + 1);
    return { pick: { call: '+', of: [value, 1] }, values: [no as number, yes as number], missing: 0, beyond: 0 };
  }
  const found = texts.flatMap((text, at): [number, number][] => {
    const number = numberOfText(text, kind);
    return number === undefined ? [] : [[number, at + 1]];
  });
  if (found.length === 0) return 0;
  const place: Expression = { number: value, in: found.map(([number]) => number) };
  return { pick: place, values: found.map(([, at]) => at), missing: 0, beyond: 0 };
}

/** Whether a number's text is this one. */
function comparedNumber(name: string, value: Expression, text: string, kind: string): Expression {
  const number = numberOfText(text, kind);
  const isSame: Expression = number === undefined ? 0 : { call: '>', of: [{ number: value, in: [number] }, 0] };
  const answer: Expression = name === '==' ? isSame : { call: '-', of: [1, isSame] };
  return { call: 'ifelse', of: [{ call: 'is.na', of: [value] }, MISSING_VALUE, answer] };
}
