import { ModelError } from '../../shared/errors.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { readCell } from '../../shared/schema/values.ts';
import { readTraining, type TrainingData } from './levels.ts';

/** Training data as the model takes them: rows of its features side by side, and for each the line that it came from. */
export type TrainingTable = { rows: Float64Array; header: string[]; lines: string[][]; file: string };

/**
 * The rows of the training data as the model takes them. A row with a missing value is left out where the model takes none, as R's na.omit
 * leaves it out. Columns that are no features are not looked at. Undefined where a feature is no column: data may be there for levels alone.
 * Throws a ModelError that names what does not fit.
 */
export function trainingTable(schema: Schema, data: TrainingData): TrainingTable | undefined {
  const [header = [], ...lines] = readTraining(data);
  const names = new Set(header);
  if (schema.features.some(({ name }) => !names.has(name))) return undefined;
  const { rows, kept } = wholeRows(schema, header, lines, data.file);
  if (rows.length === 0) throw new ModelError(data.file, 'no row without missing values', 'the training data');
  return { rows, header, lines: kept.map((at) => lines[at]!), file: data.file };
}

/** Only the rows of the training data, side by side. As trainingTable. */
export function trainingRows(schema: Schema, data: TrainingData): Float64Array | undefined {
  return trainingTable(schema, data)?.rows;
}

/** Most values of such rows: 2 GB of doubles. */
const MOST_VALUES = 2 ** 28;

/** The rows of the lines behind a header that has all features, but for those that lack a value; `kept` are the places of their lines. Throws as trainingRows. */
export function wholeRows(schema: Schema, header: string[], lines: string[][], file: string): { rows: Float64Array; kept: number[] } {
  const { features } = schema;
  // The first of two columns of one name, as a search for it finds.
  const placeOf = new Map(header.map((name, place): [string, number] => [name, place]).reverse());
  const places = features.map(({ name }) => placeOf.get(name) ?? -1);
  const values = lines.length * features.length;
  if (values > MOST_VALUES)
    throw new ModelError(file, `${lines.length} lines of ${features.length} features`, `at most ${MOST_VALUES} values`);
  const rows = new Float64Array(lines.length * features.length);
  const kept: number[] = [];
  lines.forEach((line, at) => {
    // An empty line is none.
    if (line.length === 1 && line[0] === '' && header.length > 1) return;
    let isWhole = true;
    places.forEach((place, column) => {
      const field = line[place] ?? '';
      const value = readCell(schema, column, field, true);
      if (value === undefined && !isMissing(field)) {
        const { name } = features[column]!;
        throw new ModelError(`${file}, line ${at + 2}, column "${name}"`, `"${field.slice(0, 50)}"`, 'a value that the model takes');
      }
      if (value === undefined) isWhole = false;
      else rows[kept.length * features.length + column] = value;
    });
    if (isWhole) kept.push(at);
  });
  return { rows: rows.slice(0, kept.length * features.length), kept };
}

/** Whether a field of a table has no value: nothing but white space, or NA. */
export function isMissing(field: string): boolean {
  const text = field.trim();
  return text === '' || text === 'NA';
}
