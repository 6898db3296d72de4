import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { TrainingData } from './data/data.ts';
import { growTrees } from './grow/grow.ts';
import { type OobResult, oobResult } from './grow/oob.ts';
import type { GrownTree } from './grow/tree.ts';
import type { TrainSettings } from './settings.ts';
import type { WorkerAnswer, WorkerTask } from './worker.ts';

/** Below this much work (rows times candidate columns times trees) a second thread takes longer to start than it saves. */
const WORK_FOR_THREADS = 4e6;

/** A grown forest, and what was learnt on the way. */
export type GrownForest = {
  trees: GrownTree[];
  /** Absent where oob.error is false. */
  oob: OobResult | undefined;
  /** One number a column; absent where importance is none. */
  importance: Float64Array | undefined;
};

/** Told now and then while trees grow: how many are grown. */
export type OnProgress = (grown: number) => void;

/**
 * Grows all trees, in `threads` threads (0: one a processor). The forest is the same whatever their number: a tree depends
 * on its seed alone, and what is summed over trees is summed in their order.
 */
export async function growForest(
  data: TrainingData,
  settings: TrainSettings,
  threads = 0,
  onProgress: OnProgress = () => {},
): Promise<GrownForest> {
  const trees = new Array<GrownTree>(settings.numTrees);
  const counter = new Int32Array(new SharedArrayBuffer(8));
  const wanted = threads === 0 ? os.availableParallelism() : threads;
  const isSmall = threads === 0 && data.rows * settings.mtry * settings.numTrees < WORK_FOR_THREADS;
  const others = isSmall ? 0 : Math.min(wanted, settings.numTrees) - 1;
  const task: WorkerTask = { data, settings, counter };
  const answers = Array.from({ length: others }, () => startWorker(task));
  // A failure here must not leave another's unheard.
  const settled = Promise.allSettled(answers.map(({ answer }) => answer));
  try {
    growTrees(
      data,
      settings,
      () => Atomics.add(counter, 0, 1),
      (tree, at) => {
        trees[at] = tree;
        onProgress(Atomics.add(counter, 1, 1) + 1);
      },
    );
  } catch (error) {
    Atomics.store(counter, 0, settings.numTrees);
    await settled;
    throw error;
  }
  for (const outcome of await settled) {
    if (outcome.status === 'rejected') throw outcome.reason;
    for (const [at, tree] of outcome.value) trees[at] = tree;
  }
  onProgress(settings.numTrees);
  return { trees, oob: settings.oobError ? oobResult(data, settings, trees) : undefined, importance: importanceOf(data, settings, trees) };
}

function startWorker(task: WorkerTask): { answer: Promise<[number, GrownTree][]> } {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
  const answer = new Promise<[number, GrownTree][]>((resolve, reject) => {
    worker.once('message', (message: WorkerAnswer) => {
      if ('trees' in message) resolve(message.trees);
      else reject(new Error(message.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a training thread ended with ${code}`)));
  });
  return { answer };
}

/** Impurity or permutation importance, summed tree after tree, node after node: the bits of ranger with one thread. */
function importanceOf(data: TrainingData, { importance }: TrainSettings, trees: GrownTree[]): Float64Array | undefined {
  if (importance === 'none') return undefined;
  const sums = new Float64Array(data.columns);
  for (const { left, splitVarIds, decreases, permutation } of trees) {
    for (let column = 0; column < permutation.length; column += 1) sums[column] = sums[column]! + permutation[column]!;
    for (let node = 0; node < decreases.length; node += 1) {
      if (left[node] === 0) continue;
      const column = splitVarIds[node]!;
      sums[column] = sums[column]! + decreases[node]!;
    }
  }
  return sums.map((sum) => sum / trees.length);
}
