import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createContainer } from '../../container/server/server.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { openLocal } from '../../functions/local.ts';
import { describeText } from '../../model/artifact/describe.ts';
import { importModel } from '../../model/artifact/import.ts';
import { READERS } from '../../model/readers/readers.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { BODIES } from '../../shared/bodies/bodies.ts';
import { STEPS } from '../../shared/steps/steps.ts';
import { LINE } from '../support/toy/body.ts';
import { TOY_READER } from '../support/toy/reader.ts';

/** What somebody adds who brings a family: a reader and a body, one entry each in two lists. */
const readers = [...READERS, TOY_READER];
const kinds = { bodies: [...BODIES, LINE], steps: STEPS };
const FILE = fileURLToPath(new URL('../support/toy/toy.RDS', import.meta.url));

const artifact = importModel(FILE, { readers });
const model = decodeArtifact(artifact, 'toy.canopy', { kinds });
const server = createContainer(model, { mode: 'sagemaker', log: () => {} });
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('a family that the project does not have, passed as one more entry of two lists', () => {
  test('is served by the container', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/invocations`;
    const response = await fetch(url, { method: 'POST', body: '{"instances": [{"x": 2}, {"x": 4}]}' });
    expect(await response.json()).toMatchObject({ predictions: [0.1 + 2.5 * 2, 0.1 + 2.5 * 4], model: { sha256: model.sha256 } });
  });

  test('is served by the function', async () => {
    const telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
    const local = openLocal(artifact, 'toy.canopy', kinds);
    const handler = lambda(createFailover(local, undefined, telemetry, { dualShare: 0 }), telemetry);
    const context = { awsRequestId: 'test', getRemainingTimeInMillis: () => 8_000 };
    expect(await handler({ x: 2 }, context as never)).toMatchObject({ predictions: [0.1 + 2.5 * 2], servedBy: 'fallback' });
  });

  test('is described, with its measures and its call', () => {
    const text = describeText({ file: FILE, bytes: artifact.byteLength, model });
    expect(text).toMatch(/^line +2 terms$/m);
    expect(text).toMatch(/^made by +toy\(y ~ x\)$/m);
  });
});

test('without it an import names all families that are read, and an artifact all bodies', () => {
  expect(() => importModel(FILE)).toThrow('found an object of class toy, expected a ranger forest, a randomForest, ');
  for (const { title } of READERS) expect(() => importModel(FILE)).toThrow(title);
  const open = () => decodeArtifact(artifact, 'toy.canopy');
  expect(open).toThrow('a body of the type "line", expected forest, unordered-forest, ');
  for (const type of BODIES.flatMap(({ types }) => types)) expect(open).toThrow(type);
});
