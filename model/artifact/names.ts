import { ModelError } from '../../shared/errors.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { type TrainingData, trainingColumns } from './training-rows.ts';

/** The names that people give: those of a sidecar, and the header of the training data. */
export type GivenNames = { names: readonly string[] | undefined; sidecarFile: string; data: TrainingData | undefined };

/**
 * A schema whose features have the names that a sidecar gives, or else those of the training data's columns, where that has as
 * many columns as the model has features. Without either the features keep the names that the reader made (f0, f1 ...). Throws
 * a ModelError where a name is there twice, where the number of names is another, or where the file itself has other names.
 */
export function applyNames(schema: Schema, isUnnamed: boolean, { names, sidecarFile, data }: GivenNames): Schema {
  const inFile = schema.features.map(({ name }) => name);
  if (names) {
    if (!isUnnamed && names.join('\0') !== inFile.join('\0'))
      throw new ModelError(
        `${sidecarFile}, names`,
        names.slice(0, 10).join(', '),
        `the names in the model file: ${inFile.slice(0, 10).join(', ')}`,
      );
    return renamed(schema, names, `${sidecarFile}, names`);
  }
  if (!isUnnamed || !data) return schema;
  const header = trainingColumns(data);
  const known = new Set(header);
  // Columns under the made names are the features themselves, and others may stand beside them.
  if (inFile.every((name) => known.has(name))) return schema;
  return renamed(schema, header, `${data.file}, header`);
}

function renamed(schema: Schema, names: readonly string[], label: string): Schema {
  const expected = `${schema.features.length}, one for each feature in the order of the model (without the target)`;
  if (names.length !== schema.features.length) throw new ModelError(label, `${names.length} names`, expected);
  const first = new Map(names.map((name, place) => [name, place] as const).reverse());
  const twice = names.find((name, place) => first.get(name)! < place);
  if (twice !== undefined) throw new ModelError(label, `the name "${twice}" twice`, 'each once');
  return { ...schema, features: schema.features.map((feature, place) => ({ ...feature, name: names[place]! })) };
}
