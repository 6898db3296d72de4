import type { MessagePort } from 'node:worker_threads';
import type { Model } from '../shared/artifact.ts';
import { ModelError, type Problem, RequestError } from '../shared/errors.ts';
import { prepareKernel } from '../shared/predict.ts';
import { type Asked, type Computed, compute, read } from './compute.ts';
import { loadModelDir } from './model-dir.ts';
import { openShared } from './shared-model.ts';

/** What a worker is told. Models are known by a key; their bytes, and the nodes that a kernel walks, are shared by all threads, never copied. */
export type Order =
  | { open: string; bytes: SharedArrayBuffer; table?: WebAssembly.Memory | undefined }
  | { close: string }
  | { job: number; answer: Asked; key: string }
  | { job: number; load: string };

/** What it tells of a job: the outcome, or what went wrong in a form that a message can carry. */
export type Report =
  | { job: number; computed: Computed }
  | { job: number; loaded: SharedArrayBuffer }
  | { job: number; refused: { status: number; detail: string; problems: Problem[]; headers: Record<string, string> } }
  | { job: number; unusable: string }
  | { job: number; fault: string };

/** The life of a worker thread: it computes what the listening thread hands over, so that that one stays quick. */
export function runWorker(port: MessagePort): void {
  const models = new Map<string, Model>();
  port.on('message', (order: Order) => {
    if ('open' in order) models.set(order.open, openModel(order));
    else if ('close' in order) models.delete(order.close);
    else workOn(models, order).then((report) => port.postMessage(report));
  });
}

/** The model of an order, its kernel made before the first request comes. */
function openModel({ open, bytes, table }: Extract<Order, { open: string }>): Model {
  const model = openShared(bytes, open);
  prepareKernel(model, table);
  return model;
}

async function workOn(models: Map<string, Model>, order: Extract<Order, { job: number }>): Promise<Report> {
  const { job } = order;
  try {
    if ('load' in order) return { job, loaded: (await loadModelDir(order.load)).bytes };
    const model = models.get(order.key);
    if (!model) throw new RequestError(404, 'the model was unloaded');
    return { job, computed: compute(model, order.answer.query ?? read(model, order.answer), order.answer) };
  } catch (error) {
    if (error instanceof ModelError) return { job, unusable: error.message };
    if (!(error instanceof RequestError)) return { job, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    return { job, refused: { status: error.status, detail: error.message, problems: error.problems, headers: error.headers } };
  }
}
