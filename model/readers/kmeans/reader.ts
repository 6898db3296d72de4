import { CENTRES } from '../../../shared/bodies/centres/body.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { attributesOf, element, listOf, numbersOf, type RValue, textsOf } from '../../rds/values.ts';
import type { Imported, Reader } from '../reader.ts';

/** What `kmeans()` returned: a row's answer is the cluster whose centre is nearest. */
export const KMEANS_READER: Reader = { classes: ['kmeans'], title: 'a kmeans', read: readKmeans };

/** Turns the matrix of centres, a row a cluster, into points side by side. Throws a ModelError that names what is wrong. */
function readKmeans(value: RValue, label: string): Imported {
  const centers = element(value, 'centers');
  const numbers = numbersOf(centers, `${label}'s centers`);
  const attributes = attributesOf(centers as RValue);
  const dim = attributes.get('dim');
  const [rows = 0, columns = 0] = dim ? numbersOf(dim, `${label}'s dim of the centers`) : [];
  if (!(rows > 0 && columns > 0) || rows * columns !== numbers.length)
    throw new ModelError(`${label}'s centers`, `${numbers.length} numbers of ${rows} rows and ${columns} columns`, 'a matrix');
  const dimnames = attributes.get('dimnames');
  const [clusters, names] = dimnames ? listOf(dimnames, `${label}'s names of the centers`) : [];
  const textsIn = (part: RValue | undefined, what: string) =>
    part?.type === 'character' ? textsOf(part, `${label}'s ${what}`) : undefined;
  const inputs = textsIn(names, 'columns');
  const labels = textsIn(clusters, 'clusters');
  const features = Array.from({ length: columns }, (_, at): Feature => ({ name: inputs?.[at] ?? `x${at + 1}`, type: 'number' }));
  const classes = Array.from({ length: rows }, (_, at) => labels?.[at] ?? String(at + 1));
  const schema: Schema = { kind: 'classification', features, classes, takesMissing: false, types: ['class'] };
  const points = Float64Array.from({ length: numbers.length }, (_, at) => numbers[(at % columns) * rows + Math.floor(at / columns)]!);
  return { schema, body: bodyOf(CENTRES, { points }), call: 'kmeans', isUnnamed: inputs === undefined };
}
