import { expect, test } from '@jest/globals';
import { createBatch } from '../../../../container/server/batch/batch.ts';
import { batchParameters } from '../../../../container/server/batch/parameters.ts';
import { serveModel } from '../../../../container/server/models.ts';
import { readContainerSettings } from '../../../../container/server/settings.ts';
import { loadModel } from '../../../../model/artifact/import.ts';
import { openContainers } from '../../../support/containers.ts';
import { golden } from '../../../support/golden.ts';

const { start } = openContainers();
const GB = 2 ** 30;
const age = loadModel(golden('heart-age').file);

test('a transform job asks what this machine can take: by its memory, its threads and what a row of the model takes', async () => {
  const served = serveModel('model', age);
  const of = (ms: number, memory: number, threads: number) => {
    const { MaxConcurrentTransforms, MaxPayloadInMB } = batchParameters(
      { memory, threads },
      { ...served, pace: { ms: (rows) => rows * ms, note: () => {}, noteMany: () => {} } },
    );
    return [MaxConcurrentTransforms, MaxPayloadInMB];
  };
  expect(of(0.001, 8 * GB, 2)).toEqual([2, 50]);
  // Room for one alone, which may be as large as the platform allows.
  expect(of(0.001, GB / 4, 2)).toEqual([1, 100]);
  // 120 s on two threads, two payloads: 120,000 rows of 2 bytes would be no MB; the least is one.
  expect(of(1, 8 * GB, 2)).toEqual([2, 1]);
  expect(of(0.01, 8 * GB, 2)).toEqual([2, 22]);
  const url = await start(age, { batch: createBatch({ onError: 'fail', isWhole: false, threads: 2, memory: 8 * GB }) });
  expect(await (await fetch(`${url}/execution-parameters`)).json()).toMatchObject({ BatchStrategy: 'MULTI_RECORD' });
});

test('outside of a transform job a payload is a request of at most 6 MB', async () => {
  const answer = await fetch(`${await start(age)}/execution-parameters`);
  expect(await answer.json()).toEqual({ MaxConcurrentTransforms: 1, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 });
});

test('the settings of a transform job are checked at the start', () => {
  const { SAGEMAKER_BATCH, BATCH_ON_ERROR, SAGEMAKER_MAX_PAYLOAD_IN_MB } = readContainerSettings({});
  expect([SAGEMAKER_BATCH, BATCH_ON_ERROR, SAGEMAKER_MAX_PAYLOAD_IN_MB]).toEqual(['false', 'fail', 6]);
  expect(() => readContainerSettings({ BATCH_ON_ERROR: 'skip' })).toThrow('BATCH_ON_ERROR: found "skip", expected fail or line');
  expect(readContainerSettings({ WORKERS: '3', SAGEMAKER_BATCH: 'true' }).WORKERS).toBe(3);
});
