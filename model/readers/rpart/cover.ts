import { element, numbersOf, type RValue } from '../../rds/values.ts';

/** How far the parts of training rows may be from another measure of them, relatively, and count as the same. */
const CLOSE = 1e-9;

/**
 * The weight of the training rows in each leaf, by rpart's frame; of a class tree with other priors than the data's, the probability
 * of each leaf by these (the last column of yval2), of which the shares at the root are the mean. Undefined where the frame has none.
 */
export function readCover(
  frame: RValue,
  { left }: { left: Uint32Array },
  classes: number | undefined,
  label: string,
): number[] | undefined {
  const column = element(frame, 'wt');
  const weights = column && numbersOf(column, `${label}'s wt`);
  if (weights?.length !== left.length) return undefined;
  const matrix = element(frame, 'yval2');
  const cells = classes !== undefined && matrix ? numbersOf(matrix, `${label}'s yval2`) : [];
  const last = 1 + 2 * (classes ?? 0);
  const hasChances = cells.length === left.length * (last + 1);
  const ofLeaves = (read: (node: number) => number) =>
    Array.from(left, (_, node) => node).flatMap((node) => (left[node] === 0 ? [read(node)] : []));
  const cover = ofLeaves((node) => weights[node]!);
  if (!hasChances) return cover;
  const chances = ofLeaves((node) => cells[last * left.length + node]!);
  const [all, whole] = [cover, chances].map((list) => list.reduce((sum, one) => sum + one, 0)) as [number, number];
  const isSame = chances.every((chance, leaf) => Math.abs(chance / whole - cover[leaf]! / all) <= CLOSE);
  return isSame ? cover : chances;
}
