import { RequestError } from '../../../shared/errors.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { formOf } from '../../../shared/wire/form.ts';
import { belongTogether, cutBody, evenParts, firstRowBytes } from '../../../shared/wire/quick/parts.ts';
import { type Asked, type Computed, canJoin, joinParts, type PartAsked, type Read } from '../compute.ts';
import type { Served } from '../models.ts';
import type { Workers } from './workers.ts';

/*
 * A big request in parts, one for each thread that has nothing to do: each reads, computes and writes its rows. Under load, where
 * no threads wait, a request is one thread's, which costs the least. The listening thread cuts and joins, and goes on listening.
 */

/** What a part takes at least, in milliseconds: less is not worth another thread, nor its memory. */
const LEAST_MS = 3;
/** Most parts: one thread cuts and joins them, and each thread of a large machine has a kernel's memory of its own. */
const MOST_PARTS = 8;
/** What it takes to read a byte, in milliseconds. */
export const READ_MS = 3e-6;
/** The status of a refusal that the whole request would meet, too. */
const BUSY = 503;

/** The parts of a body that no thread has read; undefined where it is better, or has to be, read as a whole. */
export function splitBody(workers: Workers, { model, pace }: Served, asked: Asked): PartAsked[] | undefined {
  const { body, accepted, infer } = asked;
  const { schema } = model;
  if (infer || workers.count < 2 || schema.beginTexts || !canJoin(model, defaultParameters(schema), accepted)) return undefined;
  const form = formOf(asked.form, body);
  const rowBytes = firstRowBytes(body, form);
  if (rowBytes === undefined) return undefined;
  const most = partsFor(workers, READ_MS * body.length + pace.ms(body.length / rowBytes));
  const parts = most > 1 ? cutBody(body, form, most) : undefined;
  const soFar = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  // Copies where the threads do not share the memory: each gets that of its own, and the whole body stays here.
  const own = (bytes: Uint8Array) => (bytes.buffer instanceof SharedArrayBuffer ? bytes : new Uint8Array(bytes));
  return parts?.map(({ body, first, ...part }) => {
    const bytes = { body: own(body), ...(first ? { first: own(first) } : {}) };
    return { read: { ...part, ...bytes }, soFar, accepted, ...mostOf(asked) };
  });
}

/** The parts of rows that were read; undefined where they are better computed as a whole. `ms`: what that is thought to take. */
export function splitRows(workers: Workers, { model }: Served, query: Read, asked: Asked, ms: number): PartAsked[] | undefined {
  const { rows, count, parameters } = query;
  const isDefault = parameters === defaultParameters(model.schema);
  if (query.infer || !isDefault || workers.count < 2 || model.schema.beginTexts || !canJoin(model, parameters, asked.accepted))
    return undefined;
  const most = Math.min(count, partsFor(workers, ms));
  if (most < 2) return undefined;
  const width = model.schema.features.length;
  return evenParts(count, most).map(([from, to]) => ({
    query: { rows: rows.slice(from * width, to * width), count: to - from, parameters },
    accepted: asked.accepted,
  }));
}

/** How many parts something is worth that takes so long; a thread that is not there yet is started for later ones. */
function partsFor(workers: Workers, ms: number): number {
  const worth = Math.min(Math.floor(ms / LEAST_MS), MOST_PARTS);
  if (worth > 1) workers.prepare(worth);
  return Math.min(worth, workers.idle());
}

function mostOf({ most }: Asked): Pick<Asked, 'most'> {
  return most === undefined ? {} : { most };
}

/**
 * The answer that the threads make of the parts. Undefined where they are no parts of one body, or there is anything wrong with
 * one of them, which only the whole way can tell as it has to be told. Throws a 503, and what is a fault of ours.
 */
export async function answerParts(
  workers: Workers,
  { key, model }: Served,
  parts: PartAsked[],
  asked: Asked,
  isWanted: () => boolean,
): Promise<Computed | undefined> {
  try {
    // All are waited for, whatever one of them says: they read the same memory.
    const settled = await Promise.allSettled(parts.map((part) => workers.part(key, part, isWanted)));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    const all = settled.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []));
    if (all.length < parts.length || !belongTogether(all)) return undefined;
    if (asked.most !== undefined && all.reduce((sum, { rows }) => sum + rows, 0) > asked.most) return undefined;
    return joinParts(model, all, defaultParameters(model.schema), asked);
  } catch (error) {
    if (error instanceof RequestError && error.status !== BUSY) return undefined;
    throw error;
  }
}
