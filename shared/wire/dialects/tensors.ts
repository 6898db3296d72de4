import { MAX_PROBLEMS, type Problem, RequestError } from '../../errors.ts';
import { describe, quote } from '../../schema/describe-value.ts';
import type { Schema } from '../../schema/features.ts';
import type { Cells } from '../../schema/rows.ts';
import { utf8Text } from '../../schema/utf8.ts';
import { columnPlaces, isFeature, isObject, type JsonObject } from '../cells.ts';
import { DATATYPES } from './datatypes.ts';

/** A tensor of the Open Inference Protocol, as far as it was checked: its values lie in one array, row after row. */
type Tensor = { name: string; shape: number[]; values: unknown[]; nested: boolean };

const TENSOR_KEYS = ['name', 'data', 'datatype'];

/** What MLServer's codecs write as an input's content_type. `pd` and `np` say nothing that the tensors do not say themselves. */
const CONTENT_TYPES = ['np', 'pd', 'pd_json', 'str', 'datetime', 'base64'];

/** Parameters of a request or of an input that say how it was written, not what is asked of the model. */
const TRANSPORT = ['content_type', 'headers', 'binary_data_size', 'binary_data_output'];

/** Whether an array holds the tensors of the Open Inference Protocol. */
export function areTensors(elements: unknown): elements is JsonObject[] {
  const isTensor = (element: unknown) => isObject(element) && TENSOR_KEYS.every((key) => Object.hasOwn(element, key));
  return Array.isArray(elements) && elements.length > 0 && elements.every(isTensor);
}

/** The same, where they may also be records of a model with such features. */
export function isTensors(schema: Schema, elements: unknown[]): boolean {
  return !TENSOR_KEYS.some((key) => isFeature(schema, key)) && areTensors(elements);
}

/** The parameters of a request of tensors without those of its transport. Throws a 422 for a content_type that is not read. */
export function modelParameters(value: unknown, path: string): unknown {
  if (!isObject(value)) return value;
  const wrong = contentTypeProblem(value, path);
  if (wrong) throw new RequestError(422, 'the content type of the tensors cannot be read', [wrong]);
  return Object.fromEntries(Object.entries(value).filter(([name]) => !TRANSPORT.includes(name)));
}

/**
 * The cells of the Open Inference Protocol's tensors: one tensor for each feature, of shape [rows] or [rows, 1], others are
 * ignored, as columns are; or one tensor of all features, of shape [rows, features], in the model's order. Throws a 422 with
 * every tensor that does not fit its shape.
 */
export function tensorCells(schema: Schema, elements: unknown[], path: string): Cells {
  const whole = wholeTensor(schema, elements);
  const used = elements.map((element) => whole || isFeature(schema, nameOf(element)));
  const problems: Problem[] = [];
  const tensors = elements.map((element, at) => {
    const read = used[at] ? readTensor(element as JsonObject, `${path}/${at}`) : undefined;
    if (read && 'message' in read) problems.push(read);
    return read && 'message' in read ? undefined : read;
  });
  if (problems.length > 0) throw unfit(problems);
  return whole ? matrixCells(schema, tensors[0] as Tensor, path) : columnCells(schema, elements.map(nameOf), tensors, path);
}

/** Whether there is but one tensor, and it is not one feature's column: it has a side for the features. */
function wholeTensor(schema: Schema, elements: unknown[]): boolean {
  const { shape } = elements[0] as JsonObject;
  if (elements.length !== 1 || !Array.isArray(shape) || shape.length < 2) return false;
  return !isFeature(schema, nameOf(elements[0])) || (shape.length === 2 && shape[1] === schema.features.length);
}

/** A tensor a feature. */
function columnCells(schema: Schema, names: string[], tensors: (Tensor | undefined)[], path: string): Cells {
  const places = columnPlaces(schema, names, path);
  // Where none is a feature, one row says that they are missing.
  const rows = tensors.find((tensor) => tensor !== undefined)?.shape[0] ?? 1;
  const problems = tensors.flatMap((tensor, at): Problem[] => {
    if (!tensor) return [];
    const { shape } = tensor;
    if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1))
      return [{ path: `${path}/${at}/shape`, message: `found ${shapeText(shape)}, expected [rows] or [rows, 1]` }];
    return shape[0] === rows
      ? []
      : [{ path: `${path}/${at}/shape`, message: `found ${shape[0]} rows, expected ${rows}, as the first tensor has` }];
  });
  if (problems.length > 0) throw unfit(problems);
  const at = (row: number, place: number) => (tensors[place]?.nested ? `${row}/0` : String(row));
  return {
    rows,
    text: false,
    columnar: true,
    names: () => names,
    cell: (row, column) => (places[column] === undefined ? undefined : tensors[places[column]]?.values[row]),
    path: (row, column) => (places[column] === undefined ? path : `${path}/${places[column]}/data/${at(row, places[column])}`),
  };
}

/** One tensor of all features. Where it is of BYTES, numbers are spelled in it, as in CSV: a tensor has one datatype. */
function matrixCells(schema: Schema, { name, shape, values, nested }: Tensor, path: string): Cells {
  const width = schema.features.length;
  const rows = shape[0]!;
  if (shape.length !== 2 || shape[1] !== width) {
    const found = `found one tensor, ${quote(name)} of shape ${shapeText(shape)}`;
    const message = `${found}; expected a tensor for each feature, or one of shape [rows, ${width}] with the features in order`;
    throw unfit([{ path: `${path}/0/shape`, message }]);
  }
  const isText = values.length > 0 && values.every((value) => typeof value === 'string');
  return {
    rows,
    text: isText,
    columnar: false,
    cell: (row, column) => values[row * width + column],
    path: (row, column) => `${path}/0/data/${nested ? `${row}/${column}` : row * width + column}`,
  };
}

/** Reads a tensor's values in row-major order, flat or nested as its shape says; or says what is wrong. */
function readTensor(tensor: JsonObject, path: string): Tensor | Problem {
  const { shape, datatype, data, parameters } = tensor;
  const isShape =
    Array.isArray(shape) && shape.length > 0 && shape.length <= 4 && shape.every((side) => Number.isInteger(side) && side >= 0);
  if (!isShape) return { path: `${path}/shape`, message: 'expected an array of whole numbers, [rows] or [rows, 1]' };
  if (typeof datatype !== 'string' || !DATATYPES.includes(datatype))
    return { path: `${path}/datatype`, message: `found ${describe(datatype)}, expected one of ${DATATYPES.join(', ')}` };
  if (!Array.isArray(data)) return { path: `${path}/data`, message: `found ${describe(data)}, expected an array` };
  const wrong = contentTypeProblem(parameters, `${path}/parameters`);
  if (wrong) return wrong;
  const nested = shape.length > 1 && Array.isArray(data[0]);
  const values: unknown[] | undefined = nested ? flatten(data, shape) : data;
  const expected = shape.reduce((product: number, side: number) => product * side, 1);
  if (!values || values.length !== expected) {
    const found = values ? `${values.length} values` : 'values nested in another way';
    return { path: `${path}/data`, message: `found ${found}, expected ${expected}, as the shape ${shapeText(shape)} says` };
  }
  const fraction = /INT/.test(datatype) ? values.findIndex((value) => typeof value === 'number' && !Number.isInteger(value)) : -1;
  if (fraction !== -1)
    return { path: `${path}/data`, message: `found ${String(values[fraction])}, expected whole numbers, as ${datatype} says` };
  const decode = DECODERS[String(isObject(parameters) ? parameters.content_type : undefined)];
  return { name: nameOf(tensor), shape, values: decode ? values.map(decode) : values, nested };
}

/** Nested arrays as one; undefined where one has not the length that the shape says. */
function flatten(data: unknown[], shape: number[]): unknown[] | undefined {
  let level: unknown[] = data;
  for (const [depth, side] of shape.slice(1).entries()) {
    const isWhole = depth > 0 || data.length === shape[0];
    if (!isWhole || !level.every((one) => Array.isArray(one) && one.length === side)) return undefined;
    level = level.flat(1);
  }
  return level;
}

/** What is done with each value of an input whose content_type is a codec of MLServer's that changes them. */
const DECODERS: Record<string, ((value: unknown) => unknown) | undefined> = { base64: fromBase64, pd_json: fromJson };

/** A column of different kinds, or of texts of which some are missing: MLServer's PandasCodec writes each value as JSON. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    const inner = JSON.parse(value) as unknown;
    return typeof inner === 'object' && inner !== null ? value : inner;
  } catch {
    return value;
  }
}

/** MLServer's Base64Codec: a text that holds bytes, here those of a text. What is not base64 stays as it is, and fits no feature. */
function fromBase64(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return value;
  try {
    return utf8Text(Uint8Array.from(atob(value), (one) => one.charCodeAt(0)));
  } catch {
    return value;
  }
}

function contentTypeProblem(parameters: unknown, path: string): Problem | undefined {
  const type = isObject(parameters) ? parameters.content_type : undefined;
  // MLServer's codecs take what is behind a semicolon for the codec's arguments.
  if (type === undefined || type === null || (typeof type === 'string' && CONTENT_TYPES.includes(type.split(';')[0] as string)))
    return undefined;
  return { path: `${path}/content_type`, message: `found ${describe(type)}, expected one of ${CONTENT_TYPES.join(', ')}` };
}

function unfit(problems: Problem[]): RequestError {
  return new RequestError(422, 'the tensors do not fit their shapes', problems.slice(0, MAX_PROBLEMS));
}

function shapeText(shape: number[]): string {
  return `[${shape.join(', ')}]`;
}

function nameOf(tensor: unknown): string {
  const { name } = tensor as JsonObject;
  return typeof name === 'string' ? name : '';
}
