// A thread that does nothing but compute some of a forest's rows, each time it is sent a message.
import { parentPort, workerData } from 'node:worker_threads';
import { loadShared } from '../../container/server/shared-model.ts';
import { predictRows, prepareKernel } from '../../shared/predict.ts';
import { readDoubles } from './forests.ts';

/** The files of the artifact and of the rows, and which of the rows are its own: the share `part` of `parts`. */
export type Share = { artifact: string; rows: string; part: number; parts: number };

const { artifact, rows: file, part, parts } = workerData as Share;
const { model } = await loadShared(artifact);
prepareKernel(model);
const width = model.schema.features.length;
const all = readDoubles(file);
const [from, to] = [part, part + 1].map((at) => Math.floor((all.length / width / parts) * at) * width);
const rows = all.slice(from, to);
parentPort?.on('message', () => parentPort?.postMessage(predictRows(model, rows).length));
parentPort?.postMessage(0);
