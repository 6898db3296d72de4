import { ModelError } from '../../../shared/errors.ts';
import { readBinary } from './binary.ts';
import type { Booster } from './booster.ts';
import { readDocument } from './document.ts';
import { JsonSource } from './json.ts';
import { UbjsonSource } from './ubjson.ts';

/** What serializing wrote in 1.0 to 1.4: this, the length of the binary model, the model, and its configuration in JSON. */
const OFFSET = 'CONFIG-offset:';
/** The members with which a document of xgboost begins. */
const FIRST = ['learner', 'version', 'Model', 'Config'];
const OBJECTIVE = /^(?:multi|reg|binary|count|rank|survival|gpu):[a-z]+$/;

/** The form of a booster's bytes, by how they start; undefined where they are none. */
export function formOf(start: Uint8Array): 'json' | 'ubjson' | 'binary' | 'serialized' | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, 256)).toString('latin1');
  const json = /^\s*\{\s*"(\w{1,20})"\s*:/.exec(text);
  if (json) return FIRST.includes(json[1]!) ? 'json' : undefined;
  if (text.startsWith('{'))
    return FIRST.some((name) => text.startsWith(`{L\0\0\0\0\0\0\0${String.fromCharCode(name.length)}${name}`)) ? 'ubjson' : undefined;
  if (text.startsWith(OFFSET)) return 'serialized';
  const at = text.startsWith('binf') ? 4 : 0;
  // Behind the learner's parameters stands the objective's name with its length.
  const length = text.charCodeAt(at + 136);
  return OBJECTIVE.test(text.slice(at + 144, at + 144 + length)) ? 'binary' : undefined;
}

/** Reads a booster of any of xgboost's forms: JSON, UBJSON, the binary one, or what serializing wrote. Throws a ModelError. */
export function readBooster(bytes: Uint8Array, label: string): Booster {
  const form = formOf(bytes);
  if (form === 'json') return readDocument(new JsonSource(bytes, label), label);
  if (form === 'ubjson') return readDocument(new UbjsonSource(bytes, label), label);
  if (form === 'binary') return readBinary(bytes, label);
  if (form === 'serialized') return readBinary(modelIn(bytes, label), label);
  const found = bytes.byteLength < 144 ? `${bytes.byteLength} bytes (cut off?)` : 'other bytes';
  throw new ModelError(label, found, 'a model of xgboost in JSON, UBJSON or its binary form');
}

/** The binary model of serialized bytes, without the configuration behind it. */
function modelIn(bytes: Uint8Array, label: string): Uint8Array {
  const from = OFFSET.length + 8;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength < from ? -1 : Number(view.getBigInt64(OFFSET.length, true));
  if (length > 0 && length <= bytes.byteLength - from) return bytes.subarray(from, from + length);
  throw new ModelError(label, `a model of ${length} bytes (cut off?)`, `at most ${bytes.byteLength - from}`);
}
