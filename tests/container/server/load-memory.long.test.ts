import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { sizeOfModelDir } from '../../../container/server/model-dir.ts';
import { createModels } from '../../../container/server/models.ts';
import { loadShared } from '../../../container/server/shared-model.ts';
import { collect } from '../../../container/server/threads/collect.ts';
import { startWorkers, type Workers } from '../../../container/server/threads/workers.ts';
import { golden } from '../../support/golden.ts';

const iris = golden('iris');
const { bytes } = await loadShared(iris.file);
const root = mkdtempSync(path.join(tmpdir(), 'canopy-memory-'));
const folder = path.join(root, 'iris');
cpSync(iris.file, path.join(folder, 'iris.RDS'));
const workers = startWorkers({ file: new URL('../../../container/worker-main.ts', import.meta.url), count: 1 });
afterAll(async () => {
  await workers.end();
  rmSync(root, { recursive: true });
});

describe('models that are loaded', () => {
  test('are read one at a time, each once it is known what those before it take', async () => {
    const counts = { now: 0, most: 0, all: 0 };
    const read = async () => {
      counts.now += 1;
      counts.all += 1;
      counts.most = Math.max(counts.most, counts.now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      counts.now -= 1;
      return bytes;
    };
    const slow: Workers = { ...workers, load: read, open: () => {}, close: () => {} };
    const loadAll = async (mostBytes: number, memory: number) => {
      const models = createModels({ root, mostBytes, memory }, slow);
      const orders = Array.from({ length: 4 }, (_, at) => models.load({ model_name: `m${at}`, url: folder }));
      const ends = await Promise.allSettled(orders);
      return ends.map((end) => (end.status === 'fulfilled' ? 200 : end.reason.status));
    };
    expect(await loadAll(1e9, 1e9)).toEqual([200, 200, 200, 200]);
    expect(counts).toEqual({ now: 0, most: 1, all: 4 });
    // Nothing is read that would have no room while it is read.
    expect(await loadAll(1e9, 1e8)).toEqual([507, 507, 507, 507]);
    expect(counts.all).toBe(4);
  });

  test('are thought to take what files of their kind take while they are read: one without compression is inflated already', () => {
    const plain = path.join(root, 'plain');
    const artifact = path.join(root, 'artifact');
    for (const one of [plain, artifact]) mkdirSync(one);
    const [packed, inflated] = [readFileSync(iris.file), gunzipSync(readFileSync(iris.file))];
    writeFileSync(path.join(plain, 'iris.RDS'), inflated);
    writeFileSync(path.join(artifact, 'iris.canopy'), new Uint8Array(bytes));
    expect(sizeOfModelDir(folder)).toEqual({ bytes: packed.length, reading: 12 * packed.length });
    expect(sizeOfModelDir(plain)).toEqual({ bytes: inflated.length, reading: 5 * inflated.length });
    expect(sizeOfModelDir(artifact)).toEqual({ bytes: bytes.byteLength, reading: bytes.byteLength });
  });

  test('end a thread that takes more memory than there is, and nothing else', async () => {
    await expect(workers.load(folder, root, 1)).rejects.toMatchObject({ status: 507 });
    expect((await workers.load(folder, root, Number.POSITIVE_INFINITY)).byteLength).toBe(bytes.byteLength);
  });

  test('are found by collect() once nobody holds them', async () => {
    const held = (() => new WeakRef(new SharedArrayBuffer(8)))();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(held.deref()).toBeUndefined();
  });
});
