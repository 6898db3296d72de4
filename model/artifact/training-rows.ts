import { ModelError } from '../../shared/errors.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { readCell } from '../../shared/schema/values.ts';
import { readTraining, type TrainingData } from './levels.ts';

/**
 * The rows of the training data as the model takes them, side by side. A row with a missing value is left out where the model takes
 * none, as R's na.omit leaves it out. Columns that are no features are not looked at. Undefined where a feature is no column: data may be
 * there for levels alone. Throws a ModelError that names what does not fit.
 */
export function trainingRows(schema: Schema, data: TrainingData): Float64Array | undefined {
  const { features } = schema;
  const [header = [], ...lines] = readTraining(data);
  const places = features.map(({ name }) => header.indexOf(name));
  if (places.includes(-1)) return undefined;
  const rows = new Float64Array(lines.length * features.length);
  let length = 0;
  lines.forEach((line, at) => {
    // An empty line is none.
    if (line.length === 1 && line[0] === '' && header.length > 1) return;
    let isWhole = true;
    places.forEach((place, column) => {
      const field = line[place] ?? '';
      const value = readCell(schema, column, field, true);
      if (value === undefined && !/^\s*(?:NA)?\s*$/.test(field)) {
        const { name } = features[column]!;
        throw new ModelError(`${data.file}, line ${at + 2}, column "${name}"`, `"${field.slice(0, 50)}"`, 'a value that the model takes');
      }
      if (value === undefined) isWhole = false;
      else rows[length + column] = value;
    });
    if (isWhole) length += features.length;
  });
  if (length === 0) throw new ModelError(data.file, 'no row without missing values', 'the training data');
  return rows.slice(0, length);
}
