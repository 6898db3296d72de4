import { ModelError } from '../errors.ts';
import type { Permutation } from '../schema/explain-ask.ts';
import { type Hash, isObject, newSection, openSection, padded, sealSection } from '../sections/sections.ts';
import { readPermuted } from './permutation.ts';

/*
 * The section of an artifact that explanations are computed from (sections/sections.ts). Its JSON is { arrays: [{ name, type, length }],
 * real?, permuted? }; behind it are the arrays of Basis, each where it is there, each padded to a multiple of 8 bytes. `real` says that the
 * background rows are training rows, `permuted` ({ loss, target, rows }) what the array `permutation` is of: the loss, and how much greater
 * it is with each feature shuffled.
 */
const NAME = 'EXPLAIN';

/** The kinds of arrays, the smallest first. */
const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type Kind = keyof typeof KINDS;
type Numbers = InstanceType<(typeof KINDS)[Kind]>;
type Plan = { name: Name; type: Kind; length: number };

/** The arrays that a section may have, in this order, each once. */
const NAMES = ['cover', 'background', 'means', 'importance', 'permutation'] as const;
type Name = (typeof NAMES)[number];

/** What explanations rest on: the parts of an artifact's section, each where it is there. */
export type Basis = {
  /** The weight of the training rows in each leaf, in the order of the leaves. */
  cover?: ArrayLike<number>;
  /** Rows of all features (of the model, before any steps) side by side, as predictRows takes them; at most MAX_BACKGROUND. */
  background?: Float64Array;
  /** The mean in the training data of each summand of the body's sum, in their order. */
  means?: Float64Array;
  /** The mean of the absolute contributions of each feature over the background rows. */
  importance?: Float64Array;
  /** How much worse the answers get where the values of one feature are shuffled. */
  permutation?: Permutation;
  /** Whether the background rows are rows of the training data; else they were drawn, each column by itself. */
  isReal?: boolean;
};

/** The bytes of the section. The same basis gives the same bytes, however large the numbers are that it came in. */
export function encodeSection(basis: Basis, hash: Hash): Uint8Array {
  const { permutation, isReal } = basis;
  const lists = { ...basis, permutation: permutation && [permutation.base, ...permutation.increases] };
  const kept = NAMES.flatMap((name): [Name, Numbers][] => (lists[name] ? [[name, smallest(lists[name])]] : []));
  const arrays = kept.map(([name, array]): Plan => ({ name, type: kindOf(array), length: array.length }));
  const size = kept.reduce((sum, [, array]) => sum + padded(array.byteLength), 0);
  const permuted = permutation && { loss: permutation.loss, target: permutation.target, rows: permutation.rows };
  const { bytes, dataAt } = newSection(NAME, { arrays, ...(isReal ? { real: true } : {}), ...(permuted ? { permuted } : {}) }, size);
  let at = dataAt;
  for (const [, array] of kept) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  return sealSection(bytes, hash);
}

/** The basis of such bytes, and their hash. With `hash` it is compared with theirs. Throws a ModelError that says what is wrong. */
export function decodeSection(bytes: Uint8Array, label: string, hash: Hash | undefined): Basis & { sha256: Uint8Array } {
  const part = `${label}'s section for explanations`;
  const fail = (found: string, expected: string) => new ModelError(part, found, expected);
  const { json, dataAt, sha256 } = openSection(bytes, part, hash);
  let at = dataAt;
  const plan = readPlan(json);
  if (!plan) throw fail('another form of its JSON', `arrays called ${NAMES.join(', ')}, each once at most`);
  const places = plan.arrays.map(({ type, length }) => {
    const place = at;
    at += padded(length * KINDS[type].BYTES_PER_ELEMENT);
    return place;
  });
  if (at !== bytes.byteLength) throw fail(`${bytes.byteLength} bytes`, String(at));
  const basis: Basis & { sha256: Uint8Array } = { sha256, ...(plan.isReal ? { isReal: true } : {}) };
  plan.arrays.forEach(({ name, type, length }, place) => {
    const array = new KINDS[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + places[place]!, length);
    // Weights are as many as there are leaves: they stay where they are.
    if (name === 'cover') basis.cover = array;
    else if (name === 'permutation')
      basis.permutation = { ...plan.permuted!, base: array[0] ?? Number.NaN, increases: Float64Array.from(array.subarray(1)) };
    else basis[name] = Float64Array.from(array);
  });
  return basis;
}

/** What the JSON says; undefined where it has another form. */
function readPlan(json: unknown): { arrays: Plan[]; isReal: boolean; permuted: ReturnType<typeof readPermuted> } | undefined {
  const { arrays, real = false, permuted: given } = isObject(json) ? json : {};
  if (!Array.isArray(arrays) || typeof real !== 'boolean') return undefined;
  let before = -1;
  for (const { name, type, length } of arrays.map((one) => (one ?? {}) as { name?: unknown; type?: unknown; length?: unknown })) {
    const place = NAMES.indexOf(name as Name);
    const isLength = Number.isSafeInteger(length) && (length as number) >= 0;
    if (place <= before || typeof type !== 'string' || !Object.hasOwn(KINDS, type) || !isLength) return undefined;
    before = place;
  }
  const permuted = readPermuted(given);
  // What the last array is of is said beside it, and of no other.
  const isPermuted = arrays.at(-1)?.name === 'permutation';
  if (arrays.length === 0 || isPermuted !== (permuted !== undefined)) return undefined;
  return { arrays: arrays as Plan[], isReal: real, permuted };
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
