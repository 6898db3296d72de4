import { createHash } from 'node:crypto';
import type { PackedArray } from './bodies/arrays.ts';
import { BODIES } from './bodies/bodies.ts';
import type { ExplainerKind } from './bodies/explainer.ts';
import type { BodyKind } from './bodies/kind.ts';
import type { Outcome } from './bodies/outcome.ts';
import { ModelError } from './errors.ts';
import { type Basis, encodeSection } from './explain/section.ts';
import { checkPredictor, type Predictor, predictRows, withExplanations, withIntervals } from './predict.ts';
import { answerColumns } from './schema/answer-columns.ts';
import type { Card } from './schema/card.ts';
import { checkCard } from './schema/check-card.ts';
import { checkStored } from './schema/check-schema.ts';
import type { Schema } from './schema/features.ts';
import { defaultParameters } from './schema/parameters.ts';
import { outputWidth } from './schema/shape.ts';
import { utf8Json } from './schema/utf8.ts';
import { padded, splitSections, toHex } from './sections/sections.ts';
import type { BoundStep, Step, StepKind } from './steps/kind.ts';
import { inputSchema, withTexts } from './steps/pipeline.ts';
import { STEPS } from './steps/steps.ts';

/*
 * The artifact: one model in one file. All numbers are little-endian; each part starts at a multiple of 8 bytes and is
 * padded to one with zeros (JSON with spaces), so that every array is a view on the file's bytes.
 *
 *  byte  size  what
 *     0     8  magic "CANOPY" 0D 0A (a file mangled as text loses them)
 *     8     4  formatVersion (u32)
 *    12     4  bytes of the model's JSON (u32)
 *    16     4  bytes of the card (u32)
 *    20     4  check rows (u32)
 *    24     8  bytes of the model section (f64)
 *    32    32  sha256 of the model section
 *    64        model section:
 *              JSON        { schema, body: { type, scalars, arrays: [{ name, type, length }] }, steps?, outcome? }; one step of
 *                          expressions alone stands as `inputs` among the scalars
 *              arrays      in the order of the JSON; type is f64, u32, u16 or u8
 *              card        JSON, outside the sha256
 *              check rows  f64: rows x features, then rows x outputs
 *              sections, where there are any (sections/sections.ts)
 */
const MAGIC = [0x43, 0x41, 0x4e, 0x4f, 0x50, 0x59, 0x0d, 0x0a];
/** The only version this code reads and writes. */
export const FORMAT_VERSION = 3;
const HEADER = 64;
const SHA256 = { start: 32, end: 64 };
/** Each start computes the check rows before it answers; an import draws 16. */
const [MOST_CHECKS, MOST_CHECK_MS] = [256, 1_000];

/** The kinds of arrays, and the bytes of an element. */
const ARRAYS = { f64: Float64Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array } as const;
export type ArrayKind = keyof typeof ARRAYS;
type ArrayPlan = { name: string; type: ArrayKind; length: number };
type BodyJson = { type: string; scalars: Record<string, unknown>; arrays: ArrayPlan[] };
type ModelJson = { schema: Schema; body: BodyJson; steps?: Step[]; outcome?: Outcome };

/** The kinds of bodies and steps that can be opened: the project's, unless somebody passes others. */
export type Kinds = {
  bodies: readonly BodyKind<unknown>[];
  steps: readonly StepKind<Step>[];
  explainers?: readonly ExplainerKind<unknown>[];
};
const KINDS: Kinds = { bodies: BODIES, steps: STEPS };

/** Rows drawn from the splits at import, with the plain predictor's answers, computed again at every start. */
export type CheckRows = { rows: Float64Array; outputs: Float64Array };

/** A model as it is served. `sha256` is that of its schema and forest, in hexadecimal. */
export type Model = UnsignedModel & { sha256: string };
/**
 * A model before its artifact, whose bytes settle its sha256; `basis`: what its explanations rest on;
 * `proof`: the section with rows and R's own predictions (proof/section.ts); `spread`: that for intervals (intervals/section.ts).
 */
export type UnsignedModel = Predictor & { card: Card; checks: CheckRows; basis?: Basis; proof?: Uint8Array; spread?: Uint8Array };

/**
 * How an artifact is opened. `isHeld`: its bytes were compared with the sha256 in its header since they were written; `hashed`:
 * the sha256 that somebody found them to have; `sections`: the sections are put there and not compared, for somebody who hashes them
 * himself (checkSectionHash), as a browser's hash is not there at once; `checks`: what checks schema, card, steps and body is put
 * there and not called, for somebody who calls it before the first answer; `kinds`: other bodies and steps than the project's.
 */
export type OpenOptions = { isHeld?: boolean; hashed?: Uint8Array; sections?: Uint8Array[]; checks?: (() => void)[]; kinds?: Kinds };

/** The bytes of a model's artifact. The same model gives the same bytes. */
export function encodeArtifact(model: UnsignedModel): Uint8Array {
  const { schema, card, checks } = model;
  const packed = model.body.kind.pack(model.body.data);
  const arrays = packed.arrays.map(([name, array]): ArrayPlan => ({ name, type: kindOf(array), length: array.length }));
  const bodyJson = { type: packed.type, scalars: packed.scalars, arrays };
  const { inputs: _, explain: __, intervals: ___, later: ____, ...kept } = schema;
  const json = toJson(withSteps({ schema: kept, body: bodyJson, ...(model.outcome ? { outcome: model.outcome } : {}) }, model.steps ?? []));
  const cardJson = toJson(card);
  const places: number[] = [];
  let end = HEADER + padded(json.length);
  for (const [, array] of packed.arrays) {
    places.push(end);
    end += padded(array.byteLength);
  }
  const cardAt = end;
  const checksAt = cardAt + padded(cardJson.length);
  const explained = model.basis && encodeSection(model.basis, sha256Of);
  const sections = [explained, model.proof, model.spread].filter((section) => section !== undefined);
  let sectionAt = checksAt + checks.rows.byteLength + checks.outputs.byteLength;
  const bytes = new Uint8Array(sections.reduce((sum, section) => sum + section.length, sectionAt));
  const put = (start: number, part: ArrayBufferView) => bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), start);
  const view = new DataView(bytes.buffer);
  const checkRows = checks.outputs.length / outputWidth(schema, defaultParameters(schema));
  bytes.set(MAGIC);
  [FORMAT_VERSION, json.length, cardJson.length, checkRows].forEach((number, place) => {
    view.setUint32(8 + 4 * place, number, true);
  });
  view.setFloat64(24, cardAt - HEADER, true);
  bytes.fill(0x20, HEADER, HEADER + padded(json.length));
  bytes.fill(0x20, cardAt, checksAt);
  put(HEADER, json);
  packed.arrays.forEach(([, array], place) => {
    put(places[place]!, array);
  });
  put(cardAt, cardJson);
  put(checksAt, checks.rows);
  put(checksAt + checks.rows.byteLength, checks.outputs);
  for (const section of sections) {
    put(sectionAt, section);
    sectionAt += section.length;
  }
  bytes.set(sha256Of(bytes.subarray(HEADER, cardAt)), SHA256.start);
  return bytes;
}

/**
 * The model of an artifact's bytes; its arrays are views on them (they are copied once where they do not start at a
 * multiple of 8). Throws a ModelError where the bytes are of another format version, cut off, changed or against the
 * invariants of what computes. The check rows are not computed here: see failedCheck.
 */
export function decodeArtifact(bytes: Uint8Array, label = 'artifact', options: OpenOptions = {}): Model {
  // A Buffer's slice() would share its bytes, and start where it does.
  if (bytes.byteOffset % 8 !== 0) return decodeArtifact(new Uint8Array(bytes), label, options);
  const { jsonBytes, cardBytes, checkRows, cardAt } = readHeader(bytes, label);
  const checksAt = cardAt + padded(cardBytes);
  need(bytes, checksAt, label);
  const expected = toHex(bytes.subarray(SHA256.start, SHA256.end));
  const sha256 = options.isHeld ? expected : toHex(options.hashed ?? sha256Of(bytes.subarray(HEADER, cardAt)));
  if (sha256 !== expected) throw new ModelError(label, `sha256 ${sha256}`, expected);
  const json = readJson(bytes, HEADER, jsonBytes, `${label}'s JSON`) as ModelJson;
  const { schema, body } = json;
  const hold = (check: () => void) => (options.checks ? options.checks.push(check) : check());
  hold(() => checkStored(schema, `${label}'s schema`));
  const arrays = new Map<string, PackedArray>();
  let end = HEADER + padded(jsonBytes);
  for (const plan of plansOf(body, label)) {
    const start = end;
    end += padded(plan.length * ARRAYS[plan.type].BYTES_PER_ELEMENT);
    if (end > cardAt) throw new ModelError(label, `the array ${plan.name} beyond its section`, `${cardAt} bytes at most`);
    arrays.set(plan.name, new ARRAYS[plan.type](bytes.buffer as ArrayBuffer, bytes.byteOffset + start, plan.length));
  }
  if (end !== cardAt) throw new ModelError(label, `arrays up to byte ${end}`, `up to ${cardAt}`);
  const card = readJson(bytes, cardAt, cardBytes, `${label}'s card`) as Card;
  hold(() => checkCard(card, `${label}'s card`));
  const predictor = openPredictor(json, arrays, options.kinds ?? KINDS, label);
  hold(() => checkPredictor(predictor, label));
  const [features, outputs] = [schema.features.length, outputWidth(schema, defaultParameters(schema))];
  const length = checksAt + 8 * checkRows * (features + outputs);
  if (length > bytes.byteLength) throw new ModelError(label, `${bytes.byteLength} bytes`, String(length));
  const checks = {
    rows: new Float64Array(bytes.buffer, bytes.byteOffset + checksAt, checkRows * features),
    outputs: new Float64Array(bytes.buffer, bytes.byteOffset + checksAt + 8 * checkRows * features, checkRows * outputs),
  };
  const sections = splitSections(bytes.subarray(length), label);
  const { EXPLAIN: explain, PROOF: proof, SPREAD: spread } = sections;
  options.sections?.push(...Object.values(sections));
  const hash = options.isHeld || options.sections ? undefined : sha256Of;
  const plain = { ...predictor, schema: withInputs(predictor), sha256, card, checks, ...(proof ? { proof } : {}) };
  const opened = spread ? { ...withIntervals(plain, spread, label, hash), spread } : plain;
  return explain ? withExplanations(opened, explain, label, { hash, explainers: options.kinds?.explainers }) : opened;
}

/**
 * Where the model section of an artifact begins and ends, by its first bytes: what its sha256 is of. Throws a ModelError where
 * they are none of an artifact's.
 */
export function modelSection(bytes: Uint8Array, label: string): { start: number; end: number } {
  return { start: HEADER, end: readHeader(bytes, label).cardAt };
}

function readHeader(bytes: Uint8Array, label: string) {
  if (bytes.byteLength < HEADER || !MAGIC.every((byte, at) => bytes[at] === byte)) {
    throw new ModelError(label, 'other bytes', 'an artifact, which starts with CANOPY');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (at: number) => view.getUint32(at, true);
  const [version, jsonBytes, cardBytes, checkRows] = [number(8), number(12), number(16), number(20)];
  if (version !== FORMAT_VERSION) throw new ModelError(label, `artifact version ${version}`, String(FORMAT_VERSION));
  if (checkRows > MOST_CHECKS) throw new ModelError(label, `${checkRows} check rows`, `at most ${MOST_CHECKS}`);
  const cardAt = HEADER + view.getFloat64(24, true);
  if (!(Number.isSafeInteger(cardAt) && cardAt % 8 === 0 && HEADER + jsonBytes <= cardAt)) {
    throw new ModelError(label, `a model section of ${cardAt - HEADER} bytes`, `a multiple of 8, and at least ${jsonBytes}`);
  }
  return { jsonBytes, cardBytes, checkRows, cardAt };
}

/**
 * Computes the check rows again: undefined where every bit is as it was at import, else a sentence that names the first row that is not. Those of an
 * earlier version may have a last bit of JavaScript's exp, log or pow. Of steps some take half a second for a row: what a second is not enough for is left.
 */
export function failedCheck(model: Model, now = Date.now): string | undefined {
  const { checks, schema, body, steps } = model;
  const most = model.card.mathLibrary === undefined ? (body.kind.earlierUlp?.(schema) ?? 0) * Number.EPSILON : 0;
  const [width, inputs] = [outputWidth(schema, defaultParameters(schema)), schema.features.length];
  const count = checks.outputs.length / width;
  if (count === 0) return 'the artifact has no check rows';
  const [piece, end] = [steps ? 1 : count, now() + MOST_CHECK_MS];
  for (let row = 0; row < count && (row === 0 || now() < end); row += piece) {
    const made = predictRows(model, checks.rows.subarray(row * inputs, (row + piece) * inputs));
    const said = checks.outputs.subarray(row * width, (row + piece) * width);
    const at = said.findIndex((one, at) => !Object.is(made[at], one) && !(most > 0 && Math.abs(made[at]! - one) <= most * Math.abs(one)));
    if (at >= 0) return `check row ${row + Math.floor(at / width) + 1} gives ${made[at]}, at import it gave ${said[at]}`;
  }
  return undefined;
}

/** The JSON of a model with its steps: as format 3 has had it for expressions alone, so that no sha256 changes, else as a list. */
function withSteps(json: ModelJson, steps: readonly BoundStep[]): ModelJson {
  const [first, ...rest] = steps.map(({ data }) => data);
  if (!first) return json;
  const isPlain = rest.length === 0 && first.step === 'expressions';
  if (!isPlain) return { ...json, steps: [first, ...rest] };
  const { columns } = first as Step & { columns?: unknown };
  return { ...json, body: { ...json.body, scalars: { ...json.body.scalars, inputs: columns } } };
}

/** What computes, out of an artifact's JSON and arrays. Throws a ModelError where a kind is unknown, or a part is missing. */
function openPredictor(
  { schema, body, steps = [], outcome }: ModelJson,
  arrays: ReadonlyMap<string, PackedArray>,
  kinds: Kinds,
  label: string,
): Predictor {
  const { inputs, ...scalars } = body.scalars;
  const list: unknown = inputs === undefined ? steps : [{ step: 'expressions', columns: inputs }];
  const isStep = (step: Step | null) => typeof step?.step === 'string';
  if (!Array.isArray(list) || !list.every(isStep)) throw new ModelError(`${label}'s steps`, 'another form', 'a list of steps');
  const bound = list.map((data: Step): BoundStep => {
    const kind = kinds.steps.find(({ step }) => step === data.step);
    if (!kind) throw new ModelError(label, `a step of the kind "${data.step}"`, kinds.steps.map(({ step }) => step).join(', '));
    return { kind, data };
  });
  const kind = kinds.bodies.find(({ types }) => types.includes(body.type));
  if (!kind) throw new ModelError(label, `a body of the type "${body.type}"`, kinds.bodies.flatMap(({ types }) => types).join(', '));
  const data = kind.unpack({ type: body.type, scalars, arrays }, label);
  const isObject = typeof outcome === 'object' && outcome !== null;
  if (outcome !== undefined && !isObject) throw new ModelError(`${label}'s outcome`, String(outcome), 'an object');
  return { schema, ...(bound.length > 0 ? { steps: bound } : {}), body: { kind, data }, ...(outcome ? { outcome } : {}) };
}

/** A schema with the columns that the steps give to the body, and the parameters that came later, which can be asked for. */
function withInputs({ schema, steps, body, outcome }: Predictor): Schema {
  const { inputs: _, ...stored } = schema;
  const later = outcome ? undefined : body.kind.later?.(body.data);
  const given = later ? { ...stored, later } : stored;
  if (!steps) return given;
  const kept = withTexts(given, steps);
  return kept.kind !== 'columns' ? { ...kept, inputs: answerColumns(inputSchema(kept, steps).features) } : kept;
}

/** The plans of a body's arrays, checked against their type. */
function plansOf(body: ModelJson['body'], label: string): ArrayPlan[] {
  const isObject = typeof body === 'object' && body !== null && typeof body.scalars === 'object' && body.scalars !== null;
  const isPlan = (plan: ArrayPlan) =>
    typeof plan?.name === 'string' && Object.hasOwn(ARRAYS, plan.type) && Number.isSafeInteger(plan.length) && plan.length >= 0;
  if (!isObject || !Array.isArray(body.arrays) || !body.arrays.every(isPlan)) {
    throw new ModelError(`${label}'s JSON`, 'another form', 'a schema, and a body with its type, scalars and arrays');
  }
  return body.arrays;
}

function need(bytes: Uint8Array, length: number, label: string): void {
  if (length > bytes.byteLength) throw new ModelError(label, `${bytes.byteLength} bytes (cut off?)`, `at least ${length}`);
}

function kindOf(array: PackedArray): ArrayKind {
  return (Object.keys(ARRAYS) as ArrayKind[]).find((kind) => array instanceof ARRAYS[kind]) as ArrayKind;
}

/** The SHA-256 of a section. */
export function sha256Of(section: Uint8Array): Uint8Array {
  return createHash('sha256').update(section).digest();
}

function toJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function readJson(bytes: Uint8Array, start: number, length: number, label: string): unknown {
  try {
    return utf8Json(bytes.subarray(start, start + length));
  } catch {
    throw new ModelError(label, 'bytes that are not JSON', 'JSON');
  }
}
