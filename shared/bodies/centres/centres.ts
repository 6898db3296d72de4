import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { checkClasses } from '../class-answers.ts';

/** The centres of clusters, side by side: one for each class. */
export type Centres = { points: Float64Array };

/**
 * The cluster of each row: that of the nearest centre by the sum of squared differences, added up in the order of the features; the first of
 * several that are as near (which.min). Base R has no predict() for kmeans; clue's cl_predict() and flexclust choose so too.
 */
export function predictCentres(schema: Schema, { points }: Centres, rows: Float64Array): Float64Array {
  const width = schema.features.length;
  const count = points.length / width;
  const out = new Float64Array(rows.length / width);
  for (let row = 0; row < out.length; row += 1) {
    let nearest = Number.NaN;
    let least = Number.POSITIVE_INFINITY;
    for (let centre = 0; centre < count; centre += 1) {
      let distance = 0;
      for (let at = 0; at < width; at += 1) {
        const step = rows[row * width + at]! - points[centre * width + at]!;
        distance += step * step;
      }
      // Beyond the squares of doubles no centre is nearer than another.
      if (distance < least) [nearest, least] = [centre, distance];
    }
    out[row] = nearest;
  }
  return out;
}

/** Checks centres from a file, so that predictCentres needs no check. Throws a ModelError that names what is wrong. */
export function checkCentres(schema: Schema, { points }: Centres, label: string): void {
  const width = schema.features.length;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s centres`, found, expected);
  if (schema.kind !== 'classification') throw fail(`the kind ${schema.kind}`, 'classification');
  if (points.length === 0 || points.length % width !== 0) throw fail(`${points.length} numbers`, `${width} a centre`);
  checkClasses(schema, points.length / width, label);
  if (!points.every(Number.isFinite)) throw fail('a number that is not finite', 'finite ones');
  const other = schema.features.find(({ type }) => type === 'factor');
  if (other) throw fail(`the factor "${other.name}"`, 'numbers');
}
