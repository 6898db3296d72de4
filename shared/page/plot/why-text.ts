import type { Explanation } from '../../schema/explanation.ts';
import type { PageData, Value } from '../base/data.ts';
import { cellText, className, isShare, readable, timeName, unitOf } from '../base/reading.ts';
import { isTime, levelLabel, timeText } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import { roundedWay, type Step, type Waterfall, waterfallOf } from './waterfall.ts';

/** How many inputs are named in sentences and cells. */
const TOLD = 3;
/** Digits of a number that is no share, and most decimals of it. */
const [DIGITS, MOST_DECIMALS] = [4, 12];

/** The reasons of an answer; `time` where they are those of a curve at one time. */
export type Reasons = Explanation & { time?: number };

/** A way with its numbers as they are read: rounded so that they add up. */
export type Shown = { all: Waterfall; decimals: number; start: number; end: number; changes: number[] };

/** The way of some reasons. */
export function shownOf(data: PageData, why: Reasons): Shown {
  const all = waterfallOf(why.baseline, why.contributions);
  const decimals = isPercent(data) ? 3 : decimalsOf(all);
  return { all, decimals, ...roundedWay(all, decimals) };
}

/** Whether what is explained is a share of 1, shown in percent. */
export function isPercent(data: PageData): boolean {
  return data.explain?.output !== 'margin' && isShare(data);
}

/** So many decimals that the end has four digits that count; of an end of 0 the largest number. */
function decimalsOf({ end, low, high }: Waterfall): number {
  const size = Math.floor(Math.log10(Math.abs(end) || Math.max(Math.abs(low), Math.abs(high)) || 1));
  return Math.min(MOST_DECIMALS, Math.max(0, DIGITS - 1 - size));
}

/** What is explained: a class, or what of a curve at which time; empty where there is but one number. */
function whatText(data: PageData, why: Reasons, words: Words): string {
  if (why.time !== undefined) return `“${words.text('lasting')} ${timeName(data, words, why.time)}”`;
  return why.class === undefined ? '' : `“${className(data, words, why.class)}”`;
}

/** The reasons in short sentences: what is explained, the average answer, the strongest steps, and the answer. */
export function whyText(data: PageData, why: Reasons, values: Value[], words: Words): string {
  const { all, decimals, start, end, changes } = shownOf(data, why);
  const { text } = words;
  const told = all.steps.slice(0, TOLD).flatMap((step, at) => {
    if (step.name === undefined) return [];
    const name = inputText(data, values, step, words);
    const by = changes[at]!;
    if (by === 0) return [`${name}: ${text('whyNothing')}.`];
    const amount = amountText(data, words, Math.abs(by), decimals);
    return [`${name} ${text(by > 0 ? 'whyAdds' : 'whyTakes')} ${amount}${isPercent(data) ? ` ${text('points')}` : ''}.`];
  });
  const what = whatText(data, why, words);
  const at = (key: string, value: number) => `${text(key)} ${numberText(data, words, value, decimals)}.`;
  const starts = what ? `${text('whyOf')} ${what} ${at('whyAverage', start)}` : at('whyStarts', start);
  return [starts, ...told, at('whyEnds', end)].join(' ');
}

/**
 * The strongest reasons in one line, for a cell of a table: what is explained, then each input with its value and its change. Those that
 * speak for a class stand before those that speak against it.
 */
export function reasonsText(data: PageData, why: Reasons, values: Value[], words: Words): string {
  const { all, decimals, changes } = shownOf(data, why);
  const told = all.steps.slice(0, TOLD).flatMap((step, at) => {
    const by = changes[at]!;
    if (step.name === undefined || by === 0) return [];
    return [{ by, text: `${inputText(data, values, step, words)} ${changeText(data, words, by, decimals)}` }];
  });
  const what = whatText(data, why, words);
  const joined = (some: { text: string }[]) => some.map(({ text }) => text).join('; ');
  if (why.class === undefined || why.time !== undefined) return `${what && `${what}: `}${joined(told)}`;
  const sides = [
    ['whyFor', told.filter(({ by }) => by > 0)],
    ['whyAgainst', told.filter(({ by }) => by < 0)],
  ] as const;
  return sides
    .filter(([, some]) => some.length > 0)
    .map(([key, some], place) => `${words.text(key)} ${place === 0 ? what : words.text('whyIt')}: ${joined(some)}`)
    .join('; ');
}

/** An input with its value, or how many inputs are one step. */
export function inputText(data: PageData, values: Value[], { name, inputs }: Step, words: Words): string {
  if (name === undefined) return `${words.number(inputs)} ${words.text('whyOthers')}`;
  const at = data.features.findIndex((feature) => feature.name === name);
  const feature = data.features[at]!;
  const value = values[at] ?? null;
  const unit = 'unit' in feature && feature.unit !== undefined && value !== null ? ` ${words.label(feature.unit)}` : '';
  const isLevel = feature.type === 'factor' && (value !== null || feature.levels.includes(null));
  const told = isLevel
    ? words.label(levelLabel(feature, value === null ? null : String(value)))
    : isTime(feature) && value !== null
      ? timeText(feature, String(value)).replace('T', ' ')
      : cellText(words, value);
  return `${words.label(feature.label ?? name)} (${told}${unit})`;
}

/** A number on the way, as the answer is written; a score of the model has no unit. */
export function numberText(data: PageData, words: Words, value: number, decimals: number): string {
  if (isPercent(data) || Math.abs(value) >= 1e15) return readable(data, words, value);
  const unit = data.explain?.output === 'margin' ? '' : unitOf(data, words);
  return `${words.number(value, { maximumFractionDigits: decimals })}${unit && ` ${unit}`}`;
}

/** How much a step changes, without a sign: of a share in percentage points, which its heading or the words behind it say. */
export function amountText(data: PageData, words: Words, value: number, decimals: number): string {
  if (!isPercent(data)) return numberText(data, words, value, decimals);
  return words.number(100 * value, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** How much a step changes, with its sign. */
export function changeText(data: PageData, words: Words, by: number, decimals: number): string {
  return `${by > 0 ? '+' : by < 0 ? '−' : ''}${amountText(data, words, Math.abs(by), decimals)}`;
}
