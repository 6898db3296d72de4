import { createHash } from 'node:crypto';
import { ModelError } from './errors.ts';
import { type Card, checkCard, checkSchema, type Schema } from './features.ts';
import { checkForest, type Forest } from './forest.ts';
import { outputWidth, type Predictor, predictRows } from './predict.ts';

/*
 * The artifact: one model in one file. All numbers are little-endian; each section starts at a multiple of 8 bytes and is
 * padded to one with zeros (JSON with spaces), so that every array is a view on the file's bytes.
 *
 *  byte  size  what
 *     0     8  magic "CANOPY" 0D 0A (a file mangled as text loses them)
 *     8     4  formatVersion (u32)
 *    12     4  bytes of the schema (u32)
 *    16     4  bytes of the card (u32)
 *    20     4  check rows (u32)
 *    24     4  trees (u32)
 *    28     4  nodes (u32)
 *    32     4  doubles in leaves (u32)
 *    36     4  doubles a leaf (u32)
 *    40     4  features (u32)
 *    44     4  zero (not in the sha256, and so refused where it is not)
 *    48    32  sha256 of the model section with bytes 24 to 44 before it
 *    80        model section:
 *              schema      JSON
 *              threshold   f64 a node
 *              leaves      f64
 *              left        u32 a node
 *              right       u32 a node
 *              roots       u32 a tree and one more
 *              feature     u16 a node
 *              partitioned u8 a feature
 *              card        JSON, outside the sha256
 *              check rows  f64: rows x features, then rows x outputs
 */
const MAGIC = [0x43, 0x41, 0x4e, 0x4f, 0x50, 0x59, 0x0d, 0x0a];
/** The only version this code reads and writes. */
export const FORMAT_VERSION = 1;
const HEADER = 80;
const COUNTS = { start: 24, end: 44 };

/** Rows drawn from the splits at import, with the plain predictor's answers, computed again at every start. */
export type CheckRows = { rows: Float64Array; outputs: Float64Array };

/** A model as it is served. `sha256` is that of its schema and forest, in hexadecimal. */
export type Model = Predictor & { sha256: string; card: Card; checks: CheckRows };

/** Where each section of a file with these counts starts, and where the file ends. */
function layout(view: DataView) {
  const u32 = (at: number) => view.getUint32(at, true);
  const [schemaBytes, cardBytes, checkRows, trees, nodes] = [u32(12), u32(16), u32(20), u32(24), u32(28)];
  const [leafDoubles, width, features] = [u32(32), u32(36), u32(40)];
  let end = HEADER;
  const section = (bytes: number) => {
    const start = end;
    end = Math.ceil((start + bytes) / 8) * 8;
    return start;
  };
  const schema = section(schemaBytes);
  const threshold = section(nodes * 8);
  const leaves = section(leafDoubles * 8);
  const left = section(nodes * 4);
  const right = section(nodes * 4);
  const roots = section((trees + 1) * 4);
  const feature = section(nodes * 2);
  const partitioned = section(features);
  const card = section(cardBytes);
  const checks = end;
  const counts = { schemaBytes, cardBytes, checkRows, trees, nodes, leafDoubles, width, features };
  return { ...counts, schema, threshold, leaves, left, right, roots, feature, partitioned, card, checks };
}

/** The bytes of a model's artifact. The same model gives the same bytes; the sha256 given is ignored and computed anew. */
export function encodeArtifact(model: Omit<Model, 'sha256'>): Uint8Array {
  const { schema, forest, card, checks } = model;
  const schemaJson = new TextEncoder().encode(JSON.stringify(schema));
  const cardJson = new TextEncoder().encode(JSON.stringify(card));
  const header = new DataView(new ArrayBuffer(HEADER));
  const checkRows = checks.outputs.length / outputWidth(schema);
  const numbers = [FORMAT_VERSION, schemaJson.length, cardJson.length, checkRows, forest.roots.length - 1];
  numbers.push(forest.left.length, forest.leaves.length, forest.width, schema.features.length);
  MAGIC.forEach((byte, at) => {
    header.setUint8(at, byte);
  });
  numbers.forEach((number, place) => {
    header.setUint32(8 + 4 * place, number, true);
  });
  const at = layout(header);
  const bytes = new Uint8Array(at.checks + 8 * (checks.rows.length + checks.outputs.length));
  const put = (start: number, part: ArrayBufferView) => {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), start);
  };
  bytes.fill(0x20, at.schema, at.threshold);
  bytes.fill(0x20, at.card, at.checks);
  put(0, header);
  put(at.schema, schemaJson);
  put(at.card, cardJson);
  for (const name of ['threshold', 'leaves', 'left', 'right', 'roots', 'feature', 'partitioned'] as const) put(at[name], forest[name]);
  put(at.checks, checks.rows);
  put(at.checks + checks.rows.byteLength, checks.outputs);
  bytes.set(modelSha256(bytes, at.card), 48);
  return bytes;
}

/**
 * The model of an artifact's bytes; its arrays are views on them (they are copied once where they do not start at a
 * multiple of 8). Throws a ModelError where the bytes are of another format version, cut off, changed or against the
 * forest's invariants. The check rows are not computed here: see failedCheck.
 */
export function decodeArtifact(bytes: Uint8Array, thing = 'artifact'): Model {
  if (bytes.byteLength < HEADER || !MAGIC.every((byte, at) => bytes[at] === byte)) {
    throw new ModelError(thing, 'other bytes', 'an artifact, which starts with CANOPY');
  }
  // A Buffer's slice() would share its bytes, and start where it does.
  if (bytes.byteOffset % 8 !== 0) return decodeArtifact(new Uint8Array(bytes), thing);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) throw new ModelError(thing, `artifact version ${version}`, String(FORMAT_VERSION));
  if (view.getUint32(44, true) !== 0) throw new ModelError(thing, 'bytes 44 to 47 that are not zero', 'zero');
  const at = layout(view);
  if (at.checks > bytes.byteLength) throw new ModelError(thing, `${bytes.byteLength} bytes (cut off?)`, `at least ${at.checks}`);
  const sha256 = modelSha256(bytes, at.card);
  if (!sha256.equals(bytes.subarray(48, 80))) {
    throw new ModelError(thing, `sha256 ${sha256.toString('hex')}`, Buffer.from(bytes.subarray(48, 80)).toString('hex'));
  }
  const schema = readJson(bytes, at.schema, at.schemaBytes, `${thing}'s schema`) as Schema;
  checkSchema(schema, `${thing}'s schema`);
  const card = readJson(bytes, at.card, at.cardBytes, `${thing}'s card`) as Card;
  checkCard(card, `${thing}'s card`);
  const features = schema.features.length;
  const doubles = at.checkRows * (features + outputWidth(schema));
  const length = at.checks + 8 * doubles;
  if (length !== bytes.byteLength) throw new ModelError(thing, `${bytes.byteLength} bytes`, String(length));
  const base = bytes.byteOffset;
  const { buffer } = bytes;
  const forest: Forest = {
    roots: new Uint32Array(buffer, base + at.roots, at.trees + 1),
    left: new Uint32Array(buffer, base + at.left, at.nodes),
    right: new Uint32Array(buffer, base + at.right, at.nodes),
    feature: new Uint16Array(buffer, base + at.feature, at.nodes),
    threshold: new Float64Array(buffer, base + at.threshold, at.nodes),
    leaves: new Float64Array(buffer, base + at.leaves, at.leafDoubles),
    width: at.width,
    partitioned: bytes.subarray(at.partitioned, at.partitioned + at.features),
  };
  if (at.features !== features) throw new ModelError(thing, `${at.features} features`, `${features}, as in the schema`);
  checkForest(forest, thing);
  checkLeaves(schema, forest, thing);
  const checks = {
    rows: new Float64Array(buffer, base + at.checks, at.checkRows * features),
    outputs: new Float64Array(buffer, base + at.checks + 8 * at.checkRows * features, at.checkRows * outputWidth(schema)),
  };
  return { schema, forest, sha256: sha256.toString('hex'), card, checks };
}

/** Computes the check rows again: undefined where every bit is as it was at import, else a sentence that names the first row that is not. */
export function failedCheck(model: Model): string | undefined {
  const { rows, outputs } = model.checks;
  const now = predictRows(model, rows);
  if (outputs.length === 0) return 'the artifact has no check rows';
  for (let at = 0; at < outputs.length; at += 1) {
    if (!Object.is(now[at], outputs[at])) {
      const row = Math.floor(at / outputWidth(model.schema)) + 1;
      return `check row ${row} gives ${now[at]}, at import it gave ${outputs[at]}`;
    }
  }
  return undefined;
}

/** Holds the leaves against what the schema says that a leaf is. */
function checkLeaves(schema: Schema, { leaves, width }: Forest, thing: string): void {
  if (width !== outputWidth(schema)) throw new ModelError(thing, `${width} doubles a leaf`, String(outputWidth(schema)));
  if (schema.kind !== 'classification') return;
  const classes = schema.classes?.length ?? 0;
  const wrong = leaves.find((place) => !(Number.isInteger(place) && place >= 0 && place < classes));
  if (wrong !== undefined) throw new ModelError(`${thing}'s leaves`, `class ${wrong}`, `0 to ${classes - 1}`);
}

/** The SHA-256 of schema and forest with their counts. */
function modelSha256(bytes: Uint8Array, end: number): Buffer {
  const counts = bytes.subarray(COUNTS.start, COUNTS.end);
  return createHash('sha256').update(counts).update(bytes.subarray(HEADER, end)).digest();
}

function readJson(bytes: Uint8Array, start: number, length: number, thing: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, start + length)));
  } catch {
    throw new ModelError(thing, 'bytes that are not JSON', 'JSON');
  }
}
