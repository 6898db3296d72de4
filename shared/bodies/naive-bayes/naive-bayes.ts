import { ModelError } from '../../errors.ts';
import { libraryOf, type MathLibrary } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import type { Column } from '../../steps/kind.ts';
import { longSum } from '../boosting/long-sum.ts';
import { checkClasses, classesOf, firstLargest } from '../class-answers.ts';
import { normalDensity } from './density.ts';

/**
 * A naive Bayes classifier: the counts of the classes (or their chances), and a table for each input: of a number a mean and a standard
 * deviation for each class, of levels a chance for each level (`widths[k]` of them) and class, level by level.
 */
export type NaiveBayes = { apriori: Float64Array; widths: Uint32Array; tables: Float64Array };

/** What e1071's predict() puts for a chance or a standard deviation of 0. */
export const THRESHOLD = 0.001;

/** The classes or their chances, row by row (e1071, predict.naiveBayes). A missing value says nothing. */
export function predictNaiveBayes(schema: Schema, model: NaiveBayes, rows: Float64Array, { type }: Parameters): Float64Array {
  const library = libraryOf(schema.libm);
  const width = schema.features.length;
  const classes = model.apriori.length;
  const prior = model.apriori.map(library.log);
  const chancesOf = logChances(schema, model);
  const out = new Float64Array((rows.length / width) * classes);
  const logs = new Float64Array(width);
  for (let row = 0; row < rows.length / width; row += 1) {
    const chances = chancesOf(rows.subarray(row * width, (row + 1) * width));
    for (let k = 0; k < classes; k += 1) {
      for (let at = 0; at < width; at += 1) logs[at] = chances[at * classes + k]!;
      out[row * classes + k] = prior[k]! + longSum(logs);
    }
  }
  if (type === 'class') return classesOf(out, classes, firstLargest);
  for (let start = 0; start < out.length; start += classes) shares(out.subarray(start, start + classes), library);
  return out;
}

/** Gives the logarithm of the chance of each value of a row in each class: an input, a class. A missing value has 0. */
export function logChances({ features, libm }: Schema, model: NaiveBayes): (row: Float64Array) => Float64Array {
  const library = libraryOf(libm);
  const classes = model.apriori.length;
  const starts = startsOf(model);
  const isNumber = features.map(({ type }) => type === 'number');
  return (row) => {
    const out = new Float64Array(row.length * classes);
    row.forEach((value, at) => {
      if (Number.isNaN(value)) return;
      for (let k = 0; k < classes; k += 1) {
        const chance = chanceOf(model, { value, start: starts[at]!, isNumber: isNumber[at]!, k }, library);
        out[at * classes + k] = library.log(chance <= 0 ? THRESHOLD : chance);
      }
    });
    return out;
  };
}

type Asked = { value: number; start: number; isNumber: boolean; k: number };

/** The chance, or density, of a value in a class. A logical's FALSE is its first level. */
function chanceOf({ apriori, tables }: NaiveBayes, { value, start, isNumber, k }: Asked, { exp }: MathLibrary): number {
  const classes = apriori.length;
  if (!isNumber) return tables[start + (value - 1) * classes + k]!;
  const deviation = tables[start + classes + k]!;
  return normalDensity(value, tables[start + k]!, deviation <= 0 ? THRESHOLD : deviation, exp);
}

/** Logarithms as chances: each is one by the sum of all relative to it. */
function shares(logs: Float64Array, { exp }: MathLibrary): void {
  const made = logs.map((one) => 1 / longSum(logs.map((other) => exp(other - one))));
  logs.set(made);
}

/** Where each input's table starts. */
export function startsOf({ apriori, widths }: NaiveBayes): number[] {
  let at = 0;
  return Array.from(widths, (width) => {
    at += width * apriori.length;
    return at - width * apriori.length;
  });
}

/** Checks a classifier from a file, so that predictNaiveBayes needs no check. Throws a ModelError that names what is wrong. */
export function checkNaiveBayes(schema: Schema, { apriori, widths, tables }: NaiveBayes, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s naive Bayes`, found, expected);
  checkClasses(schema, apriori.length, `${label}'s naive Bayes`);
  if (widths.length !== schema.features.length) throw fail(`${widths.length} tables`, `${schema.features.length}, one an input`);
  const cells = widths.reduce((sum, width) => sum + width, 0) * apriori.length;
  if (tables.length !== cells) throw fail(`${tables.length} cells of tables`, String(cells));
  if (!apriori.every((one) => one > 0 && Number.isFinite(one))) throw fail('a class without training rows', 'counts above 0');
  if (!tables.every(Number.isFinite)) throw fail('a cell that is not finite', 'finite ones');
  schema.features.forEach((feature: Column, at) => {
    const levels = feature.type === 'factor' ? feature.levels.length : undefined;
    const expected = feature.type === 'number' ? 2 : levels;
    if (expected === undefined || widths[at] !== expected)
      throw fail(`${widths[at]} columns for "${feature.name}"`, expected === undefined ? 'a number or a factor' : String(expected));
  });
}
