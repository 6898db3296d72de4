// A worker thread of the container: in its bundle a file of its own, so that a thread holds what it computes with and nothing of the server.
import { parentPort } from 'node:worker_threads';
import { runWorker } from './server/threads/worker.ts';

if (parentPort) runWorker(parentPort);
