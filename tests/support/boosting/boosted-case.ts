import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModel } from '../../../model/artifact/import.ts';
import { failedCheck, type Model } from '../../../shared/artifact.ts';
import { predictRows } from '../../../shared/predict.ts';
import { readParameters } from '../../../shared/schema/read-parameters.ts';

/**
 * A boosted model with its package's answers: a folder with the model's file, its rows and each answer as doubles. The generators of
 * tests/boosting write it, and so do the goldens lie in tests/golden/boosting.
 */
export type BoostedCase = {
  what: string;
  model: string;
  columns: number;
  /** The names of the columns, where they may stand in another order than the model's features. */
  names?: string[];
  answers: { parameters: Record<string, unknown>; file: string; width: number }[];
};

/** How many values of a case were compared, and a line for each answer in which a bit differs. */
export function compareCase(folder: string): { what: string; asked: number; wrong: string[] } {
  const { what, model: file, columns, names, answers } = JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8')) as BoostedCase;
  const model = loadModel(path.join(folder, file));
  const places = names
    ? model.schema.features.map(({ name }) => names.indexOf(name))
    : Array.from({ length: columns }, (_, place) => place);
  const rows = pickColumns(doublesOf(path.join(folder, 'rows.f64')), columns, places);
  const check = failedCheck(model);
  const wrong = check === undefined ? [] : [`${what}: ${check}`];
  let asked = 0;
  for (const { parameters, file } of answers) {
    const expected = doublesOf(path.join(folder, file));
    const found = difference(model, rows, parameters, expected);
    asked += expected.length;
    if (found) wrong.push(`${what}: ${JSON.stringify(parameters)}: ${found}`);
  }
  return { what, asked, wrong };
}

/** What differs between our answers and the expected ones; undefined where every bit is the same. */
function difference(model: Model, rows: Float64Array, given: object, expected: Float64Array): string | undefined {
  const { parameters, problems } = readParameters(model.schema, given, '');
  if (problems.length > 0) return problems.map(({ message }) => message).join('; ');
  const ours = predictRows(model, rows, parameters);
  if (ours.length !== expected.length) return `${ours.length} values, expected ${expected.length}`;
  const places = Array.from(ours.keys()).filter((at) => !Object.is(ours[at], expected[at]));
  if (places.length === 0) return undefined;
  const [first] = places as [number];
  return `${places.length} of ${ours.length} differ, the first at ${first}: ${ours[first]}, expected ${expected[first]}`;
}

/** The columns at these places of rows of `columns` numbers. */
function pickColumns(rows: Float64Array, columns: number, places: number[]): Float64Array {
  const out = new Float64Array((rows.length / columns) * places.length);
  for (let at = 0; at < out.length; at += 1) out[at] = rows[Math.floor(at / places.length) * columns + places[at % places.length]!]!;
  return out;
}

/** The doubles of a file, which are little-endian. */
function doublesOf(file: string): Float64Array {
  const bytes = readFileSync(file);
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
