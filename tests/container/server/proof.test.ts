import path from 'node:path';
import { expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, sha256Of } from '../../../shared/artifact.ts';
import { decodeProof, encodeProof } from '../../../shared/proof/section.ts';
import { openContainers } from '../../support/containers.ts';
import { PROJECT } from '../../support/project.ts';

const containers = openContainers();
const model = decodeArtifact(importModel(path.join(PROJECT, 'tests/golden/canopy-r/spend-ranger.RDS')));

test('a container starts where R’s own predictions come out as R said', async () => {
  const url = await containers.start(model, { mode: 'alone' });
  expect((await fetch(`${url}/ping`)).status).toBe(200);
  expect(await (await fetch(`${url}/model`)).json()).toMatchObject({ card: { proof: { rows: 64, agreed: 64, by: 'R 4.2.2' } } });
});

test('a container is not ready where one of them does not, and says which', async () => {
  const proof = decodeProof(model.proof!, 'a', sha256Of);
  proof.answers[0]!.predictions[9] = 0;
  const url = await containers.start({ ...model, proof: encodeProof(proof, sha256Of) }, { mode: 'alone' });
  const ping = await fetch(`${url}/ping`);
  expect(ping.status).toBe(503);
  expect(await ping.text()).toMatch(/row 10, type response: [\d.]+ here, R 4\.2\.2 said 0/);
});
