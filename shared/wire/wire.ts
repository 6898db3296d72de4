import { type Problem, RequestError } from '../errors.ts';
import { describe } from '../schema/describe-value.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, misfitRows, type Parameters, readParameters } from '../schema/parameters.ts';
import { roundedNumbers } from '../schema/rounded.ts';
import { type Cells, readRows } from '../schema/rows.ts';
import { utf8Text } from '../schema/utf8.ts';
import { example, type JsonObject } from './cells.ts';
import { csvCells } from './csv-cells.ts';
import { arrayCells } from './dialects/arrays.ts';
import type { Dialect, Source } from './dialects/dialect.ts';
import { DIALECTS } from './dialects/dialects.ts';
import { findDialect } from './dialects/find.ts';
import { modelParameters, tensorCells } from './dialects/tensors.ts';
import { formOf } from './form.ts';
import { checkKeys, parseJson } from './json.ts';
import { lineCells } from './lines.ts';
import type { BodyForm, DeclaredForm } from './media.ts';
import { npyCells } from './npy.ts';
import { quickCsv } from './quick/csv.ts';
import { quickJson, quickLines } from './quick/json.ts';

/** One pass over the bytes for bodies as most are (quick/json.ts); all others take the general way, which says what is wrong. */
const QUICK = { json: quickJson, jsonlines: quickLines, csv: quickCsv, npy: () => undefined };
/**
 * A column of one value that stands for all rows, and keys that are left out, make more values than there are bytes. So many are
 * always read, so many a byte, and never more than the last, unless the body itself has more bytes.
 */
const VALUES = { least: 2 ** 20, perByte: 8, most: 2 ** 23 };

/** A request that was read: its rows side by side (NaN: missing), their number, and what it asks for. */
export type Query = { rows: Float64Array; count: number; parameters: Parameters };

/**
 * Reads a body in any of the dialects; its form is found out where it was not declared. `most` bounds the rows. Throws a RequestError:
 * 400 where no dialect fits, 413 for too many rows, 415 for a form that is not read, 422 for values that do not fit the model's
 * features, with every problem and its path.
 */
export function readBody(
  schema: Schema,
  body: Uint8Array,
  declared: DeclaredForm,
  most = Number.POSITIVE_INFINITY,
  dialects = DIALECTS,
): Query {
  const form = formOf(declared, body);
  const quick = QUICK[form](schema, body, dialects);
  if (quick && quick.count <= most) return { ...quick, parameters: defaultParameters(schema) };
  return readAnyBody(schema, body, form, most, dialects);
}

/** The general way of readBody, which takes any body: by a text and its values. What the quick way reads has the same rows here. */
export function readAnyBody(schema: Schema, body: Uint8Array, form: BodyForm, most = Number.POSITIVE_INFINITY, dialects = DIALECTS): Query {
  const limits = { most, values: mostValues(body.length) };
  if (form === 'npy') return readCells(schema, npyCells(schema, body), limits);
  let text: string;
  try {
    text = utf8Text(body);
  } catch {
    throw new RequestError(400, 'the body is not UTF-8');
  }
  if (text.trim() === '') throw new RequestError(400, 'the body is empty; expected JSON, CSV or JSON Lines');
  if (form === 'json') return readJson(schema, { value: parseBody(text), path: '', text }, limits, dialects);
  if (form === 'csv') return readCells(schema, csvCells(schema, text), limits);
  return readCells(schema, { ...lineCells(schema, text), rounded: roundedNumbers(schema, text) }, limits);
}

/** A JSON body's value. What cannot be meant for JSON is most likely a CSV that was declared as JSON. */
function parseBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof RequestError) || /^\s*["[{]/.test(text)) throw error;
    throw new RequestError(error.status, `${error.message}; a CSV needs the content type text/csv`, error.problems);
  }
}

/** Reads a body that is a value already, as a direct invoke hands it over. Throws as readBody does. */
export function readValue(schema: Schema, value: unknown, most = Number.POSITIVE_INFINITY, dialects = DIALECTS): Query {
  checkKeys(value);
  return readJson(schema, { value, path: '', text: undefined }, { most, values: VALUES.most }, dialects);
}

function readJson(schema: Schema, body: Source, limits: Limits, dialects: readonly Dialect[]): Query {
  const found = findDialect(schema, body, dialects);
  if (!found) throw noDialect(schema, body.value);
  const { dialect, source } = found;
  const asked = dialect.takesParameters ? readAsked(schema, dialect, body.value as JsonObject) : undefined;
  return readCells(schema, { ...dialect.read(schema, source), rounded: roundedNumbers(schema, body.text) }, limits, asked);
}

function noDialect(schema: Schema, value: unknown): RequestError {
  const isTwice = typeof value === 'string' && /^\s*[[{]/.test(value);
  const found = isTwice ? 'a text that holds JSON' : describe(value);
  const twice = isTwice ? '; it was written as JSON twice: send it as it is' : '';
  return new RequestError(400, `no dialect fits: found ${found}, expected an object or an array, such as ${example(schema)}${twice}`);
}

type Asked = { parameters: Parameters; problems: Problem[] };

/** What stands in a body's `parameters`, or in `params`, as MLflow calls it. */
function readAsked(schema: Schema, dialect: Dialect, body: JsonObject): Asked {
  const name = Object.hasOwn(body, 'parameters') ? 'parameters' : 'params';
  if (name === 'parameters' && Object.hasOwn(body, 'params')) {
    throw new RequestError(400, 'found parameters and params together, expected one of them');
  }
  const given = Object.hasOwn(body, name) ? body[name] : {};
  const path = `/${name}`;
  return readParameters(schema, dialect.modelParameters ? dialect.modelParameters(given, path) : given, path);
}

/**
 * Reads the tensors of an inference request of the Open Inference Protocol, and its parameters. `text` is the JSON that they stood in.
 * Throws as readBody does.
 */
export function readTensors(
  schema: Schema,
  { inputs, parameters, text }: { inputs: JsonObject[]; parameters: unknown; text: string },
  most = Number.POSITIVE_INFINITY,
): Query {
  const asked = readParameters(schema, modelParameters(parameters, '/parameters'), '/parameters');
  const cells = { ...tensorCells(schema, inputs, '/inputs'), rounded: roundedNumbers(schema, text) };
  return readCells(schema, cells, { most, values: VALUES.most }, asked);
}

/**
 * Reads rows that are values already, records or rows in the model's feature order, and the parameters beside them: what a program
 * hands over that has the model in the same process. Throws as readBody does.
 */
export function readRecords(schema: Schema, rows: unknown, given: unknown): Query {
  if (!Array.isArray(rows)) {
    throw new RequestError(400, `rows: found ${describe(rows)}, expected an array of records or of rows, such as [${example(schema)}]`);
  }
  checkKeys(rows);
  const asked = readParameters(schema, given, '/parameters');
  // The rows are in this program's memory already, so nothing bounds them.
  const unbounded = { most: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY };
  return readCells(schema, arrayCells(schema, rows, ''), unbounded, asked);
}

type Limits = { most: number; values: number };

function mostValues(bytes: number): number {
  return Math.max(bytes, Math.min(VALUES.most, Math.max(VALUES.least, VALUES.perByte * bytes)));
}

function readCells(schema: Schema, cells: Cells, { most, values }: Limits, asked?: Asked): Query {
  const { parameters, problems } = asked ?? { parameters: defaultParameters(schema), problems: [] };
  if (cells.rows === 0) throw new RequestError(422, `there are no rows; expected at least one, such as ${example(schema)}`);
  const fit = Math.min(most, Math.max(1, Math.floor(values / schema.features.length)));
  if (cells.rows > fit) throw new RequestError(413, `${cells.rows} rows; expected at most ${fit} in one request`);
  const misfit = misfitRows(schema, parameters, cells.rows);
  return { rows: readRows(schema, cells, misfit ? [...problems, misfit] : problems), count: cells.rows, parameters };
}
