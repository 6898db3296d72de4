import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { pipelineFile, pipelineNames } from '../../../support/pipelines/files.ts';
import { distanceFrom } from '../../../support/pipelines/golden.ts';

const NAMES = pipelineNames().filter((name) => name.startsWith('mlr-'));
const schemaOf = (name: string) => decodeArtifact(importModel(pipelineFile(name)), name).schema;

describe("mlr's WrappedModel", () => {
  test('there are files of each kind', () => {
    expect(NAMES).toHaveLength(8);
  });

  test.each(NAMES)('%s answers as R does', (name) => {
    expect(distanceFrom(name)).toBe(0);
  });

  test('probabilities are offered where the learner was asked for them', () => {
    expect(schemaOf('mlr-logreg').types).toEqual(['class']);
    expect(schemaOf('mlr-logreg-prob').types).toEqual(['class', 'prob']);
  });

  test('a ranger, whose object has no levels, has those of the task', () => {
    expect(schemaOf('mlr-ranger').features.at(-1)).toMatchObject({ name: 'cyl', type: 'factor', levels: ['four', 'six', 'eight'] });
  });
});
