import { longSum } from '../../../shared/bodies/boosting/long-sum.ts';
import type { Discriminant } from '../../../shared/bodies/discriminant/discriminant.ts';
import { discriminantMeans } from '../../../shared/bodies/discriminant/sum.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import type { BoundStep } from '../../../shared/steps/kind.ts';
import { inputSchema } from '../../../shared/steps/pipeline.ts';
import { deparse } from '../../formula/deparse.ts';
import type { Read } from '../../formula/feature-table.ts';
import { attributesOf, classOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import { checkCoding } from '../linear/check-coding.ts';
import { readDesign } from '../linear/design.ts';
import { designSteps } from '../linear/inputs.ts';
import { withRange } from '../range.ts';

/** An lda or qda as a schema, the steps that make its columns, and what separates the classes. */
export type DiscriminantModel = {
  schema: Schema;
  steps?: BoundStep[];
  discriminant: Discriminant;
  means?: Float64Array;
  call: string;
  isOfFused: boolean;
  read?: Read;
};

/** Means of classes by columns, a row for each class. */
type Means = { cells: ArrayLike<number>; classes: number; width: number; names: string[] | undefined };

/** Most products that give the classes' places: two seconds. */
const MOST_PRODUCTS = 2 ** 31;

/** Turns what MASS's lda() or qda() returned into its discriminants (MASS, R/lda.R, R/qda.R). Throws a ModelError that names what is wrong. */
export function readDiscriminant(value: RValue, label: string): DiscriminantModel {
  const prior = element(value, 'prior');
  const means = readMeans(element(value, 'means'), label);
  const priors = Float64Array.from(numbersOf(prior, `${label}'s prior`));
  if (priors.length !== means.classes) throw new ModelError(`${label}'s prior`, `${priors.length} classes`, String(means.classes));
  const isLinear = classOf(value).includes('lda');
  // lda leaves classes without rows out of its prior; qda has them all.
  const classes = isLinear
    ? textsOf(attributesOf(prior as RValue).get('names'), `${label}'s prior`)
    : textsOf(element(value, 'lev'), `${label}'s lev`);
  const { features, ...rest } = inputsOf(value, means, label);
  const schema: Schema = { kind: 'classification', features, classes, takesMissing: false, types: ['class', 'prob'] };
  const discriminant = isLinear ? linear(value, priors, means, label) : quadratic(value, priors, means, label);
  const call = element(value, 'call');
  const columns = 'steps' in rest ? inputSchema(schema, rest.steps) : schema;
  const centred = discriminantMeans(columns, discriminant);
  return {
    ...{ ...rest, schema, discriminant, call: call?.type === 'language' ? deparse(call) : isLinear ? 'lda' : 'qda' },
    ...(centred ? { means: centred } : {}),
  };
}

function readMeans(value: RValue | undefined, label: string): Means {
  const cells = numbersOf(value, `${label}'s means`);
  const attributes = attributesOf(value as RValue);
  const [classes, width] = Array.from(numbersOf(attributes.get('dim'), `${label}'s dim of means`)) as [number, number];
  if (!(classes >= 1 && width >= 1 && cells.length === classes * width))
    throw new ModelError(`${label}'s means`, `${cells.length} cells`, `${classes} classes of ${width}`);
  const dimnames = attributes.get('dimnames');
  const [, columns] = dimnames ? listOf(dimnames, `${label}'s dimnames of means`) : [];
  return { cells, classes, width, names: columns?.type === 'character' ? textsOf(columns, `${label}'s columns`) : undefined };
}

function inputsOf(value: RValue, { cells, classes, width, names }: Means, label: string) {
  const [terms, xlevels, contrasts, call] = ['terms', 'xlevels', 'contrasts', 'call'].map((part) => element(value, part));
  if (terms) {
    const design = readDesign({ terms, xlevels, contrasts, call, hasDefaults: true }, label);
    const used = design.columns.length - (design.intercept ? 1 : 0);
    if (used !== width) throw new ModelError(`${label}'s formula`, `${used} columns`, `${width}, as its means have`);
    checkCoding(design, names, label);
    const steps = designSteps(design);
    return { features: design.features, ...(steps.length > 0 ? { steps } : {}), isOfFused: design.isOfFused, read: design.read };
  }
  const features = Array.from({ length: width }, (_, at): Feature => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < classes; row += 1) {
      least = Math.min(least, cells[at * classes + row]!);
      most = Math.max(most, cells[at * classes + row]!);
    }
    return withRange({ name: names?.[at] ?? `x${at + 1}`, type: 'number' }, [least, most]);
  });
  return { features, isOfFused: false, isUnnamed: names === undefined };
}

/** The centre is the mean of the means by their prior, in long doubles as colSums has it; the classes' places are computed as predict() does. */
function linear(value: RValue, prior: Float64Array, { cells, classes, width }: Means, label: string): Discriminant {
  const scaling = Float64Array.from(numbersOf(element(value, 'scaling'), `${label}'s scaling`));
  const dimensions = numbersOf(element(value, 'svd'), `${label}'s svd`).length;
  if (scaling.length !== width * dimensions) throw new ModelError(`${label}'s scaling`, `${scaling.length} cells`, `${width * dimensions}`);
  const centers = Float64Array.from({ length: width }, (_, at) => longSum(prior.map((share, row) => share * cells[at * classes + row]!)));
  if (classes * dimensions * width > MOST_PRODUCTS)
    throw new ModelError(
      label,
      `${classes} classes of ${width} columns in ${dimensions} dimensions`,
      `a product of at most ${MOST_PRODUCTS}`,
    );
  const places = new Float64Array(classes * dimensions);
  for (let row = 0; row < classes; row += 1) {
    const centred = centers.map((center, at) => cells[at * classes + row]! - center);
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      let sum = 0;
      for (let at = 0; at < width; at += 1) sum += centred[at]! * scaling[dimension * width + at]!;
      places[row * dimensions + dimension] = sum;
    }
  }
  return { dimensions, prior, centers, scaling, places };
}

function quadratic(value: RValue, prior: Float64Array, { cells, classes, width }: Means, label: string): Discriminant {
  const scaling = Float64Array.from(numbersOf(element(value, 'scaling'), `${label}'s scaling`));
  const ldet = Float64Array.from(numbersOf(element(value, 'ldet'), `${label}'s ldet`));
  const centers = Float64Array.from({ length: classes * width }, (_, cell) => cells[(cell % width) * classes + Math.floor(cell / width)]!);
  return { dimensions: width, prior, centers, scaling, ldet };
}
