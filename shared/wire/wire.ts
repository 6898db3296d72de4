import { type Problem, RequestError } from '../errors.ts';
import { describe } from '../schema/describe-value.ts';
import type { Schema } from '../schema/features.ts';
import { defaultParameters, misfitRows, type Parameters } from '../schema/parameters.ts';
import { readParameters } from '../schema/read-parameters.ts';
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
import { checkKeys, parseJson } from './json.ts';
import { lineCells } from './lines.ts';
import type { BodyForm } from './media.ts';
import { npyCells, npyHeader, npyRows } from './npy.ts';

/**
 * A column of one value that stands for all rows, and keys that are left out, make more values than there are bytes. So many are
 * always read, so many a byte, and never more than the last, unless the body itself has more bytes.
 */
const VALUES = { least: 2 ** 20, perByte: 8, most: 2 ** 23 };

/** A request that was read: its rows side by side (NaN: missing), their number, and what it asks for. */
export type Query = { rows: Float64Array; count: number; parameters: Parameters };

/** The general way of readBody (read-body.ts), which takes any body: by a text and its values. What the quick way reads has the same rows here. */
export function readAnyBody(schema: Schema, body: Uint8Array, form: BodyForm, most = Number.POSITIVE_INFINITY, dialects = DIALECTS): Query {
  const limits = { most, values: mostValues(body.length) };
  if (form === 'npy') {
    const header = npyHeader(body);
    const quick = npyRows(schema, header);
    if (quick && quick.count <= most) return { ...quick, parameters: defaultParameters(schema) };
    return readCells(schema, npyCells(schema, header), limits);
  }
  let text: string;
  try {
    text = utf8Text(body);
  } catch {
    throw notUtf8();
  }
  if (text.trim() === '') throw emptyBody();
  if (form === 'json') return readJson(schema, { value: parseBody(text), path: '', text }, limits, dialects);
  if (form === 'csv') return readCells(schema, csvCells(schema, text, most), limits);
  return readCells(schema, { ...lineCells(schema, text), rounded: roundedNumbers(schema, text) }, limits);
}

/** The refusal of a body, or of a record of it, that is not UTF-8. */
export function notUtf8(): RequestError {
  return new RequestError(400, 'the body is not UTF-8');
}

/** That of one in which there is nothing. */
export function emptyBody(): RequestError {
  return new RequestError(400, 'the body is empty; expected JSON, CSV or JSON Lines');
}

/** That of one in which there are no rows. */
export function noRows(schema: Schema): RequestError {
  return new RequestError(422, `there are no rows; expected at least one, such as ${example(schema)}`);
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

/** What stands in a body's `parameters`, or in `params`, as MLflow calls it; undefined where there are none. */
function readAsked(schema: Schema, dialect: Dialect, body: JsonObject): Asked | undefined {
  const name = ['parameters', 'params'].find((one) => Object.hasOwn(body, one));
  if (name === undefined) return undefined;
  if (name === 'parameters' && Object.hasOwn(body, 'params')) {
    throw new RequestError(400, 'found parameters and params together, expected one of them');
  }
  const given = body[name];
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
  if (cells.rows === 0) throw noRows(schema);
  const fit = Math.min(most, Math.max(1, Math.floor(values / schema.features.length)));
  if (cells.rows > fit) throw new RequestError(413, `${cells.rows} rows; expected at most ${fit} in one request`);
  const misfit = misfitRows(schema, parameters, cells.rows);
  return { rows: readRows(schema, cells, misfit ? [...problems, misfit] : problems), count: cells.rows, parameters };
}
