import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { trainFile } from '../../model/train/artifact.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { PROJECT } from '../support/project.ts';

const folder = `${PROJECT}model/examples/heart/`;
const example = loadModel(`${folder}heart.canopy`);

test('the example heart is what the command in its README gives', async () => {
  const { artifact } = await trainFile(`${folder}heart.csv`, {
    formula: 'diagnosis ~ .',
    arguments: { probability: true, importance: 'permutation' },
    seeds: { seed: 42 },
    output: 'heart.canopy',
  });
  const again = decodeArtifact(artifact);
  expect(again.sha256).toBe(example.sha256);
  const { training, ...card } = again.card;
  const { training: told, ...kept } = example.card;
  expect(card).toEqual(kept);
  expect(training?.metrics).toEqual(told?.metrics);
  expect(readFileSync(`${PROJECT}model/examples/README.md`, 'utf8')).toContain('--seed 42');
});
