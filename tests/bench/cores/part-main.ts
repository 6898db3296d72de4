// A thread that does nothing but read, compute and write its part of a body of JSON, each time it is sent a message.
import { parentPort, workerData } from 'node:worker_threads';
import { computePart } from '../../../container/server/compute.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { prepareKernel } from '../../../shared/predict.ts';
import { cutBody } from '../../../shared/wire/quick/parts.ts';

/** The artifact, the body, and which of how many parts is this thread's. */
export type Work = { artifact: string; body: SharedArrayBuffer; part: number; parts: number };

const { artifact, body, part, parts } = workerData as Work;
const { model } = await loadShared(artifact);
prepareKernel(model);
const read = cutBody(new Uint8Array(body), 'json', parts)![part]!;
parentPort?.on('message', () => {
  const done = computePart(model, { accepted: 'json', read, soFar: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) });
  parentPort?.postMessage(done?.rows ?? 0);
});
parentPort?.postMessage(0);
