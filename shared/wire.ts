import { parseCsv } from './csv.ts';
import { RequestError } from './errors.ts';
import { type Cells, describe, quote, readRows, type Schema } from './features.ts';
import { checkKeys, parseJson } from './json.ts';
import type { BodyForm } from './media.ts';

/** A request that was read: its rows side by side (NaN: missing), their number, and what was asked for. */
export type Query = { rows: Float64Array; count: number; parameters: Parameters };
/** What a body may ask for beside its rows. `type` names the kind of answer, as R's predict() does. */
export type Parameters = { type: 'response' };

/** The members that hold rows, beside which `parameters` may stand. */
const WRAPPERS = ['instances', 'inputs', 'dataframe_split', 'dataframe_records'] as const;
type Wrapper = (typeof WRAPPERS)[number];
type JsonObject = Record<string, unknown>;

/**
 * Reads a body in any of the contract's dialects. `most` bounds the rows. Throws a RequestError: 400 where no dialect fits,
 * 413 for too many rows, 422 for values that do not fit the model's features, with every problem and its path.
 */
export function readBody(schema: Schema, body: Uint8Array, form: BodyForm, most = Number.POSITIVE_INFINITY): Query {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new RequestError(400, 'the body is not UTF-8');
  }
  if (text.trim() === '') throw new RequestError(400, 'the body is empty; expected JSON, CSV or JSON Lines');
  if (form === 'json') return readValue(schema, parseJson(text), most);
  return readCells(schema, form === 'csv' ? csvCells(schema, text) : lineCells(schema, text), most);
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
  return readCells(schema, wrapperCells(schema, wrapper, body[wrapper]), most, readParameters(body));
}

function readCells(schema: Schema, cells: Cells, most: number, parameters: Parameters = { type: 'response' }): Query {
  if (cells.rows === 0) throw new RequestError(422, `there are no rows; expected at least one, such as ${example(schema)}`);
  if (cells.rows > most) throw new RequestError(413, `${cells.rows} rows; expected at most ${most} in one request`);
  return { rows: readRows(schema, cells), count: cells.rows, parameters };
}

/** The member that holds the rows; the model's own feature names win over it. */
function findWrapper(schema: Schema, body: JsonObject): Wrapper | undefined {
  const found = WRAPPERS.filter((name) => Object.hasOwn(body, name) && !isFeature(schema, name));
  if (found.length === 0) return undefined;
  const isRecord = Object.keys(body).some((name) => name !== 'parameters' && name !== 'params' && isFeature(schema, name));
  if (isRecord) return undefined;
  if (found.length > 1) throw new RequestError(400, `no dialect fits: found ${found.join(' and ')} together, expected one of them`);
  return found[0];
}

function wrapperCells(schema: Schema, wrapper: Wrapper, value: unknown): Cells {
  const path = `/${wrapper}`;
  if (wrapper === 'dataframe_split') return splitCells(schema, value, path);
  if (Array.isArray(value)) {
    if (wrapper === 'inputs' && isTensors(schema, value)) return tensorCells(schema, value as Tensor[], path);
    return arrayCells(schema, value, path);
  }
  if (wrapper === 'inputs' && typeof value === 'object' && value !== null) return objectCells(schema, value as JsonObject, path);
  throw new RequestError(400, `no dialect fits: found ${describe(value)} at ${path}, expected an array of rows`);
}

/** The body's parameters; an unknown one is an error that lists those there are. */
function readParameters(body: JsonObject): Parameters {
  const name = Object.hasOwn(body, 'parameters') ? 'parameters' : 'params';
  const value = Object.hasOwn(body, name) ? body[name] : {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(422, `found ${describe(value)} as ${name}, expected an object`, [{ path: `/${name}`, message: 'expected an object' }]);
  }
  const problems = Object.entries(value).flatMap(([key, given]) => {
    const at = `/${name}/${pointer(key)}`;
    if (key !== 'type') return [{ path: at, message: `unknown parameter ${quote(key)}; this model takes: type` }];
    if (given === 'response') return [];
    return [{ path: at, message: `found ${describe(given)}, expected "response", the one type of answer this model has` }];
  });
  if (problems.length > 0) throw new RequestError(422, 'a parameter is not one this model takes; it takes: type ("response")', problems);
  return { type: 'response' };
}

/** Records, rows in feature order, or objects with a `features` array; the first element tells which. */
function arrayCells(schema: Schema, elements: unknown[], path: string): Cells {
  const first = elements[0];
  const isBoxed = (value: unknown) => isObject(value) && Array.isArray(value['features']) && !isFeature(schema, 'features');
  if (isBoxed(first)) {
    const rows = elements.map((element, at) => rowOf(schema, isBoxed(element) ? (element as JsonObject)['features'] : element, `${path}/${at}/features`));
    return rowCells(schema, rows, (row, column) => `${path}/${row}/features/${column}`);
  }
  if (Array.isArray(first)) {
    const rows = elements.map((element, at) => rowOf(schema, element, `${path}/${at}`));
    return rowCells(schema, rows, (row, column) => `${path}/${row}/${column}`);
  }
  if (elements.length > 0 && !isObject(first)) {
    throw new RequestError(400, `no dialect fits: found ${describe(first)} at ${path}/0, expected a record or an array, as in [${example(schema)}]`);
  }
  elements.forEach((element, at) => {
    if (!isObject(element)) throw misfit(`${path}/${at}`, element, 'a record, as the first');
  });
  const names = schema.features.map((feature) => feature.name);
  return {
    rows: elements.length,
    text: false,
    columnar: false,
    cell: (row, column) => own(elements[row] as JsonObject, names[column] as string),
    path: (row, column) => `${path}/${row}/${pointer(names[column] as string)}`,
  };
}

/** A record, or columns where a feature has an array: all of one length, or of length 1 and then recycled as R does. */
function objectCells(schema: Schema, body: JsonObject, path: string): Cells {
  const names = schema.features.map((feature) => feature.name);
  const columns = names.map((name) => own(body, name));
  const lengths = columns.flatMap((column) => (Array.isArray(column) ? [column.length] : []));
  const isRecord = lengths.length === 0;
  const rows = isRecord ? 1 : lengths.includes(0) ? 0 : Math.max(...lengths);
  const problems = columns.flatMap((column, at) => {
    if (!Array.isArray(column) || column.length === rows || column.length === 1) return [];
    return [{ path: `${path}/${pointer(names[at] as string)}`, message: `found a column of ${column.length}, expected ${rows} or 1` }];
  });
  if (rows > 0 && problems.length > 0) throw new RequestError(422, 'the columns differ in length', problems);
  return {
    rows,
    text: false,
    columnar: true,
    cell: (row, column) => {
      const values = columns[column];
      return Array.isArray(values) ? values[values.length === 1 ? 0 : row] : values;
    },
    path: (row, column) => {
      const values = columns[column];
      return `${path}/${pointer(names[column] as string)}${Array.isArray(values) ? `/${values.length === 1 ? 0 : row}` : ''}`;
    },
  };
}

/** pandas' split form, as MLflow sends it: names of columns, and rows of data. */
function splitCells(schema: Schema, value: unknown, path: string): Cells {
  const { columns, data } = isObject(value) ? value : {};
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string') || !Array.isArray(data)) {
    throw new RequestError(400, `no dialect fits: expected {"columns": [...], "data": [[...], ...]} at ${path}`);
  }
  const places = columnPlaces(schema, columns, `${path}/columns`);
  data.forEach((row, at) => {
    if (!Array.isArray(row) || row.length !== columns.length) throw misfit(`${path}/data/${at}`, row, `an array of ${columns.length}`);
  });
  return {
    ...rowCells(schema, data as unknown[][], (row, column) => `${path}/data/${row}/${places[column] ?? ''}`, places),
    columnar: true,
  };
}

type Tensor = { name: string; shape: number[]; datatype: string; data: unknown[] };

/** Whether an array holds the tensors of the Open Inference Protocol, and not records of a model with such features. */
function isTensors(schema: Schema, elements: unknown[]): boolean {
  return elements.length > 0 && elements.every((element) => isObject(element) && ['name', 'data', 'datatype'].every((key) => Object.hasOwn(element, key) && !isFeature(schema, key)));
}

/** The Open Inference Protocol's tensors, one a feature, each of shape [rows] or [rows, 1]. */
function tensorCells(schema: Schema, tensors: Tensor[], path: string): Cells {
  const problems = tensors.flatMap(({ shape, data }, at) => {
    const fits = Array.isArray(data) && Array.isArray(shape) && shape[0] === data.length && shape.slice(1).every((side) => side === 1) && shape.length <= 2;
    return fits ? [] : [{ path: `${path}/${at}/shape`, message: 'expected shape [rows] or [rows, 1] and as many flat data' }];
  });
  if (problems.length > 0) throw new RequestError(422, 'the tensors do not fit their shapes', problems);
  const places = columnPlaces(schema, tensors.map((tensor) => String(tensor.name)), path);
  const rows = (tensors[0] as Tensor).data.length;
  const other = tensors.findIndex((tensor) => tensor.data.length !== rows);
  if (other !== -1) throw misfit(`${path}/${other}/data`, tensors[other]?.data, `${rows} values, as the first tensor has`);
  const datum = (row: number, place: number) => {
    const value = tensors[place]?.data[row];
    // BOOL data may come as 0 and 1, numbers of a logical feature likewise: features.ts takes both.
    return value === undefined ? null : value;
  };
  return {
    rows,
    text: false,
    columnar: true,
    cell: (row, column) => (places[column] === undefined ? undefined : datum(row, places[column])),
    path: (row, column) => (places[column] === undefined ? path : `${path}/${places[column]}/data/${row}`),
  };
}

/** A CSV: a header line with the features' names in any order, or none and then the model's feature order. */
function csvCells(schema: Schema, text: string): Cells {
  const lines = parseCsv(text);
  const first = (lines[0] ?? []).map((field) => field.trim());
  const isHeader = first.some((field) => isFeature(schema, field)) && !isRow(schema, lines[0] ?? []);
  const header = isHeader ? first : schema.features.map((feature) => feature.name);
  const places = columnPlaces(schema, header, '/0');
  const rows = isHeader ? lines.slice(1) : lines;
  rows.forEach((fields, row) => {
    if (fields.length !== header.length) {
      const message = `found ${fields.length} fields on line ${row + (isHeader ? 2 : 1)}, expected ${header.length}`;
      throw new RequestError(422, `a line of the CSV has another number of fields: ${message}`, [{ path: `/${row}`, message }]);
    }
  });
  const path = (row: number, column: number) => `/${row}/${pointer((schema.features[column] as { name: string }).name)}`;
  return { ...rowCells(schema, rows, path, places), text: true, columnar: true };
}

/** Whether the first line of a CSV is a row, although its fields may look like names (a matrix with columns "1", "2"). */
function isRow(schema: Schema, fields: string[]): boolean {
  if (fields.length !== schema.features.length) return false;
  try {
    readRows(schema, { rows: 1, text: true, columnar: true, cell: (_, column) => fields[column], path: () => '' });
    return true;
  } catch {
    return false;
  }
}

/** JSON Lines: a record or an array a line. */
function lineCells(schema: Schema, text: string): Cells {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r?\n$/, '').split('\n');
  const values = lines.map((line, at) => parseJson(line, `line ${at + 1}`));
  const wrong = values.findIndex((value) => !isObject(value) && !Array.isArray(value));
  if (wrong !== -1) throw new RequestError(400, `no dialect fits: found ${describe(values[wrong])} on line ${wrong + 1}, expected a record or an array`);
  const names = schema.features.map((feature) => feature.name);
  values.forEach((value, at) => {
    if (Array.isArray(value)) rowOf(schema, value, `/${at}`);
  });
  return {
    rows: values.length,
    text: false,
    columnar: false,
    cell: (row, column) => {
      const value = values[row];
      return Array.isArray(value) ? value[column] : own(value as JsonObject, names[column] as string);
    },
    path: (row, column) => `/${row}/${Array.isArray(values[row]) ? column : pointer(names[column] as string)}`,
  };
}

/** Cells of rows that are arrays; `places` says where each feature stands in them, without it they are in feature order. */
function rowCells(schema: Schema, rows: unknown[][], path: Cells['path'], places?: (number | undefined)[]): Cells {
  const at = places ?? schema.features.map((_, column) => column);
  return {
    rows: rows.length,
    text: false,
    columnar: false,
    cell: (row, column) => (at[column] === undefined ? undefined : rows[row]?.[at[column]]),
    path,
  };
}

/** For each feature its place among the columns, undefined where it is missing. A name given twice is refused. */
function columnPlaces(schema: Schema, columns: string[], path: string): (number | undefined)[] {
  return schema.features.map(({ name }) => {
    const place = columns.indexOf(name);
    if (place === -1) return undefined;
    if (columns.indexOf(name, place + 1) !== -1) {
      throw new RequestError(422, `the column ${quote(name)} is given twice`, [{ path, message: `column ${quote(name)} twice, expected once` }]);
    }
    return place;
  });
}

/** An element as a row in feature order. */
function rowOf(schema: Schema, element: unknown, path: string): unknown[] {
  const width = schema.features.length;
  if (Array.isArray(element) && element.length === width) return element;
  const names = schema.features.map((feature) => feature.name).slice(0, 20);
  throw misfit(path, element, `an array of ${width}: ${names.join(', ')}${width > 20 ? ', ...' : ''}`);
}

function misfit(path: string, found: unknown, expected: string): RequestError {
  const what = Array.isArray(found) ? `an array of ${found.length}` : describe(found);
  return new RequestError(422, 'a row does not have the expected form', [{ path, message: `found ${what}, expected ${expected}` }]);
}

function isFeature(schema: Schema, name: string): boolean {
  return schema.features.some((feature) => feature.name === name);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object itself: a feature may be called `constructor`. */
function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A key as a token of a JSON Pointer (RFC 6901). */
function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A record this model would take, for an error's text and the documents. */
export function exampleRecord(schema: Schema): Record<string, number | string | boolean> {
  return Object.fromEntries(
    schema.features.map((feature): [string, number | string | boolean] => {
      if (feature.default !== undefined) return [feature.name, feature.default];
      if (feature.type === 'factor') return [feature.name, feature.levels[0] as string];
      if (feature.type === 'logical') return [feature.name, true];
      return [feature.name, feature.range?.[0] ?? feature.min ?? 0];
    }),
  );
}

function example(schema: Schema): string {
  const text = JSON.stringify(exampleRecord(schema));
  return text.length <= 200 ? text : 'a record with every feature';
}
