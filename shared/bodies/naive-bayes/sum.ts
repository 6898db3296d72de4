import { logOdds } from '../../explain/log-odds.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { SumKind } from '../sum-kind.ts';
import { logChances, type NaiveBayes } from './naive-bayes.ts';

/** The logarithm of a class's chance is, but for what all classes share, that of its count and, for each input, that of the value's chance in the class. */
export const SUM_NAIVE_BAYES: SumKind<NaiveBayes> = {
  types: ['naiveBayes'],
  sum: ({ features }, { apriori }) => {
    if (apriori.length < 2) return undefined;
    const summands = [[], ...features.map((_, input) => [input])];
    return { summands, isResponse: false, numbers: summands.length * apriori.length, isOfClasses: true };
  },
  values: (schema, model, rows) => {
    const [width, classes] = [schema.features.length, model.apriori.length];
    const start = startOf(schema, model);
    const chancesOf = logChances(schema, model);
    const out = new Float64Array((rows.length / width) * (width + 1) * classes);
    for (let row = 0; row < rows.length / width; row += 1) {
      const at = row * (width + 1) * classes;
      out.set(start, at);
      out.set(logOdds(chancesOf(rows.subarray(row * width, (row + 1) * width)), classes), at + classes);
    }
    return out;
  },
};

/** The log-odds of the classes before any value is known. */
export function startOf({ libm }: Pick<Schema, 'libm'>, { apriori }: NaiveBayes): Float64Array {
  return logOdds(apriori.map(libraryOf(libm).log), apriori.length);
}
