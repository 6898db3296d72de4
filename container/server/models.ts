import { failedCheck, type Model } from '../../shared/artifact.ts';
import type { Prepared } from '../../shared/bodies/kind.ts';
import { ModelError, RequestError } from '../../shared/errors.ts';
import { predictRows, prepareKernel } from '../../shared/predict.ts';
import { failedProof } from '../../shared/proof/check.ts';
import { createPace, type Pace } from './admission.ts';
import { loadModelDir, sizeOfModelDir } from './model-dir.ts';
import { resolveWithin } from './model-folder.ts';
import { overloaded } from './refusals.ts';
import { openShared } from './shared-model.ts';
import { collect } from './threads/collect.ts';
import type { Workers } from './threads/workers.ts';

/**
 * A model that is served: what its check rows say, and its pace. `key` is how the workers know it: each load has another one, so
 * that a request which began with one model never meets another of the same name. `others` has the pace of what was asked for beside the
 * default answers (predict.ts), `rests` until when no more of a type is tried for its pace. `isUnloaded` says that it is served no longer.
 */
export type Served = {
  key: string;
  model: Model;
  failed: string | undefined;
  pace: Pace;
  others: Map<string, Pace>;
  rests: Map<string, number>;
  isUnloaded: boolean;
};

/** Where models may be loaded from, how many bytes of them are held at once, and the memory that there is, in bytes. */
export type ModelsOptions = { root: string; mostBytes: number; memory?: number };

type Loaded = Served & { url: string; bytes: number };

/** The models of a multi-model endpoint, by their names. */
export type Models = {
  list(): { modelName: string; modelUrl: string }[];
  /** Throws a 404 where it is not loaded. */
  get(name: string): Loaded;
  /** Throws a RequestError: 400 for a bad order, 409 where it is loaded, 422 where it cannot be used, 507 where it has no room. */
  load(order: unknown): Promise<void>;
  /** Throws a 404 where it is not loaded. Requests that are being computed are finished. */
  unload(name: string): void;
};

/** How often the check rows are computed for the pace. */
const PACE_RUNS = 3;
/** Where they took so many milliseconds, the first of them tells it. */
const SLOW_MS = 250;
/** Loads that may wait while one goes on. */
const MOST_WAITING = 16;
/** The part of the memory that the process may come to while a model is read: the rest is for the requests meanwhile. */
const MOST_MEMORY = 0.9;
/** What the process takes without a model, at most: measured as 75 MB at its start and 115 MB after big requests. */
const PROCESS = 134_217_728;
/** With so many bytes of models that were unloaded, all threads look for them. */
const COLLECTED = 67_108_864;
/** SageMaker's names of models are hashes, paths or file names. */
const NAME = /^[\w.-][\w./-]{0,255}$/;
/** What no part of such a path may be: a client or a proxy would make another path of it. */
const NO_PARTS = ['', '.', '..'];

/** Serves a model: its kernel is made, and its check rows and R's own predictions are computed here, once, which also measures the pace. */
export function serveModel(key: string, model: Model): Served {
  prepareKernel(model);
  const began = performance.now();
  const changed = failedCheck(model);
  const isSlow = performance.now() - began > SLOW_MS;
  const failed = changed ?? failedProof(model);
  const width = Math.max(model.schema.features.length, 1);
  const rows = isSlow ? model.checks.rows.subarray(0, width) : model.checks.rows;
  // The least of some more: the first is slow by itself, and any may meet a pause of the machine.
  const times = Array.from({ length: isSlow ? 1 : PACE_RUNS }, () => {
    const start = performance.now();
    predictRows(model, rows);
    return (performance.now() - start) / Math.max(rows.length / width, 1);
  });
  return { key, model, failed, pace: createPace(Math.min(...times)), others: new Map(), rests: new Map(), isUnloaded: false };
}

/** Models loaded and unloaded while others are served (SageMaker's multi-model contract). Without workers it is done in this thread. */
export function createModels({ root, mostBytes, memory = Number.POSITIVE_INFINITY }: ModelsOptions, workers: Workers | undefined): Models {
  const loaded = new Map<string, Loaded>();
  const loading = new Set<string>();
  // One is loaded at a time: what reading it takes is known only then, and of two each would find room for itself.
  let turn: Promise<void> = Promise.resolve();
  const most = Math.floor(memory * MOST_MEMORY);
  let unloadedBytes = 0;
  const heldBytes = () => [...loaded.values()].reduce((sum, one) => sum + one.bytes, 0);
  let loads = 0;
  const get = (name: string): Loaded => {
    const one = loaded.get(name);
    if (!one) throw new RequestError(404, 'no model of this name is loaded');
    return one;
  };
  const needRoom = (bytes: number) => {
    const held = heldBytes() + bytes;
    if (held > mostBytes) throw new RequestError(507, `the models would take ${held} bytes; there is room for ${mostBytes}`);
  };
  const needMemory = (bytes: number) => {
    const come = PROCESS + heldBytes() + bytes;
    if (come > most) throw new RequestError(507, `reading the model could bring the process to ${come} bytes; expected at most ${most}`);
  };
  const open = async (name: string, url: string): Promise<Loaded> => {
    const dir = resolveWithin(root, url);
    // Looked at before anything is read: what comes of a file is held beside it for a while.
    const { bytes: size, reading } = sizeOfModelDir(dir);
    needRoom(size);
    needMemory(reading);
    const bytes = workers ? await workers.load(dir, root, most) : (await loadModelDir(dir, root)).bytes;
    needRoom(bytes.byteLength);
    const served = serveModel(`models/${name}#${++loads}`, openShared(bytes, name));
    if (served.failed !== undefined) throw new ModelError(name, served.failed, 'the same bits as at import');
    const kernel = prepareKernel(served.model);
    const threads = 1 + (workers?.count ?? 0);
    const taken = bytes.byteLength + PER_THREAD.model * threads + (kernel ? kernelBytes(kernel, threads) : 0);
    needRoom(taken);
    workers?.open(served.key, bytes, kernel?.table);
    return { ...served, url, bytes: taken };
  };
  return {
    get,
    list: () => [...loaded].map(([modelName, { url }]) => ({ modelName, modelUrl: url })),
    load: async (order) => {
      const { model_name: name, url } = (typeof order === 'object' && order !== null ? order : {}) as Record<string, unknown>;
      if (typeof name !== 'string' || typeof url !== 'string' || !isName(name)) {
        const form = 'the name of letters, digits and ._-/, no part of it empty, "." or ".."';
        throw new RequestError(400, `expected {"model_name": ..., "url": ...}, ${form}`);
      }
      if (loaded.has(name) || loading.has(name)) throw new RequestError(409, 'a model of this name is loaded');
      if (loading.size > MOST_WAITING) throw overloaded('too many models are being loaded; ask again soon');
      loading.add(name);
      const mine = turn.then(async () => void loaded.set(name, await open(name, url)));
      turn = mine.catch(() => {});
      try {
        await mine;
      } catch (error) {
        // What was read for nothing is held by nobody now.
        if (error instanceof RequestError && error.status === 507) setImmediate(collect);
        if (error instanceof ModelError) throw new RequestError(422, error.message);
        throw error;
      } finally {
        loading.delete(name);
      }
    },
    unload: (name) => {
      const one = get(name);
      one.isUnloaded = true;
      loaded.delete(name);
      unloadedBytes += one.bytes;
      const isMuch = unloadedBytes >= COLLECTED;
      workers?.close(one.key, isMuch);
      if (!isMuch) return;
      unloadedBytes = 0;
      // Whoever asked for it still holds it in this turn.
      setImmediate(collect);
    },
  };
}

function isName(name: string): boolean {
  return NAME.test(name) && !name.split('/').some((part) => NO_PARTS.includes(part));
}

/**
 * What a thread holds of a model beside its bytes and its kernel's tables, as measured by loading one 100 times (Node 24): the
 * schema's objects, and a kernel's compiled code with the pages of its memory.
 */
const PER_THREAD = { model: 40_000, kernel: 550_000 };

/** What a kernel comes to take: its tables in each thread, and the nodes that all threads share. */
function kernelBytes({ bytes, table }: Prepared, threads: number): number {
  return (PER_THREAD.kernel + bytes) * threads + (table?.buffer.byteLength ?? 0);
}
