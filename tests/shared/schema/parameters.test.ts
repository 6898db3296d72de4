import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { quantile } from '../../../shared/bodies/forest/quantile.ts';
import type { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { misfitRows, readParameters } from '../../../shared/schema/parameters.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';

const regression: Schema = {
  ...{ kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: false, trees: 10 },
  ...{ types: ['response', 'quantiles', 'se'], takes: ['predictAll', 'numTrees', 'quantiles', 'seMethod'] },
};

describe('parameters', () => {
  test('quantiles have the defaults of R', () => {
    expect(readParameters(regression, { type: 'quantiles' }, '/p').parameters).toMatchObject({ quantiles: [0.1, 0.5, 0.9] });
  });

  test.each<[object, string]>([
    [{ seMethod: 'jack' }, 'with type "se" only'],
    [{ type: 'se', seMethod: 'bootstrap' }, '"infjack" or "jack"'],
    [{ type: 'se', seMethod: 'jack', numTrees: 1 }, 'expected at least 2'],
    [{ type: 'quantiles', numTrees: 9 }, 'expected all trees'],
    [{ quantiles: [0.5] }, 'with type "quantiles" only'],
    [{ type: 'quantiles', quantiles: [1.5] }, 'numbers from 0 to 1'],
    [{ type: 'se', predictAll: true }, 'expected type "response"'],
    [{ seed: 1 }, 'unknown parameter "seed"; this model takes: type, predictAll, numTrees, quantiles, seMethod'],
  ])('%j is refused', (parameters, message) => {
    expect(readParameters(regression, parameters, '/p').problems).toEqual([
      { path: expect.stringMatching(/^\/p/), message: expect.stringContaining(message) },
    ]);
  });

  test('as many trees as there are is all of them', () => {
    expect(readParameters(regression, { type: 'quantiles', numTrees: 10 }, '/p').problems).toEqual([]);
  });

  test('standard errors of more than 20 rows are refused beside all else that is wrong', () => {
    const { schema } = loadModel(golden('se-many-trees').file);
    const instances = Array.from({ length: 21 }, () => ({ real: 1 }));
    let problems: string[] = [];
    try {
      readValue(schema, { instances, parameters: { type: 'se' } });
    } catch (error) {
      problems = (error as RequestError).problems.map(({ path }) => path);
    }
    expect(problems).toHaveLength(22);
    expect(problems[0]).toBe('/parameters/type');
    expect(misfitRows({ type: 'se', predictAll: false, seMethod: 'jack' }, 1000)).toBeUndefined();
  });
});

test('a quantile of nothing is NaN, of one number that number, and between two it has the bits of R', () => {
  expect(quantile([], 0.5)).toBeNaN();
  expect(quantile([3], 0.25)).toBe(3);
  // quantile(c(0.1, 0.2, 0.7), 0.35) in R 4.2.2, by sprintf("%.17g").
  expect(quantile([0.1, 0.2, 0.7], 0.35)).toBe(0.16999999999999998);
});
