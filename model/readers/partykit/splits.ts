import { ModelError } from '../../../shared/errors.ts';
import type { Level } from '../../../shared/schema/features.ts';
import { element, numbersOf, type RValue } from '../../rds/values.ts';
import type { Split } from '../rpart/rpart.ts';

/** A variable of the training data as the tree's input. */
export type SplitInput = { input: number; levels: Level[] | undefined };

const TWO = Int32Array.of(1, 2);

/** A partysplit as a split of two ways (partykit, kidids_split). Throws a ModelError for a split of more. */
export function readSplit(value: RValue, inputs: ReadonlyMap<number, SplitInput>, label: string): Split {
  const [varid] = numbersOf(element(value, 'varid'), `${label}'s varid`);
  const found = inputs.get(varid ?? 0);
  if (!found) throw new ModelError(`${label}'s varid`, String(varid), 'the place of a variable of its formula');
  const { input, levels } = found;
  const [breaks, index] = ['breaks', 'index'].map((name) => element(value, name));
  const ways = index ? numbersOf(index, `${label}'s index`) : TWO;
  if (!Array.from<number>(ways).every((way) => way === 1 || way === 2 || Number.isNaN(way)))
    throw new ModelError(label, 'a split of more than two ways', 'a tree with multiway = FALSE');
  if (breaks) {
    const [bound, ...more] = numbersOf(breaks, `${label}'s breaks`);
    const [below, above] = ways;
    const isBound = bound !== undefined && bound > Number.NEGATIVE_INFINITY;
    if (more.length > 0 || ways.length !== 2 || !isBound || below! + above! !== 3)
      throw new ModelError(`${label}'s breaks`, `${more.length + 1} breaks and ${ways.length} ways`, 'one break and two ways');
    // With MIA = TRUE a tree may split the missing values from all others, by the break Inf: nothing that is there is above it.
    if (bound === Number.POSITIVE_INFINITY) return { input, categories: below === 1 ? 1 : 0, threshold: -Number.MAX_VALUE, sides: [] };
    const [right] = numbersOf(element(value, 'right'), `${label}'s right`);
    // What is no greater than the break is below the next double.
    return { input, categories: below === 1 ? 0 : 1, threshold: right === 0 ? bound : doubleAbove(bound), sides: [] };
  }
  if (!levels || ways.length < levels.length)
    throw new ModelError(`${label}'s index`, `${ways.length} ways`, 'one for each level of a factor');
  const sides = levels.map((_, level) => (Number.isNaN(ways[level]) ? 0 : ways[level]!));
  return { input, categories: Math.max(2, levels.length), threshold: 0, sides: levels.length < 2 ? [...sides, 0] : sides };
}

/** Where R sends a value that is missing: left (1) or right (2); 0 where it draws one of them. */
export function missingWay(value: RValue, label: string): number {
  const prob = element(value, 'prob');
  if (!prob) return 0;
  const [left = 0, right = 0, ...more] = numbersOf(prob, `${label}'s prob`);
  if (more.length > 0 || !(left >= 0 && right >= 0)) throw new ModelError(`${label}'s prob`, 'other chances', 'one for each of two ways');
  return left > 0 && right === 0 ? 1 : right > 0 && left === 0 ? 2 : 0;
}

const view = new DataView(new ArrayBuffer(8));

/** The least double above a finite one. */
function doubleAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
