import { parentPort, workerData } from 'node:worker_threads';
import type { TrainingData } from './data/data.ts';
import { growTrees } from './grow/grow.ts';
import type { GrownTree } from './grow/tree.ts';
import type { TrainSettings } from './settings.ts';

/** What a thread is started with; the data and the counter of trees lie in shared memory. */
export type WorkerTask = { data: TrainingData; settings: TrainSettings; counter: Int32Array };
/** What it answers: trees with their places, or why there are none. */
export type WorkerAnswer = { trees: [number, GrownTree][] } | { message: string };

// An entry: a thread of forest.ts, which takes trees from the shared counter until there are none left.
const { data, settings, counter } = workerData as WorkerTask;
const trees: [number, GrownTree][] = [];
try {
  growTrees(
    data,
    settings,
    () => Atomics.add(counter, 0, 1),
    (tree, at) => {
      trees.push([at, tree]);
      Atomics.add(counter, 1, 1);
    },
  );
  const buffers = trees.flatMap(([, tree]) => Object.values(tree).map((array) => array.buffer as ArrayBuffer));
  parentPort?.postMessage({ trees } satisfies WorkerAnswer, buffers);
} catch (error) {
  // All others stop too.
  Atomics.store(counter, 0, settings.numTrees);
  parentPort?.postMessage({ message: (error as Error).message } satisfies WorkerAnswer);
}
