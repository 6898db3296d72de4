import { ModelError } from '../../shared/errors.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { readTerms } from '../formula/terms.ts';
import { attributesOf, listOf, numbersOf, type RValue, textsOf } from '../rds/values.ts';
import { levelsByNames } from './levels-by-names.ts';
import { checkCoding } from './linear/check-coding.ts';
import { readDesign } from './linear/design.ts';
import { designSteps } from './linear/inputs.ts';
import { withRange } from './range.ts';
import type { Imported } from './reader.ts';

/** Support vectors side by side, `width` numbers each, and the names of their columns. */
export type VectorMatrix = { rows: Float64Array; count: number; width: number; names: string[] | undefined };
/** The same with what each column was scaled by. */
export type ScaledMatrix = VectorMatrix & { centers: Float64Array; scales: Float64Array };

/** The features of a support vector machine, and what else the columns that it takes say of it. */
export type VectorInputs = Pick<Imported, 'steps' | 'lacking' | 'isUnnamed' | 'isOfFused' | 'read'> & { features: Feature[] };

/**
 * What a machine takes: the columns of its formula's model matrix, whose factors have their levels from the columns' names; or, without
 * terms, the columns of a matrix. Throws a ModelError that names what is wrong.
 */
export function vectorInputs(call: RValue | undefined, terms: RValue | undefined, matrix: ScaledMatrix, label: string): VectorInputs {
  const { names, width } = matrix;
  if (!terms) {
    const features = Array.from({ length: width }, (_, at) => ranged({ name: names?.[at] ?? `x${at + 1}`, type: 'number' }, matrix, at));
    return { features, isUnnamed: names === undefined };
  }
  const read = readTerms(terms, `${label}'s terms`);
  if (read.offsets.length > 0) throw new ModelError(label, 'an offset, which its predict() leaves out', 'a formula without offset()');
  const { xlevels, lacking } = levelsByNames(read, names ?? [], `${label}'s formula`);
  const design = readDesign({ terms, xlevels, contrasts: undefined, call, hasDefaults: true }, label);
  const columns = design.columns.slice(design.intercept ? 1 : 0);
  if (columns.length !== width)
    throw new ModelError(`${label}'s formula`, `${columns.length} columns`, `${width}, as its support vectors have`);
  checkCoding(design, names, label);
  const steps = designSteps(design);
  const places = columns.map(([first, ...rest]) =>
    rest.length === 0 && typeof first === 'object' && 'feature' in first ? first.feature : -1,
  );
  const features = design.features.map((feature, place) => {
    const column = places.indexOf(place);
    return column < 0 ? feature : ranged(feature, matrix, column);
  });
  return {
    features,
    read: design.read,
    isOfFused: design.isOfFused,
    ...(steps.length > 0 ? { steps } : {}),
    ...(lacking.size > 0 ? { lacking } : {}),
  };
}

/** The support vectors of a matrix, side by side. Throws a ModelError where it is none. */
export function readVectors(value: RValue | undefined, label: string): VectorMatrix {
  const cells = numbersOf(value, label);
  const attributes = attributesOf(value as RValue);
  const [count, width] = Array.from(numbersOf(attributes.get('dim'), `${label}'s dim`)) as [number, number];
  if (!(count >= 1 && width >= 1 && cells.length === count * width))
    throw new ModelError(label, `${cells.length} numbers`, `${count} vectors of ${width}`);
  const rows = Float64Array.from({ length: count * width }, (_, at) => cells[(at % width) * count + Math.floor(at / width)]!);
  const dimnames = attributes.get('dimnames');
  const names = dimnames && listOf(dimnames, `${label}'s dimnames`)[1];
  return { rows, count, width, names: names?.type === 'character' ? textsOf(names, `${label}'s columns`) : undefined };
}

/** A feature with the range of a column among the support vectors. */
function ranged(feature: Feature, { rows, count, width, centers, scales }: ScaledMatrix, column: number): Feature {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at += 1) {
    const value = rows[at * width + column]! * scales[column]! + centers[column]!;
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  return Number.isFinite(least) && Number.isFinite(most) ? withRange(feature, [least, most]) : feature;
}
