import { ModelError } from '../errors.ts';
import { utf8Json } from '../schema/utf8.ts';

/*
 * The sections behind an artifact's check rows: what is outside the model's sha256, and not always there. Each has a sha256 of its own.
 * All numbers are little-endian, and each part is padded to a multiple of 8 bytes.
 *
 *  byte  size  what
 *     0     8  the name, 0A, and zeros
 *     8     4  bytes of the JSON (u32)
 *    12     4  how long all that follows the head is, in units of 8 bytes (u32); 0 in earlier artifacts: up to the end of the file
 *    16    32  sha256 of all that follows
 *    48        JSON, padded with spaces, and what the section says
 */
export const SECTION_HEAD = 48;
export const SECTION_SHA256 = { start: 16, end: 48 };

/** Every kind of section by its name, in the order in which they stand. */
const NAMES = [
  'EXPLAIN', // what explanations are computed from: explain/section.ts
  'PROOF', // rows with R's own predictions: proof/section.ts
  'SPREAD', // what intervals and standard errors are computed from: intervals/section.ts
] as const;
export type SectionName = (typeof NAMES)[number];

/** What hashes bytes (SHA-256). */
export type Hash = (bytes: Uint8Array) => Uint8Array;

/** A section with its JSON, and room for so many bytes behind that; `seal` it once these are there. */
export function newSection(name: SectionName, json: object, more = 0): { bytes: Uint8Array; dataAt: number } {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const dataAt = SECTION_HEAD + padded(text.length);
  const bytes = new Uint8Array(dataAt + padded(more));
  bytes.set(new TextEncoder().encode(`${name}\n`));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, text.length, true);
  view.setUint32(12, (bytes.length - SECTION_HEAD) / 8, true);
  bytes.fill(0x20, SECTION_HEAD, dataAt);
  bytes.set(text, SECTION_HEAD);
  return { bytes, dataAt };
}

/** Puts the hash of what a section says into its head. */
export function sealSection(bytes: Uint8Array, hash: Hash): Uint8Array {
  bytes.set(hash(bytes.subarray(SECTION_HEAD)), SECTION_SHA256.start);
  return bytes;
}

/** What a section holds: its JSON, where the data behind that starts in the section's bytes, and the hash in its head. */
export type OpenSection = { json: unknown; dataAt: number; sha256: Uint8Array };

/**
 * Opens the bytes of one section. With `hash` their hash is compared with the one in the head. Throws a ModelError that names the part of
 * the artifact (`part`) and what is wrong.
 */
export function openSection(bytes: Uint8Array, part: string, hash: Hash | undefined): OpenSection {
  const room = bytes.byteLength - SECTION_HEAD;
  if (room < 0) throw new ModelError(part, `${bytes.byteLength} bytes`, `at least ${SECTION_HEAD}`);
  const sha256 = bytes.subarray(SECTION_SHA256.start, SECTION_SHA256.end);
  if (hash) checkHash(part, sha256, hash(bytes.subarray(SECTION_HEAD)));
  const jsonBytes = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (padded(jsonBytes) > room) throw new ModelError(part, `${jsonBytes} bytes of JSON`, `at most ${room}`);
  try {
    return { json: utf8Json(bytes.subarray(SECTION_HEAD, SECTION_HEAD + jsonBytes)), dataAt: SECTION_HEAD + padded(jsonBytes), sha256 };
  } catch {
    throw new ModelError(part, 'bytes that are not JSON', 'JSON in UTF-8');
  }
}

/** Whether a part of a section's JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Compares what a section's bytes were found to hash to with the hash in its head. Throws a ModelError where they differ. */
export function checkSectionHash(section: Uint8Array, hashed: Uint8Array, label: string): void {
  checkHash(`${label}'s section ${nameOf(section)}`, section.subarray(SECTION_SHA256.start, SECTION_SHA256.end), hashed);
}

function checkHash(part: string, said: Uint8Array, hashed: Uint8Array): void {
  const [found, expected] = [toHex(hashed), toHex(said)];
  if (found !== expected) throw new ModelError(part, `sha256 ${found}`, expected);
}

/**
 * The sections of such bytes, each a view on them. Throws a ModelError where one has an unknown name, comes twice or behind a later one, or is
 * cut off: one model with the same sections is always the same bytes.
 */
export function splitSections(bytes: Uint8Array, label: string): { [Name in SectionName]?: Uint8Array } {
  const sections: { [Name in SectionName]?: Uint8Array } = {};
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const fail = (found: string) =>
      new ModelError(`${label}'s sections`, found, `sections that start with ${NAMES.join(', ')}, in this order`);
    const name = nameOf(rest);
    if (name === undefined) throw fail(`${rest.length} other bytes`);
    if (sections[name]) throw fail(`${name} twice`);
    const later = NAMES.slice(NAMES.indexOf(name) + 1).find((one) => sections[one]);
    if (later) throw fail(`${name} behind ${later}`);
    const said = new DataView(rest.buffer, rest.byteOffset).getUint32(12, true);
    const length = said === 0 ? rest.length : SECTION_HEAD + 8 * said;
    if (length > rest.length) throw fail(`${rest.length} bytes of ${name} (cut off?)`);
    sections[name] = rest.subarray(0, length);
    at += length;
  }
  return sections;
}

/** The name in the head of a section; undefined where it is none. */
function nameOf(section: Uint8Array): SectionName | undefined {
  return NAMES.find((one) => section.length >= SECTION_HEAD && startsWith(section, `${one}\n`));
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Array.from(text).every((letter, at) => bytes[at] === letter.charCodeAt(0));
}

/** A multiple of 8 that many bytes fit in. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** A hash in hexadecimal. By hand, since a browser has no Buffer and older ones no toHex(). */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
