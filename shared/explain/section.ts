import { ModelError } from '../errors.ts';
import { utf8Json } from '../schema/utf8.ts';
import { type Hash, newSection, padded, SECTION_HEAD, SECTION_SHA256, sealSection } from '../sections/sections.ts';

/*
 * The section of an artifact that explanations are computed from (sections/sections.ts). Its JSON is { arrays: [{ name, type, length }] };
 * behind it is the one array: `cover`, the weight of the training rows in each leaf.
 */
const NAME = 'EXPLAIN';

/** The kinds of arrays, the smallest first. */
const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type Kind = keyof typeof KINDS;
type Numbers = InstanceType<(typeof KINDS)[Kind]>;

/** What an artifact holds for explanations: the weight of the training rows in each leaf, in the order of the leaves. */
export type Weights = { cover: Numbers };

/** The bytes of the section. The same weights give the same bytes, however large the numbers are that they came in. */
export function encodeSection(cover: ArrayLike<number>, hash: Hash): Uint8Array {
  const kept = smallest(cover);
  const plan = { arrays: [{ name: 'cover', type: kindOf(kept), length: kept.length }] };
  const { bytes, dataAt } = newSection(NAME, plan, kept.byteLength);
  bytes.set(new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength), dataAt);
  return sealSection(bytes, hash);
}

/** The weights of such bytes, and their hash. With `hash` it is compared with theirs. Throws a ModelError that says what is wrong. */
export function decodeSection(bytes: Uint8Array, label: string, hash: Hash | undefined): Weights & { sha256: Uint8Array } {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s section for explanations`, found, expected);
  if (bytes.byteLength < SECTION_HEAD) throw fail(`${bytes.byteLength} bytes`, `a section that starts with ${NAME}`);
  const jsonBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  const arrayAt = SECTION_HEAD + padded(jsonBytes);
  if (arrayAt > bytes.byteLength) throw fail(`${jsonBytes} bytes of JSON`, `at most ${bytes.byteLength - SECTION_HEAD}`);
  const sha256 = bytes.subarray(SECTION_SHA256.start, SECTION_SHA256.end);
  if (hash && !hash(bytes.subarray(SECTION_HEAD)).every((byte, at) => byte === sha256[at]))
    throw fail('another sha256', 'that of its bytes');
  const { type, length } = planOf(bytes.subarray(SECTION_HEAD, SECTION_HEAD + jsonBytes), fail);
  const size = padded(length * KINDS[type].BYTES_PER_ELEMENT);
  if (arrayAt + size !== bytes.byteLength) throw fail(`${bytes.byteLength} bytes`, String(arrayAt + size));
  return { cover: new KINDS[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + arrayAt, length), sha256 };
}

function planOf(json: Uint8Array, fail: (found: string, expected: string) => ModelError): { type: Kind; length: number } {
  const plan = readPlan(json);
  const [first, ...others] = Array.isArray(plan?.arrays) ? plan.arrays : [];
  const { name, type, length } = (first ?? {}) as { name?: unknown; type?: unknown; length?: unknown };
  const isPlan = others.length === 0 && name === 'cover' && typeof type === 'string' && Object.hasOwn(KINDS, type);
  if (isPlan && Number.isSafeInteger(length) && (length as number) >= 0) return { type: type as Kind, length: length as number };
  throw fail('another form of its JSON', 'one array, called cover');
}

function readPlan(json: Uint8Array): { arrays?: unknown } | undefined {
  try {
    return utf8Json(json) as { arrays?: unknown };
  } catch {
    return undefined;
  }
}

/** Numbers as the smallest kind of array that keeps each of them. */
function smallest(numbers: ArrayLike<number>): Numbers {
  const all = Float64Array.from(numbers);
  for (const kind of Object.values(KINDS)) {
    const kept = kind.from(all);
    if (kept.every((number, at) => Object.is(number, all[at]))) return kept;
  }
  return all;
}

function kindOf(array: Numbers): Kind {
  return (Object.keys(KINDS) as Kind[]).find((kind) => array instanceof KINDS[kind]) as Kind;
}
