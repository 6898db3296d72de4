import type { PageData, Predicted } from '../base/data.ts';
import { bestOf, className, isShares, readable } from '../base/reading.ts';
import type { Words } from '../words/words.ts';

/** All answers to a file in short. */
export type Count = {
  add(prediction: Predicted | undefined): void;
  /** How many rows each class has, or the least, greatest and average number; empty where an answer is neither. */
  text(words: Words): string;
};

/** Starts to count the answers. */
export function createCount(data: PageData): Count {
  const classes = new Map(data.classes.map((label) => [label, 0]));
  let [least, greatest, sum, numbers] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  return {
    add: (prediction) => {
      if (typeof prediction === 'number') {
        least = Math.min(least, prediction);
        greatest = Math.max(greatest, prediction);
        sum += prediction;
        numbers += 1;
      } else if (data.kind !== 'columns' && (typeof prediction === 'string' || isShares(prediction))) {
        const label = typeof prediction === 'string' ? prediction : bestOf(data, prediction);
        classes.set(label, (classes.get(label) ?? 0) + 1);
      }
    },
    text: (words) => {
      const [from, to, mean] = [least, greatest, sum / numbers].map((value) => readable(data, words, value));
      if (numbers > 0) return `${words.text('allAnswers')} ${from} … ${to}, ${words.text('onAverage')} ${mean}`;
      const told = [...classes].map(([label, rows]) => `${words.number(rows)} × ${className(data, words, label)}`);
      return [...classes.values()].some((rows) => rows > 0) ? `${words.text('allAnswers')} ${told.join(' · ')}` : '';
    },
  };
}
