/** How well a share separates the rows of a class from all others, whatever the threshold. */
export type Roc = {
  /** [false positives, true positives] as shares, from [0, 0] to [1, 1]: a point for each threshold that the shares have. */
  points: [number, number][];
  /** The area under it: how often a row of the class has a greater share than one of the others; a tie counts half. */
  auc: number;
};

/**
 * The receiver operating characteristic of shares, one a row, and whether each row is of the class. Rows without a share (NaN: never out
 * of a bag) are left out. Undefined where all the others are of the class, or none is.
 */
export function rocOf(shares: Float64Array, isOfClass: boolean[]): Roc | undefined {
  const rows = Array.from(shares.keys()).filter((row) => !Number.isNaN(shares[row]));
  rows.sort((one, other) => shares[other]! - shares[one]!);
  const ofClass = rows.filter((row) => isOfClass[row]).length;
  const others = rows.length - ofClass;
  if (ofClass === 0 || others === 0) return undefined;
  const points: [number, number][] = [[0, 0]];
  let [right, wrong, area] = [0, 0, 0];
  for (let at = 0; at < rows.length; ) {
    const share = shares[rows[at]!];
    const [rightBefore, wrongBefore] = [right, wrong];
    // Rows of one share are on the same side of every threshold.
    for (; at < rows.length && shares[rows[at]!] === share; at += 1) {
      if (isOfClass[rows[at]!]) right += 1;
      else wrong += 1;
    }
    area += ((wrong - wrongBefore) * (right + rightBefore)) / 2;
    points.push([wrong / others, right / ofClass]);
  }
  return { points, auc: area / (ofClass * others) };
}
