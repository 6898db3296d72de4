import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, element, numbersOf, type RValue, textsOf } from '../../rds/values.ts';

/** Largest number of a node: rpart's trees are at most 30 deep. */
const MAX_NODE = 2 ** 31;

/** The columns of rpart's frame that say what splits there are, a row a node. */
export type Frame = {
  numbers: number[];
  isLeaf: boolean[];
  cases: ArrayLike<number>;
  competitors: ArrayLike<number>;
  surrogates: ArrayLike<number>;
};

/** The frame of an rpart object, checked. Throws a ModelError that names the column at fault. */
export function readFrame(frame: RValue | undefined, label: string): Frame {
  if (!frame) throw new ModelError(label, 'an rpart object without its frame', 'what rpart() returned');
  const part = (name: string) => numbersOf(element(frame, name), `${label}'s ${name}`);
  const isLeaf = leavesOf(element(frame, 'var'), `${label}'s var`);
  const counts = { cases: part('n'), competitors: part('ncompete'), surrogates: part('nsurrogate') };
  const numbers = rowNumbers(attributesOf(frame).get('row.names'), `${label}'s row names`);
  for (const { length } of [isLeaf, counts.cases, counts.competitors, counts.surrogates]) {
    if (length !== numbers.length)
      throw new ModelError(`${label}'s frame`, `columns of ${length} and ${numbers.length} rows`, 'one length');
  }
  if (
    numbers[0] !== 1 ||
    !numbers.every((number) => Number.isInteger(number) && number >= 1 && number < MAX_NODE) ||
    new Set(numbers).size !== numbers.length
  ) {
    throw new ModelError(`${label}'s nodes`, numbers.slice(0, 10).join(', '), 'numbers of nodes, each once and from 1 on');
  }
  for (const list of [counts.competitors, counts.surrogates]) {
    if (!list.every((count) => Number.isInteger(count) && count >= 0))
      throw new ModelError(`${label}'s frame`, 'other counts of splits', 'whole numbers');
  }
  return { numbers, isLeaf, ...counts };
}

/** Which nodes are leaves: `var` is a factor, or, in old files, texts. */
function leavesOf(value: RValue | undefined, label: string): boolean[] {
  if (value?.type === 'character') return value.values.map((text) => text === '<leaf>');
  const levels = textsOf(value && attributesOf(value).get('levels'), `${label}'s levels`);
  return Array.from(numbersOf(value, label), (code) => {
    const text = levels[code - 1];
    if (text === undefined) throw new ModelError(label, `the code ${code}`, `1 to ${levels.length}`);
    return text === '<leaf>';
  });
}

/** Row names as numbers; R keeps 1 to n as NA and -n. */
function rowNumbers(value: RValue | undefined, label: string): number[] {
  if (value?.type === 'character') return value.values.map(Number);
  const numbers = Array.from(numbersOf(value, label));
  if (numbers.length !== 2 || !Number.isNaN(numbers[0])) return numbers;
  const count = Math.abs(numbers[1]!);
  // A tree of nodes 1 to n has n of 1 or 3: all else skips a number.
  if (!(count <= 3)) throw new ModelError(label, `${count} rows by number`, 'the numbers of nodes');
  return Array.from({ length: count }, (_, at) => at + 1);
}
