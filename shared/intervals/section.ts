import { ModelError } from '../errors.ts';
import { type Hash, isObject, newSection, openSection, sealSection } from '../sections/sections.ts';

/*
 * The section of an artifact (sections/sections.ts) that intervals and standard errors are computed from.
 *
 *  JSON        { parts: [{ by, scalars, arrays: [{ name, length }], names }] }; names where a part has some
 *  arrays      doubles, in the order of the JSON
 */
const NAME = 'SPREAD';
/** Most parts of a section: one of each kind. */
const MOST_PARTS = 8;

/** What one kind of intervals keeps: small values as JSON, doubles by their names, and names of what it answers. */
export type IntervalPart = { by: string; scalars: Record<string, number>; arrays: [string, Float64Array][]; names?: string[] };

/** The bytes of the section. The same parts give the same bytes. */
export function encodeIntervals(parts: readonly IntervalPart[], hash: Hash): Uint8Array {
  const plan = parts.map(({ by, scalars, arrays, names }) => ({
    ...{ by, scalars, arrays: arrays.map(([name, { length }]) => ({ name, length })) },
    ...(names ? { names } : {}),
  }));
  const arrays = parts.flatMap((part) => part.arrays.map(([, array]) => array));
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const { bytes, dataAt } = newSection(NAME, { parts: plan }, size);
  let at = dataAt;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return sealSection(bytes, hash);
}

/**
 * The parts of such bytes, and their hash. With `hash` it is compared with theirs. Throws a ModelError that says what is wrong. The
 * bytes start at a multiple of 8.
 */
export function decodeIntervals(bytes: Uint8Array, label: string, hash: Hash | undefined): { parts: IntervalPart[]; sha256: Uint8Array } {
  const part = `${label}'s section for intervals`;
  const fail = (found: string, expected: string) => new ModelError(part, found, expected);
  const { json, dataAt, sha256 } = openSection(bytes, part, hash);
  const end = bytes.byteLength;
  let at = dataAt;
  const plans = readPlans(json);
  if (!plans) throw fail('another form of its JSON', '{ parts: [{ by, scalars, arrays }] }');
  const parts = plans.map(({ by, scalars, arrays, names }): IntervalPart => {
    const read = arrays.map(({ name, length }): [string, Float64Array] => {
      if (at + 8 * length > end) throw fail(`the array ${name} beyond its end`, `${end} bytes at most`);
      at += 8 * length;
      return [name, new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset + at - 8 * length, length)];
    });
    return { by, scalars, arrays: read, ...(names ? { names } : {}) };
  });
  if (at !== end) throw fail(`arrays up to byte ${at}`, `up to ${end}`);
  return { parts, sha256 };
}

type Plan = { by: string; scalars: Record<string, number>; arrays: { name: string; length: number }[]; names?: string[] };

/** The plans in a section's JSON; undefined where it has another form. */
function readPlans(json: unknown): Plan[] | undefined {
  const isArray = (one: unknown) =>
    isObject(one) && typeof one.name === 'string' && Number.isSafeInteger(one.length) && (one.length as number) >= 0;
  const isPart = (part: unknown) => {
    const isNamed = isObject(part) && typeof part.by === 'string' && isObject(part.scalars) && Array.isArray(part.arrays);
    const areNames = isObject(part) && (part.names === undefined || areTexts(part.names));
    return isNamed && areNames && Object.values(part.scalars as object).every(Number.isFinite) && (part.arrays as unknown[]).every(isArray);
  };
  const { parts } = isObject(json) ? json : {};
  const isList = Array.isArray(parts) && parts.length <= MOST_PARTS && parts.every(isPart);
  return isList && new Set(parts.map(({ by }) => by)).size === parts.length ? (parts as Plan[]) : undefined;
}

/** Whether a value is a list of texts, each once. */
function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string') && new Set(value).size === value.length;
}
