import type { Explanation } from '../../schema/explanation.ts';
import type { PageData, Value } from '../base/data.ts';
import { cellText, className, isShare, readable } from '../base/reading.ts';
import { isTime, levelLabel, timeText } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import { type Step, waterfallOf } from './waterfall.ts';

/** How many inputs are named. */
const TOLD = 3;

/** The reasons in short sentences: where the answer starts, the strongest steps, where it ends. */
export function whyText(data: PageData, why: Explanation, values: Value[], words: Words): string {
  const { start, end, steps } = waterfallOf(why.baseline, why.contributions, TOLD);
  const { text } = words;
  const told = steps.map((step) => {
    const name = inputText(data, values, step, words);
    if (step.by === 0) return `${name}: ${text('whyNothing')}.`;
    if (step.name === undefined) return `${name}: ${changeText(data, words, step.by)}.`;
    return `${name} ${text(step.by > 0 ? 'whyAdds' : 'whyTakes')} ${amountText(data, words, Math.abs(step.by))}.`;
  });
  const ofClass = why.class === undefined ? [] : [`${text('whyOf')} ${className(data, words, why.class)}.`];
  const at = (key: string, value: number) => `${text(key)} ${numberText(data, words, value)}.`;
  return [...ofClass, at('whyStarts', start), ...told, at('whyEnds', end)].join(' ');
}

/** The strongest reasons in one line, for a cell of a table: each input with its value and its change. */
export function reasonsText(data: PageData, why: Explanation, values: Value[], words: Words): string {
  const { steps } = waterfallOf(why.baseline, why.contributions, TOLD);
  const told = steps.filter(({ name, by }) => name !== undefined && by !== 0).slice(0, TOLD);
  return told.map((step) => `${inputText(data, values, step, words)}: ${changeText(data, words, step.by)}`).join('; ');
}

/** An input with its value, or how many inputs are one step. */
export function inputText(data: PageData, values: Value[], { name, inputs }: Step, words: Words): string {
  if (name === undefined) return `${words.number(inputs)} ${words.text('whyOthers')}`;
  const at = data.features.findIndex((feature) => feature.name === name);
  const feature = data.features[at];
  // An endpoint with another model may have other inputs.
  if (!feature) return name;
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
export function numberText(data: PageData, words: Words, value: number): string {
  return data.explain?.output === 'margin' ? words.number(value, { maximumSignificantDigits: 4 }) : readable(data, words, value);
}

/** How much a step changes, without a sign: points of a hundred where the answer is a share. */
export function amountText(data: PageData, words: Words, value: number): string {
  if (data.explain?.output === 'margin' || !isShare(data)) return numberText(data, words, value);
  return `${words.number(100 * value, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ${words.text('points')}`;
}

/** How much a step changes, with its sign. */
export function changeText(data: PageData, words: Words, by: number): string {
  return `${by > 0 ? '+' : by < 0 ? '−' : ''}${amountText(data, words, Math.abs(by))}`;
}
