import { labelIn } from '../html/fields.ts';
import type { Words } from '../words/words.ts';
import type { PageData, PageFeature, Predicted, Value, Votes } from './data.ts';

/** A prediction as the numbers its plot is drawn from: one a line (each class's share, or one number). */
export function numbersOf(data: PageData, prediction: Predicted, time: number): number[] {
  if (typeof prediction === 'number') return [prediction];
  // A class alone, where nobody tells its votes: all or nothing.
  if (typeof prediction === 'string') return data.classes.map((label) => (label === prediction ? 1 : 0));
  if (!Array.isArray(prediction)) return labelsOf(data, prediction).map((label) => prediction[label]!);
  if (data.votes) return votedShares(data.votes, prediction);
  return isSeveral(data, prediction) ? prediction : [prediction[time] ?? Number.NaN];
}

/** The share of the trees that vote for each class, in class order, from every tree's class. */
function votedShares({ codes = [] }: Votes, prediction: number[]): number[] {
  const counts = new Map<number, number>();
  for (const code of prediction) counts.set(code, (counts.get(code) ?? 0) + 1);
  return codes.map((code) => (counts.get(code) ?? 0) / prediction.length);
}

/** Whether a prediction is several numbers that are no curve: those of a model of several targets. */
export function isSeveral({ kind, votes }: PageData, prediction: Predicted): prediction is number[] {
  return Array.isArray(prediction) && kind !== 'survival' && !votes;
}

/** The names of a prediction's lines: its classes, the places of several numbers, or none where there is one. */
export function linesOf(data: PageData, words: Words, prediction: Predicted): string[] {
  if (isSeveral(data, prediction)) return prediction.map((_, at) => words.number(at + 1));
  const labels = data.kind === 'classification' ? data.classes : isShares(prediction) ? labelsOf(data, prediction) : undefined;
  return labels?.map((label) => className(data, words, label)) ?? [''];
}

/** The columns of an answer with their values, in their order; undefined where an answer is something else. */
export function cellsOf({ kind, columns }: PageData, prediction: Predicted | undefined): [string, Value][] | undefined {
  if (kind !== 'columns' || typeof prediction !== 'object') return undefined;
  const cells = prediction as Record<string, Value>;
  return columns!.map((name) => [name, cells[name] as Value]);
}

/** A column's value as people read it. */
export function cellText(words: Words, value: Value): string {
  if (value === null) return words.text('missing');
  if (typeof value === 'boolean') return words.text(value ? 'yes' : 'no');
  if (typeof value !== 'number') return value;
  const notation = Math.abs(value) < 1e15 ? 'standard' : 'scientific';
  // Years and numbers of things have no marks between their digits, and keep all of them.
  const digits = Number.isInteger(value) && notation === 'standard' ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 6 };
  return words.number(value, { ...digits, notation, useGrouping: false });
}

/** Whether a prediction is a share for each class. */
export function isShares(prediction: Predicted | undefined): prediction is Record<string, number> {
  return typeof prediction === 'object' && !Array.isArray(prediction);
}

/** What people see of a class: the card's words for it, else its label. */
export function className({ card }: PageData, words: Words, label: string): string {
  return words.label(labelIn(card.answer?.classes, label));
}

/** A label in words, and as the data and requests have it. */
export function inWords(text: string, label: string): string {
  return text === label ? label : `${text} (${label})`;
}

/** The labels of shares, in class order. */
export function labelsOf({ kind, classes }: PageData, shares: Record<string, number>): string[] {
  return kind === 'columns' ? Object.keys(shares) : classes;
}

/** Whether the numbers of a model's answers are shares of 1, shown as percentages. */
export function isShare(data: PageData): boolean {
  return (
    ['probability', 'survival', 'classification'].includes(data.kind) || (data.kind === 'regression' && data.card.answer?.percent === true)
  );
}

/** A number of an answer as people read it. */
export function readable(data: PageData, words: Words, value: number): string {
  const unit = isShare(data) ? '' : unitOf(data, words);
  return `${short(data, words, value)}${unit && ` ${unit}`}`;
}

/** A number of an answer without its unit. */
function short(data: PageData, words: Words, value: number): string {
  if (isShare(data)) return words.number(value, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  // No digit before the decimal mark becomes a 0.
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e15) return words.number(value, { maximumFractionDigits: 0 });
  return words.number(value, { maximumSignificantDigits: 4, notation: size < 1e15 ? 'standard' : 'scientific' });
}

/** The unit of the answers; empty where the card has none. */
export function unitOf({ card }: PageData, words: Words): string {
  return words.label(card.answer?.unit ?? '');
}

/** A time with its unit, or called a time where the card has none. */
export function timeName(data: PageData, words: Words, time: number): string {
  return `${words.number(time)} ${unitOf(data, words) || `(${words.text('time')})`}`;
}

/** A feature's label with its unit. */
export function nameOf(feature: PageFeature, words: Words): string {
  const name = words.label(feature.label ?? feature.name);
  return 'unit' in feature && feature.unit !== undefined ? `${name} (${words.label(feature.unit)})` : name;
}

/** A short number for an axis. */
export function tick(data: PageData, words: Words, value: number): string {
  if (isShare(data)) return words.number(value, { style: 'percent', maximumFractionDigits: 2 });
  return words.number(value, { maximumSignificantDigits: 9, notation: Math.abs(value) >= 1e6 ? 'compact' : 'standard' });
}

/** The time at which survival first falls to a half or below; undefined where it does not within the times. */
export function medianTime(survival: number[], times: number[]): number | undefined {
  return times[survival.findIndex((share) => share <= 0.5)];
}

/** The parts of a prediction in one line; a part that it has not is empty or undefined. */
export type Headline = { main: string; share?: string; unit?: string };

/** What a prediction says: a number or a time with its unit, or a class with its share. */
export function headline(data: PageData, words: Words, prediction: Predicted, times: number[]): Headline {
  if (typeof prediction === 'number') return { main: short(data, words, prediction), unit: isShare(data) ? '' : unitOf(data, words) };
  if (typeof prediction === 'string') return { main: className(data, words, prediction) };
  if (Array.isArray(prediction)) {
    if (isSeveral(data, prediction))
      return { main: prediction.map((value) => short(data, words, value)).join(' · '), unit: isShare(data) ? '' : unitOf(data, words) };
    const at = medianTime(prediction, times) ?? times[times.length - 1] ?? 0;
    const share = prediction[times.indexOf(at)];
    const lasting = share === undefined ? {} : { share: `${readable(data, words, share)} ${words.text('lastLonger')}` };
    return { main: words.number(at), unit: unitOf(data, words), ...lasting };
  }
  const cells = cellsOf(data, prediction);
  if (cells) return { main: `${words.number(cells.length)} ${words.text('columns')}` };
  const best = bestOf(data, prediction);
  return { main: className(data, words, best), share: readable(data, words, prediction[best]!) };
}

/** The label with the greatest share, the first of several. */
export function bestOf(data: PageData, shares: Record<string, number>): string {
  const labels = labelsOf(data, shares);
  return labels.reduce((best, label) => (shares[label]! > shares[best]! ? label : best), labels[0] ?? '');
}

/** The place among the classes of the one a prediction names; 0 where it names none. */
export function classOf(data: PageData, prediction: Predicted): number {
  if (typeof prediction === 'string') return Math.max(0, data.classes.indexOf(prediction));
  if (typeof prediction !== 'object' || Array.isArray(prediction)) return 0;
  return labelsOf(data, prediction).indexOf(bestOf(data, prediction));
}
