import { getPriority, setPriority } from 'node:os';
import type { MessagePort } from 'node:worker_threads';
import type { Model } from '../../../shared/artifact.ts';
import { computePiece, type PieceAsked, type PieceDone } from '../../../shared/batch/piece.ts';
import { ModelError, type Problem, RequestError, stackOf } from '../../../shared/errors.ts';
import { prepareKernel } from '../../../shared/predict.ts';
import { type Asked, type Computed, compute, computePart, type PartAsked, type PartComputed, read, unloaded } from '../compute.ts';
import { loadModelDir } from '../model-dir.ts';
import { openShared } from '../shared-model.ts';
import { collect } from './collect.ts';

/** What a worker is sent. Models are known by a key; their bytes, and the nodes that a kernel walks, are shared by all threads, never copied. */
export type Order =
  | { open: string; bytes: SharedArrayBuffer; table?: WebAssembly.Memory | undefined }
  | { close: string; collects: boolean }
  | { job: number; answer: Asked; key: string }
  | { job: number; part: PartAsked; key: string }
  | { job: number; piece: PieceAsked; key: string }
  | { job: number; load: string; root: string }
  | { ready: true };

/** A RequestError as a message carries it. */
type Refused = { status: number; detail: string; problems: Problem[]; headers: Record<string, string>; advice?: string | undefined };
/** What it says of a job: the outcome, or what went wrong in a form that a message can carry. */
export type Report =
  | { ready: true }
  | { job: number; computed: Computed }
  | { job: number; part: PartComputed | undefined }
  | { job: number; done: PieceDone }
  | { job: number; loaded: SharedArrayBuffer }
  | { job: number; refused: Refused }
  | { job: number; unusable: string }
  | { job: number; fault: string };

/** How far a thread gives way (a third of what the listening thread gets, where both want all of a processor), and the least that there is. */
const NICE = 5;
const LEAST = 19;

/** The life of a worker thread: it computes what the listening thread hands over, so that that one stays quick. */
export function runWorker(port: MessagePort): void {
  giveWay();
  const models: Models = new Map();
  port.on('message', (order: Order) => {
    if ('ready' in order) port.postMessage(order);
    else if ('open' in order) models.set(order.open, openModel(order));
    else if ('close' in order) {
      models.delete(order.close);
      if (order.collects) collect();
    } else workOn(models, order).then((report) => port.postMessage(report));
  });
}

/**
 * Lets the listening thread go before this one where both want a processor, so that /ping is answered soon while all of them compute. On Linux
 * alone: elsewhere it would be the whole process that gives way.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(getPriority() + NICE, LEAST));
  } catch {
    // A sandbox may not allow it; then the threads are equal.
  }
}

/** By their keys; an error where a model could not be opened here, which is no reason to do without the others. */
type Models = Map<string, Model | Error>;

/** The model of an order, its kernel made before the first request comes. */
function openModel({ open, bytes, table }: Extract<Order, { open: string }>): Model | Error {
  try {
    const model = openShared(bytes, open);
    prepareKernel(model, table);
    return model;
  } catch (error) {
    return error as Error;
  }
}

async function workOn(models: Models, order: Extract<Order, { job: number }>): Promise<Report> {
  const { job } = order;
  try {
    if ('load' in order) return { job, loaded: (await loadModelDir(order.load, order.root)).bytes };
    const model = models.get(order.key);
    if (!model) throw unloaded();
    if (model instanceof Error) return { job, fault: `the model could not be opened in this thread: ${stackOf(model)}` };
    if ('piece' in order) return { job, done: computePiece(model, order.piece) };
    if ('part' in order) return { job, part: computePart(model, order.part) };
    return { job, computed: compute(model, order.answer.query ?? read(model, order.answer), order.answer) };
  } catch (error) {
    if (error instanceof ModelError) return { job, unusable: error.message };
    if (!(error instanceof RequestError)) return { job, fault: stackOf(error) };
    const { status, message: detail, problems, headers, advice } = error;
    return { job, refused: { status, detail, problems, headers, advice } };
  }
}
