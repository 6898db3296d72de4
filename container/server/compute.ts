import { isArrayOfDoubles, npyOutputs, npyReply } from '../../shared/api/npy-reply.ts';
import type { Reply } from '../../shared/api/reply.ts';
import { type InferForm, inferReply, readInference } from '../../shared/api/v2/infer.ts';
import type { Model } from '../../shared/artifact.ts';
import { RequestError } from '../../shared/errors.ts';
import { computeQuery } from '../../shared/predict.ts';
import { defaultParameters, type Parameters } from '../../shared/schema/parameters.ts';
import { toPredictions } from '../../shared/schema/shape.ts';
import { checkAnswerSize, isOneList, joinLists, tailOf, writeList, writeOutputs } from '../../shared/wire/answers.ts';
import type { AnswerForm, DeclaredForm } from '../../shared/wire/media.ts';
import { type BodyPart, readPart } from '../../shared/wire/quick/parts.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import type { Query } from '../../shared/wire/wire.ts';

/** What was read of a body; `infer`: how it is to be answered, where it is an inference request of the Open Inference Protocol. */
export type Read = Query & { infer?: InferForm };

/**
 * A body and how to read and answer it; plain data, so that it can go to a worker. `most` bounds the rows. `query`: what was
 * read of it already. `infer`: it is an inference request for a model that goes by `name`.
 */
export type Asked = {
  body: Uint8Array;
  form: DeclaredForm;
  accepted: AnswerForm;
  most?: number;
  servedBy?: 'container';
  query?: Read;
  infer?: { name: string; headerLength: string | undefined };
};

/**
 * An answer's body, its rows, and how long the predictor took, in milliseconds; of an array of doubles its bytes, of an inference request and
 * of any other array the whole reply.
 */
export type Computed = { text: string; bytes?: Uint8Array; rows: number; ms: number; reply?: Reply };

/** The refusal of a request whose model was unloaded before it could be computed. Another one may have its name by then. */
export function unloaded(): RequestError {
  return new RequestError(404, 'the model was unloaded while the request came in');
}

/** Reads the rows of a body. Throws a RequestError with all that is wrong with it, the size of its answer included. */
export function read(model: Model, { body, form, accepted, most, infer }: Asked): Read {
  if (infer) {
    const { query, form } = readInference(model.schema, body, infer.headerLength, most);
    return { ...query, infer: form };
  }
  const query = readBody(model.schema, body, form, most);
  checkAnswerSize(model.schema, query.count, query.parameters, accepted);
  return query;
}

/** Computes and writes the answer. */
export function compute(model: Model, query: Read, { accepted, servedBy, infer }: Asked): Computed {
  const started = performance.now();
  const outputs = computeQuery(model, query);
  const ms = performance.now() - started;
  if (accepted === 'npy' && isArrayOfDoubles(model.schema, query.parameters))
    return { text: '', rows: query.count, ms, bytes: npyOutputs(model.schema, query.parameters, [outputs]) };
  if (accepted === 'npy' || (query.infer && infer)) {
    const who = { model: { name: model.card.name, sha256: model.sha256 }, ...(servedBy === undefined ? {} : { servedBy }) };
    const answer = { ...toPredictions(model.schema, query.parameters, outputs), ...who };
    const reply = query.infer && infer ? inferReply(model.schema, answer, query.infer, infer.name) : npyReply(model.schema, answer);
    return { text: '', rows: query.count, ms, reply };
  }
  const tail = tailFor(model, query.parameters, servedBy);
  return { text: writeOutputs(model.schema, query.parameters, outputs, accepted, tail), rows: query.count, ms };
}

/**
 * A part of a body, or of the rows that were read of it, for a thread; `most` as in what is asked. `soFar`: how many rows the threads have
 * read of the body, an Int32 that they share.
 */
export type PartAsked = { accepted: AnswerForm; most?: number } & ({ read: BodyPart; soFar: SharedArrayBuffer } | { query: Query });

/** The list of a part's predictions; of an array its doubles. `isRecords` and `isWrapped` as Part has them. */
export type PartComputed = { text: string; doubles?: Float64Array; rows: number; ms: number; isRecords: boolean; isWrapped: boolean };

/** Rows that no body has: what stands in `soFar` once a part is none. */
const NO_BODY_HAS = 2 ** 30;

/**
 * Reads, computes and writes a part of a body; undefined where it has to go another way: it, or another part before it, is read as no part,
 * or has too many rows with those before it. Throws as compute does. So no more rows are computed than one answer may have.
 */
export function computePart(model: Model, asked: PartAsked): PartComputed | undefined {
  const { schema } = model;
  const part = 'read' in asked ? readPart(schema, asked.read) : undefined;
  const query = 'query' in asked ? asked.query : part && { ...part, parameters: defaultParameters(schema) };
  const rows = 'read' in asked ? countOf(asked.soFar, query?.count ?? NO_BODY_HAS) : asked.query.count;
  if (!query || rows > (asked.most ?? NO_BODY_HAS - 1)) return undefined;
  checkAnswerSize(schema, rows, query.parameters, asked.accepted);
  const started = performance.now();
  const outputs = computeQuery(model, query);
  const ms = performance.now() - started;
  const { isRecords, isWrapped } = part ?? { isRecords: false, isWrapped: false };
  const all = { rows: query.count, ms, isRecords, isWrapped };
  if (asked.accepted === 'npy') return { ...all, text: '', doubles: outputs };
  return { ...all, text: writeList(schema, query.parameters, outputs, asked.accepted) };
}

/** How many rows threads have read together, with these; no more than twice what no body has, whatever comes. */
function countOf(soFar: SharedArrayBuffer, rows: number): number {
  const all = new Int32Array(soFar);
  if (rows < NO_BODY_HAS) return Atomics.add(all, 0, rows) + rows;
  Atomics.store(all, 0, rows);
  return rows;
}

/** Whether an answer to parameters can be put together of parts. */
export function canJoin({ schema }: Model, parameters: Parameters, accepted: AnswerForm): boolean {
  return accepted === 'npy' ? isArrayOfDoubles(schema, parameters) : isOneList(parameters, accepted);
}

/** The answer that parts make together. Throws a 413 where it would be too large. */
export function joinParts(model: Model, parts: PartComputed[], parameters: Parameters, { accepted, servedBy }: Asked): Computed {
  const { schema } = model;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  checkAnswerSize(schema, rows, parameters, accepted);
  const ms = Math.max(...parts.map((part) => part.ms));
  const pieces = parts.flatMap(({ doubles }) => doubles ?? []);
  if (accepted === 'npy') return { text: '', rows, ms, bytes: npyOutputs(schema, parameters, pieces) };
  const lists = parts.map(({ text }) => text);
  return { text: joinLists(schema, parameters, lists, accepted, tailFor(model, parameters, servedBy)), rows, ms };
}

/** The tails of answers to default parameters, kept for each model. */
const TAILS = new WeakMap<Model, Map<Asked['servedBy'], string>>();

function tailFor(model: Model, parameters: Parameters, servedBy: Asked['servedBy']): string {
  let tails = TAILS.get(model);
  if (!tails) {
    tails = new Map();
    TAILS.set(model, tails);
  }
  const isDefault = parameters === defaultParameters(model.schema);
  const kept = isDefault ? tails.get(servedBy) : undefined;
  if (kept !== undefined) return kept;
  const who = { model: { name: model.card.name, sha256: model.sha256 }, ...(servedBy === undefined ? {} : { servedBy }) };
  const tail = tailOf(model.schema, parameters, who);
  if (isDefault) tails.set(servedBy, tail);
  return tail;
}
