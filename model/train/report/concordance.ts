import type { TrainingData } from '../data/data.ts';

/** Harrell's concordance index, as ranger counts it (src/utility.cpp): `sums[i]` is the summed hazard of the row `rows[i]`. */
export function concordance({ y, status }: Pick<TrainingData, 'y' | 'status'>, sums: Float64Array, rows: Uint32Array): number {
  let concordant = 0;
  let permissible = 0;
  for (let i = 0; i < sums.length; i += 1) {
    const [timeI, statusI, sumI] = [y[rows[i] as number]!, status[rows[i]!], sums[i]!];
    for (let j = i + 1; j < sums.length; j += 1) {
      const [timeJ, statusJ, sumJ] = [y[rows[j] as number]!, status[rows[j]!], sums[j]!];
      if ((timeI < timeJ && statusI === 0) || (timeJ < timeI && statusJ === 0) || (timeI === timeJ && statusI === statusJ)) continue;
      permissible += 1;
      if ((timeI < timeJ && sumI > sumJ) || (timeJ < timeI && sumJ > sumI)) concordant += 1;
      else if (sumI === sumJ) concordant += 0.5;
    }
  }
  return concordant / permissible;
}
