import { RequestError } from '../errors.ts';
import { utf8Text } from '../schema/utf8.ts';
import { isObject, type JsonObject } from './cells.ts';
import { parseJson } from './json.ts';

/** How one number of a datatype is read. All are little-endian, as the extension says. */
const NUMBERS: Record<string, { bytes: number; read(view: DataView, at: number): number | boolean }> = {
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) !== 0 },
  UINT8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  UINT64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  INT8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  FP16: { bytes: 2, read: (view, at) => halfOf(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloatOf(view.getUint16(at, true)) },
  FP32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  FP64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/**
 * The value of an inference request with binary tensors (the protocol's binary tensor data extension), and its JSON: `headerLength` bytes of
 * JSON, then the data of each input that has `binary_data_size`, one behind the other. The data is put where JSON would have
 * it; a NaN becomes null, a missing value. Throws a 400 that names the input where the bytes are not what the JSON says.
 */
export function readBinaryRequest(body: Uint8Array, headerLength: string): { value: unknown; text: string } {
  const length = /^\d{1,10}$/.test(headerLength.trim()) ? Number(headerLength) : Number.NaN;
  if (!(length > 0 && length <= body.length)) {
    throw new RequestError(400, `inference-header-content-length: found ${length}, expected the bytes of the JSON, 1 to ${body.length}`);
  }
  const text = decode(body.subarray(0, length), 'the JSON before the binary data');
  const value = parseJson(text);
  const inputs = isObject(value) && Array.isArray(value.inputs) ? value.inputs : [];
  let at = length;
  for (const [place, input] of inputs.entries()) {
    const size = isObject(input) && isObject(input.parameters) ? input.parameters.binary_data_size : undefined;
    if (size === undefined) continue;
    const path = `/inputs/${place}`;
    if (!(Number.isInteger(size) && (size as number) >= 0)) throw refusal(path, 'binary_data_size: expected a whole number of bytes');
    const end = at + (size as number);
    if (end > body.length) throw refusal(path, `binary_data_size is ${size}; found ${body.length - at} bytes`);
    (input as JsonObject).data = readValues(body.subarray(at, end), input as JsonObject, path);
    at = end;
  }
  if (at !== body.length) throw new RequestError(400, `found ${body.length - at} bytes behind the last tensor, expected none`);
  return { value, text };
}

function readValues(bytes: Uint8Array, { datatype }: JsonObject, path: string): unknown[] {
  if (datatype === 'BYTES') return readTexts(bytes, path);
  const kind = typeof datatype === 'string' && Object.hasOwn(NUMBERS, datatype) ? NUMBERS[datatype] : undefined;
  if (!kind) throw refusal(path, `datatype: expected BYTES or one of ${Object.keys(NUMBERS).join(', ')}`);
  if (bytes.length % kind.bytes !== 0)
    throw refusal(path, `found ${bytes.length} bytes, expected ${kind.bytes} for each value of ${datatype}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / kind.bytes }, (_, place) => {
    const number = kind.read(view, place * kind.bytes);
    return Number.isNaN(number) ? null : number;
  });
}

/** Texts, each behind its length in 4 bytes. */
function readTexts(bytes: Uint8Array, path: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const from = at + 4;
    const end = from <= bytes.length ? from + view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw refusal(path, `text ${texts.length + 1} is cut off`);
    texts.push(decode(bytes.subarray(from, end), `${path}: text ${texts.length + 1}`));
    at = end;
  }
  return texts;
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** bfloat16: the upper half of a binary32. */
function bfloatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

function decode(bytes: Uint8Array, label: string): string {
  try {
    return utf8Text(bytes);
  } catch {
    throw new RequestError(400, `${label} is not UTF-8`);
  }
}

function refusal(path: string, message: string): RequestError {
  return new RequestError(400, 'the binary data does not fit its tensors', [{ path, message }]);
}

/** What an output's values are in binary: doubles, or texts each behind its length in 4 bytes. */
export function binaryOf(values: (number | string | boolean | null)[]): Uint8Array {
  if (values.every((value) => typeof value === 'boolean')) return Uint8Array.from(values, Number);
  if (values.every((value) => typeof value === 'number' || value === null)) {
    const bytes = new Uint8Array(values.length * 8);
    const view = new DataView(bytes.buffer);
    for (const [at, value] of values.entries()) view.setFloat64(at * 8, value ?? Number.NaN, true);
    return bytes;
  }
  const texts = values.map((value) => new TextEncoder().encode(String(value)));
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}
