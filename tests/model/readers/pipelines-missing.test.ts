import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact, type Model } from '../../../shared/artifact.ts';
import { RequestError } from '../../../shared/errors.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';

function load(name: string): Model {
  return decodeArtifact(importModel(path.join(import.meta.dirname, `../../golden/pipelines/${name}.RDS`)), name);
}

function ask(model: Model, instances: object[]) {
  return answerQuery(model, readValue(model.schema, { instances })).predictions;
}

/** The messages of a refused request. */
function problemsOf(model: Model, row: object): string[] {
  try {
    ask(model, [row]);
    return [];
  } catch (error) {
    if (error instanceof RequestError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

describe('values that training did not have', () => {
  const unknown = load('step-novel-unknown-other');

  test('a new level, a missing one and none at all go where step_unknown() sends them', () => {
    const [first, ...others] = ask(unknown, [{ area: 100, zone: 'Lapa' }, { area: 100, zone: null }, { area: 100 }]);
    expect(others).toEqual([first, first]);
    expect(ask(unknown, [{ area: 100, zone: 'Sul' }])).not.toEqual([first]);
  });

  test('a feature that no step imputes has to be there', () => {
    expect(problemsOf(unknown, { area: null, zone: 'Sul' })).toEqual([
      'feature "area": found a missing value, expected a finite number; this model has no answer where it is missing',
    ]);
    expect(unknown.schema.features.map(({ name, required = false }) => [name, required])).toEqual([
      ['area', true],
      ['zone', false],
    ]);
  });

  test('a level that no step takes is a problem of the request', () => {
    expect(problemsOf(load('step-dummy-levels'), { area: 100, zone: 'Lapa', flag: 'a' })).toEqual([
      'feature "zone": found the text "Lapa", expected one of "Centro", "Norte", "Praia", "Sul"',
    ]);
  });

  test('the card has the steps, those that are left out too', () => {
    expect(load('step-filter-sample-skipped').card.pipeline).toEqual([
      { step: 'step_filter', skipped: true },
      { step: 'step_naomit', skipped: true },
      { step: 'step_sample', skipped: true },
      { step: 'step_normalize', gives: ['area', 'rooms', 'age', 'lat'] },
    ]);
  });

  test('classes are answered as class, or as shares', () => {
    const model = load('engine-rpart-prob');
    const row = { area: 236.35, zone: 'Praia', lat: -0.36 };
    expect(ask(model, [row])).toEqual(['high']);
    const { predictions } = answerQuery(model, readValue(model.schema, { instances: [row], parameters: { type: 'prob' } }));
    expect(Object.keys(predictions[0] as object)).toEqual(['low', 'mid', 'high']);
  });
});
