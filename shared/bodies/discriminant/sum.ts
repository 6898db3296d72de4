import { logOdds } from '../../explain/log-odds.ts';
import { libraryOf } from '../../math/library.ts';
import type { Schema } from '../../schema/features.ts';
import type { SumKind } from '../sum-kind.ts';
import type { Discriminant } from './discriminant.ts';

/**
 * Of a linear analysis, the logarithm of a class's chance is, but for what all classes share, its prior's logarithm less half the square
 * of its place, and for each input the distance to the centre times a weight. A quadratic one multiplies inputs.
 */
export const SUM_DISCRIMINANT: SumKind<Discriminant> = {
  types: ['discriminant'],
  sum: ({ features }, { places, prior }) => {
    if (!places || prior.length < 2) return undefined;
    const summands = [[], ...features.map((_, input) => [input])];
    return { summands, isResponse: false, numbers: summands.length * prior.length, isOfClasses: true };
  },
  values: (schema, model, rows) => {
    const [width, classes] = [schema.features.length, model.prior.length];
    const [start, weights] = [startOf(schema, model), weightsOf(model, width)];
    const out = new Float64Array((rows.length / width) * (width + 1) * classes);
    let at = 0;
    for (let row = 0; row < rows.length; row += width) {
      out.set(start, at);
      at += classes;
      for (let input = 0; input < width; input += 1) {
        const distance = rows[row + input]! - model.centers[input]!;
        for (let k = 0; k < classes; k += 1) out[at + k] = distance * weights[input * classes + k]!;
        at += classes;
      }
    }
    return out;
  },
};

/**
 * The means of the summands, as the model itself has them: its centre is the mean of the inputs, each class weighted by its prior, so that
 * the mean distance is 0.
 */
export function discriminantMeans(schema: Schema, model: Discriminant): Float64Array | undefined {
  if (!model.places || model.prior.length < 2) return undefined;
  const means = new Float64Array((schema.features.length + 1) * model.prior.length);
  means.set(startOf(schema, model));
  return means;
}

/** The log-odds of the classes at the centre. */
function startOf({ libm }: Pick<Schema, 'libm'>, { dimensions, prior, places = new Float64Array(0) }: Discriminant): Float64Array {
  const { log } = libraryOf(libm);
  const scores = prior.map((share, k) => {
    const place = places.subarray(k * dimensions, (k + 1) * dimensions);
    return log(share) - place.reduce((sum, one) => sum + one * one, 0) / 2;
  });
  return logOdds(scores, prior.length);
}

/** What a step of 1 of each input adds to the log-odds of each class. */
function weightsOf({ dimensions, prior, scaling, places = new Float64Array(0) }: Discriminant, width: number): Float64Array {
  const classes = prior.length;
  const weights = Float64Array.from({ length: width * classes }, (_, cell) => {
    const [input, k] = [Math.floor(cell / classes), cell % classes];
    let sum = 0;
    for (let dimension = 0; dimension < dimensions; dimension += 1)
      sum += scaling[dimension * width + input]! * places[k * dimensions + dimension]!;
    return sum;
  });
  return logOdds(weights, classes);
}
