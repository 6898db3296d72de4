import { csvCells } from './csv-cells.ts';
import { arrayCells, example, isFeature, type JsonObject, lineCells, objectCells, splitCells } from './dialects.ts';
import { type Problem, RequestError } from './errors.ts';
import { type Cells, describe, readRows, type Schema } from './features.ts';
import { checkKeys, parseJson } from './json.ts';
import type { BodyForm } from './media.ts';
import { defaultParameters, misfitRows, type Parameters, readParameters } from './parameters.ts';
import { quickCsv } from './quick-csv.ts';
import { quickJson, quickLines } from './quick-json.ts';
import { isTensors, modelParameters, tensorCells } from './wire/tensors.ts';

/** One pass over the bytes for bodies as most are (quick-json.ts); all others take the general way, which tells what is wrong. */
const QUICK = { json: quickJson, jsonlines: quickLines, csv: quickCsv };
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A request that was read: its rows side by side (NaN: missing), their number, and what it asks for. */
export type Query = { rows: Float64Array; count: number; parameters: Parameters };

/** The members that hold rows, beside which `parameters` may stand. */
const WRAPPERS = ['instances', 'inputs', 'dataframe_split', 'dataframe_records'] as const;
type Wrapper = (typeof WRAPPERS)[number];

/**
 * Reads a body in any of the contract's dialects. `most` bounds the rows. Throws a RequestError: 400 where no dialect fits,
 * 413 for too many rows, 422 for values that do not fit the model's features, with every problem and its path.
 */
export function readBody(schema: Schema, body: Uint8Array, form: BodyForm, most = Number.POSITIVE_INFINITY): Query {
  const quick = QUICK[form](schema, body);
  if (quick && quick.count <= most) return { ...quick, parameters: defaultParameters(schema) };
  return readAnyBody(schema, body, form, most);
}

/** The general way of readBody, which takes any body: by a text and its values. What the quick way reads has the same rows here. */
export function readAnyBody(schema: Schema, body: Uint8Array, form: BodyForm, most = Number.POSITIVE_INFINITY): Query {
  let text: string;
  try {
    text = UTF8.decode(body);
  } catch {
    throw new RequestError(400, 'the body is not UTF-8');
  }
  if (text.trim() === '') throw new RequestError(400, 'the body is empty; expected JSON, CSV or JSON Lines');
  if (form === 'json') return readValue(schema, parseBody(text), most);
  return readCells(schema, form === 'csv' ? csvCells(schema, text) : lineCells(schema, text), most);
}

/** A JSON body's value. What cannot be meant for JSON is most likely a CSV whose sender left its kind unsaid. */
function parseBody(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof RequestError) || /^\s*["[{]/.test(text)) throw error;
    throw new RequestError(error.status, `${error.message}; a CSV needs the content type text/csv`, error.problems);
  }
}

/** Reads a body that is a value already, as a direct invoke hands it over. Throws as readBody does. */
export function readValue(schema: Schema, value: unknown, most = Number.POSITIVE_INFINITY): Query {
  checkKeys(value);
  if (Array.isArray(value)) return readCells(schema, arrayCells(schema, value, ''), most);
  if (typeof value !== 'object' || value === null) {
    throw new RequestError(400, `no dialect fits: found ${describe(value)}, expected an object or an array, such as ${example(schema)}`);
  }
  const body = value as JsonObject;
  const wrapper = findWrapper(schema, body);
  if (!wrapper) return readCells(schema, objectCells(schema, body, ''), most);
  const name = Object.hasOwn(body, 'parameters') ? 'parameters' : 'params';
  if (name === 'parameters' && Object.hasOwn(body, 'params')) {
    throw new RequestError(400, 'found parameters and params together, expected one of them');
  }
  const given = Object.hasOwn(body, name) ? body[name] : {};
  const isV2 = wrapper === 'inputs' && Array.isArray(body.inputs) && isTensors(schema, body.inputs);
  const asked = readParameters(schema, isV2 ? modelParameters(given, `/${name}`) : given, `/${name}`);
  return readCells(schema, wrapperCells(schema, wrapper, body[wrapper]), most, asked);
}

/** Reads the tensors of an inference request of the Open Inference Protocol, and its parameters. Throws as readBody does. */
export function readTensors(schema: Schema, inputs: JsonObject[], given: unknown, most = Number.POSITIVE_INFINITY): Query {
  const asked = readParameters(schema, modelParameters(given, '/parameters'), '/parameters');
  return readCells(schema, tensorCells(schema, inputs, '/inputs'), most, asked);
}

/** What a body asks for that has no place to say so. */
function nothingAsked(schema: Schema) {
  return { parameters: defaultParameters(schema), problems: [] };
}

function readCells(
  schema: Schema,
  cells: Cells,
  most: number,
  { parameters, problems }: { parameters: Parameters; problems: Problem[] } = nothingAsked(schema),
): Query {
  if (cells.rows === 0) throw new RequestError(422, `there are no rows; expected at least one, such as ${example(schema)}`);
  if (cells.rows > most) throw new RequestError(413, `${cells.rows} rows; expected at most ${most} in one request`);
  const misfit = misfitRows(parameters, cells.rows);
  return { rows: readRows(schema, cells, misfit ? [...problems, misfit] : problems), count: cells.rows, parameters };
}

/** The member that holds the rows; the model's own feature names win over it. */
function findWrapper(schema: Schema, body: JsonObject): Wrapper | undefined {
  const found = WRAPPERS.filter((name) => Object.hasOwn(body, name) && !isFeature(schema, name));
  if (found.length === 0) return undefined;
  const isRecord = schema.features.some(({ name }) => name !== 'parameters' && name !== 'params' && Object.hasOwn(body, name));
  if (isRecord) return undefined;
  if (found.length > 1) throw new RequestError(400, `no dialect fits: found ${found.join(' and ')} together, expected one of them`);
  return found[0];
}

function wrapperCells(schema: Schema, wrapper: Wrapper, value: unknown): Cells {
  const path = `/${wrapper}`;
  if (wrapper === 'dataframe_split') return splitCells(schema, value, path);
  if (Array.isArray(value)) {
    if (wrapper === 'inputs' && isTensors(schema, value)) return tensorCells(schema, value, path);
    return arrayCells(schema, value, path);
  }
  if (wrapper === 'inputs' && typeof value === 'object' && value !== null) return objectCells(schema, value as JsonObject, path);
  throw new RequestError(400, `no dialect fits: found ${describe(value)} at ${path}, expected an array of rows`);
}
