import { MAX_PROBLEMS, type Problem, RequestError } from './errors.ts';
import { type Cells, describe, quote, type Schema } from './features.ts';
import { parseJson } from './json.ts';
import { otherForms } from './wire/look-alikes.ts';

/** A JSON object, as JSON.parse makes it. */
export type JsonObject = Record<string, unknown>;

/** Records, rows in feature order, or objects with a `features` array; the first element tells which. */
export function arrayCells(schema: Schema, elements: unknown[], path: string): Cells {
  const first = elements[0];
  const boxes = !isFeature(schema, 'features');
  const isBoxed = (value: unknown): value is { features: unknown[] } => boxes && isObject(value) && Array.isArray(value.features);
  if (isBoxed(first)) {
    const rows = elements.map((element) => (isBoxed(element) ? element.features : element));
    return rowCells(schema, rows, (row) => `${path}/${row}/features`);
  }
  if (Array.isArray(first)) return rowCells(schema, elements, (row) => `${path}/${row}`);
  if (elements.length > 0 && !isObject(first)) {
    throw new RequestError(
      400,
      `no dialect fits: found ${describe(first)} at ${path}/0, expected a record or an array, as in [${example(schema)}]`,
    );
  }
  return recordCells(schema, elements, path);
}

/** Records, one a row. */
function recordCells(schema: Schema, elements: unknown[], path: string): Cells {
  const names = namesOf(schema);
  const member = memberReader(schema);
  return {
    rows: elements.length,
    text: false,
    columnar: false,
    cell: (row, column) => member(elements[row] as JsonObject, column),
    path: (row, column) => `${path}/${row}/${pointer(names[column] as string)}`,
    names: (row) => Object.keys(elements[row] as JsonObject),
    misfit: (row) => {
      const element = elements[row];
      return isObject(element) ? strayParameters(schema, element, `${path}/${row}`) : misfit(`${path}/${row}`, element, 'a record');
    },
  };
}

/** Members beside those of the model are ignored, but not these: what they ask for would silently not be answered. */
function strayParameters(schema: Schema, record: JsonObject, path: string): Problem | undefined {
  const name = ['parameters', 'params'].find((one) => isObject(own(record, one)) && !isFeature(schema, one));
  if (name === undefined) return undefined;
  return { path: `${path}/${name}`, message: `found ${name} in a record, expected {"instances": [...], "parameters": {...}}` };
}

/** Rows that are arrays in the model's feature order. */
function rowCells(schema: Schema, rows: unknown[], path: (row: number) => string): Cells {
  const expected = inOrder(schema);
  return {
    rows: rows.length,
    text: false,
    columnar: false,
    cell: (row, column) => (rows[row] as unknown[])[column],
    path: (row, column) => `${path(row)}/${column}`,
    misfit: (row) => (hasLength(rows[row], schema.features.length) ? undefined : misfit(path(row), rows[row], expected)),
  };
}

/** A record, or columns where a feature has an array: all of one length, or of length 1 and then recycled as R does. */
export function objectCells(schema: Schema, body: JsonObject, path: string): Cells {
  const stray = strayParameters(schema, body, path);
  if (stray) throw new RequestError(422, 'parameters do not stand in a record', [stray]);
  const names = namesOf(schema);
  const member = memberReader(schema);
  const columns = names.map((_, column) => member(body, column));
  const lengths = columns.flatMap((column) => (Array.isArray(column) ? [column.length] : []));
  const rows = lengths.length === 0 ? 1 : lengths.includes(0) ? 0 : lengths.reduce((most, length) => Math.max(most, length));
  const problems = columns.flatMap((column, at): Problem[] => {
    if (!Array.isArray(column) || column.length === rows || column.length === 1) return [];
    return [{ path: `${path}/${pointer(names[at] as string)}`, message: `found a column of ${column.length}, expected ${rows} or 1` }];
  });
  if (rows > 0 && problems.length > 0) throw new RequestError(422, 'the columns differ in length', problems.slice(0, MAX_PROBLEMS));
  return {
    rows,
    text: false,
    // An object without arrays is a record, whose missing keys may be missing values; an empty one is more likely a mistake.
    columnar: lengths.length > 0 || Object.keys(body).length === 0,
    names: () => Object.keys(body),
    cell: (row, column) => {
      const values = columns[column];
      return Array.isArray(values) ? values[values.length === 1 ? 0 : row] : values;
    },
    path: (row, column) => {
      const values = columns[column];
      const at = Array.isArray(values) ? `/${values.length === 1 ? 0 : row}` : '';
      return `${path}/${pointer(names[column] as string)}${at}`;
    },
  };
}

/** pandas' split form, as MLflow sends it: names of columns, and rows of data. */
export function splitCells(schema: Schema, value: unknown, path: string): Cells {
  const { columns, data } = isObject(value) ? value : ({} as JsonObject);
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string') || !Array.isArray(data)) {
    throw new RequestError(400, `no dialect fits: expected {"columns": [...], "data": [[...], ...]} at ${path}`);
  }
  const places = columnPlaces(schema, columns, `${path}/columns`);
  return {
    ...placedCells(data, places),
    names: () => columns,
    path: (row, column) => (places[column] === undefined ? `${path}/columns` : `${path}/data/${row}/${places[column]}`),
    misfit: (row) => {
      const fits = hasLength(data[row], columns.length);
      return fits ? undefined : misfit(`${path}/data/${row}`, data[row], `an array of ${columns.length}, as there are columns`);
    },
  };
}

/** JSON Lines: a record or an array a line. */
export function lineCells(schema: Schema, text: string): Cells {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r?\n$/, '')
    .split('\n');
  const values = lines.map((line, at) => parseJson(line, `line ${at + 1}`));
  const names = namesOf(schema);
  const member = memberReader(schema);
  return {
    rows: values.length,
    text: false,
    columnar: false,
    cell: (row, column) => {
      const value = values[row];
      return Array.isArray(value) ? value[column] : member(value as JsonObject, column);
    },
    names: (row) => Object.keys(values[row] as JsonObject),
    path: (row, column) => `/${row}/${Array.isArray(values[row]) ? column : pointer(names[column] as string)}`,
    misfit: (row) => {
      const value = values[row];
      if (isObject(value)) return strayParameters(schema, value, `/${row}`);
      return hasLength(value, names.length) ? undefined : misfit(`/${row}`, value, `a record or ${inOrder(schema)}`);
    },
  };
}

/** Cells of rows whose features stand at the given places. */
export function placedCells(rows: unknown[], places: (number | undefined)[]): Pick<Cells, 'rows' | 'text' | 'columnar' | 'cell'> {
  const cell = (row: number, column: number) => {
    const place = places[column];
    return place === undefined ? undefined : (rows[row] as unknown[])[place];
  };
  return { rows: rows.length, text: false, columnar: true, cell };
}

/** For each feature its place among the columns, undefined where it is missing. A feature given twice is refused. */
export function columnPlaces(schema: Schema, columns: string[], path: string): (number | undefined)[] {
  const placeOf = new Map<string, number>();
  const twice = new Set<string>();
  columns.forEach((name, place) => {
    if (placeOf.has(name)) twice.add(name);
    else placeOf.set(name, place);
  });
  const { otherForms } = namesPlan(schema);
  return schema.features.map(({ name }, column) => {
    const found = placeOf.has(name) ? name : (otherForms[column] as string[]).find((form) => placeOf.has(form));
    const place = found === undefined ? undefined : placeOf.get(found);
    if (found !== undefined && twice.has(found)) {
      throw new RequestError(422, `the column ${quote(name)} is given twice`, [
        { path, message: `column ${quote(name)} twice, expected once` },
      ]);
    }
    return place;
  });
}

function misfit(path: string, found: unknown, expected: string): Problem {
  const what = Array.isArray(found) ? `an array of ${found.length}` : describe(found);
  return { path, message: `found ${what}, expected ${expected}` };
}

function inOrder(schema: Schema): string {
  const names = namesOf(schema);
  return `an array of ${names.length}: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`;
}

/** The features' names, in the model's order. */
export function namesOf(schema: Schema): string[] {
  return schema.features.map((feature) => feature.name);
}

function hasLength(value: unknown, length: number): value is unknown[] {
  return Array.isArray(value) && value.length === length;
}

/** Whether the model has a feature of that name. */
export function isFeature(schema: Schema, name: string): boolean {
  return namesPlan(schema).known.has(name);
}

type NamesPlan = { known: ReadonlySet<string>; otherForms: readonly string[][] };
const PLANS = new WeakMap<Schema, NamesPlan>();

/** The features' names to look up, made once: a model may have thousands, and a body as many keys. */
function namesPlan(schema: Schema): NamesPlan {
  let plan = PLANS.get(schema);
  if (!plan) {
    const names = namesOf(schema);
    plan = { known: new Set(names), otherForms: otherForms(names) };
    PLANS.set(schema, plan);
  }
  return plan;
}

/** Reads a feature's member of a record; under another form of its name that looks the same, where it has that one alone. */
export function memberReader(schema: Schema): (record: JsonObject, column: number) => unknown {
  const names = namesOf(schema);
  const forms = namesPlan(schema).otherForms;
  return (record, column) => {
    const name = names[column] as string;
    if (Object.hasOwn(record, name)) return record[name];
    for (const form of forms[column] as string[]) if (Object.hasOwn(record, form)) return record[form];
    return undefined;
  };
}

/** Whether a value is a JSON object, and neither an array nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object itself: a feature may be called `constructor`. */
function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A key as a token of a JSON Pointer (RFC 6901). */
export function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** A record this model would take, for an error's text and the documents. */
export function exampleRecord(schema: Schema): Record<string, number | string | boolean | null> {
  return Object.fromEntries(
    schema.features.map((feature): [string, number | string | boolean | null] => {
      if (feature.default !== undefined) return [feature.name, feature.default];
      if (feature.type === 'factor') return [feature.name, feature.levels.find((level) => level !== null) ?? null];
      if (feature.type === 'logical') return [feature.name, true];
      const first = { number: 0, integer64: 0, date: '2024-01-31', datetime: '2024-01-31T12:00:00Z' }[feature.type];
      return [feature.name, feature.range?.[0] ?? feature.min ?? first];
    }),
  );
}

/** That record as text, unless it is too long to show. */
export function example(schema: Schema): string {
  const text = JSON.stringify(exampleRecord(schema));
  return text.length <= 200 ? text : 'a record with every feature';
}
