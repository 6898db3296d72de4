import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { describeFile, describeText } from '../../../model/artifact/describe.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { parametersOf } from '../../../shared/api/openapi/shapes.ts';
import { quantile } from '../../../shared/bodies/forest/quantile.ts';
import type { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { PARAMETERS, type Parameter } from '../../../shared/schema/parameter-table.ts';
import { misfitRows } from '../../../shared/schema/parameters.ts';
import { keepsDefaultAnswer, readParameters } from '../../../shared/schema/read-parameters.ts';
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
    expect(misfitRows(schema, { type: 'se', seMethod: 'jack' }, 1000)).toBeUndefined();
  });
});

describe('one more parameter in the table', () => {
  const depth: Parameter = {
    summary: 'Go down so many splits at most.',
    form: { is: 'whole', least: 1, most: () => 30 },
    keepsAnswer: (value) => value === 30,
    misfit: (_, { type }) => (type === 'se' ? 'found depth with type "se", expected another type' : undefined),
  };
  const table = { ...PARAMETERS, depth };
  const schema = { ...regression, takes: ['numTrees', 'depth'] as string[] } as Schema;
  const kept = (parameters: object) => keepsDefaultAnswer(schema, { type: 'response', ...parameters }, table);

  test('is read, with its limits and with what does not go with it', () => {
    expect(readParameters(schema, { depth: [3] }, '/p', table)).toEqual({ parameters: { type: 'response', depth: 3 }, problems: [] });
    const problems = (given: object) => readParameters(schema, given, '/p', table).problems;
    expect(problems({ depth: 31 })).toEqual([{ path: '/p/depth', message: 'found the number 31, expected a whole number from 1 to 30' }]);
    expect(problems({ depth: 3, type: 'se' })[0]?.message).toBe('found depth with type "se", expected another type');
    expect(problems({ seed: 1 })[0]?.message).toContain('this model takes: type, numTrees, depth');
  });

  test('is in the OpenAPI document', () => {
    const { properties } = z.toJSONSchema(parametersOf(schema, table));
    expect(properties).toMatchObject({ depth: { type: 'integer', minimum: 1, maximum: 30, description: depth.summary } });
    expect(Object.keys(properties as object)).toEqual(['type', 'numTrees', 'depth']);
  });

  test('is described', () => {
    const model = loadModel(golden('heart-age').file);
    const loaded = { file: 'x', bytes: 1, model: { ...model, schema: { ...model.schema, takes: schema.takes } as Schema } };
    expect(describeText(loaded, table)).toMatch(/^parameters +type, numTrees, depth$/m);
    const told = { name: 'depth', summary: depth.summary, expected: 'a whole number from 1 to 30' };
    expect(describeFile(loaded, table).parameters).toContainEqual(told);
  });

  test("takes a kernel's answer away where it says so", () => {
    expect([kept({}), kept({ depth: 30 }), kept({ depth: 3 })]).toEqual([true, true, false]);
    expect(keepsDefaultAnswer(schema, { type: 'response', depth: 30 } as never)).toBe(false);
  });
});

test("a kernel's answer holds for defaults and what equals them alone", () => {
  const kept = (parameters: object) => keepsDefaultAnswer(regression, { type: 'response', ...parameters });
  expect([{}, { predictAll: false }, { numTrees: 10 }, { seed: undefined }].map(kept)).toEqual([true, true, true, true]);
  const others = [{ predictAll: true }, { numTrees: 9 }, { seed: 1 }, { type: 'se' }, { also: ['terminalNodes'] }];
  expect(others.map(kept)).toEqual(others.map(() => false));
});

describe('several types at once', () => {
  const schema: Schema = { ...regression, types: ['response', 'terminalNodes', 'quantiles', 'se'] };
  test('are read in the order in which they are asked for', () => {
    const type = ['terminalNodes', 'response'];
    const read = readParameters(schema, { type, numTrees: 3 }, '/p');
    expect(read).toEqual({ parameters: { type: 'terminalNodes', also: ['response'], numTrees: 3 }, problems: [] });
  });

  test.each<[object, string, string]>([
    [{ type: ['response', 'response'] }, '/p/type/1', 'found the text "response" twice, expected each type once'],
    [{ type: ['response', 'link'] }, '/p/type/1', 'found the text "link", expected one of "response", "terminalNodes"'],
    [{ type: ['response', 'se'] }, '/p/type/1', 'found the text "se" among several types, expected it alone'],
    [{ type: ['quantiles', 'response'] }, '/p/type/0', 'found the text "quantiles" among several types, expected it alone'],
    [{ type: ['response', 'terminalNodes'], predictAll: true }, '/p', 'found predictAll with several types, expected one type'],
    [{ type: [] }, '/p/type', 'expected one of'],
    [{ type: ['response', ['se']] }, '/p/type/1', 'expected one of'],
  ])('%j is refused', (parameters, path, message) => {
    expect(readParameters(schema, parameters, '/p').problems).toEqual([{ path, message: expect.stringContaining(message) }]);
  });
});

test('a quantile of nothing is NaN, of one number that number, and between two it has the bits of R', () => {
  expect(quantile([], 0.5)).toBeNaN();
  expect(quantile([3], 0.25)).toBe(3);
  // quantile(c(0.1, 0.2, 0.7), 0.35) in R 4.2.2, by sprintf("%.17g").
  expect(quantile([0.1, 0.2, 0.7], 0.35)).toBe(0.16999999999999998);
});
