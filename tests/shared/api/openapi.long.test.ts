import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { loadModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { describeModel } from '../../../shared/api/routes.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { ModelInfo } from '../../../shared/schema/card.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { writeAnswer } from '../../../shared/wire/answers.ts';
import { exampleRecord } from '../../../shared/wire/cells.ts';
import type { BodyForm } from '../../../shared/wire/media.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { readTensors, readValue } from '../../../shared/wire/wire.ts';
import { golden, variety as goldens } from '../../support/golden.ts';

type Json = { [key: string]: Json } & Json[];

/** A document as a reader gets it. */
const documentOf = (model: ModelInfo) => JSON.parse(JSON.stringify(openApi(model))) as Json;
const DIALECTS = ['record', 'records', 'rows', 'instances', 'instanceRows', 'features', 'tensors', 'inputRecords', 'inputColumns'].concat([
  'split',
  'dataframeRecords',
  'pandasSplit',
  'pandasTable',
  'featuresAlone',
  'pandasColumns',
  'columns',
]);

/** What a pointer within the document leads to. */
function follow(document: Json, ref: string): Json | undefined {
  const tokens = ref.replace(/^#\//, '').split('/');
  return tokens.reduce<Json | undefined>((at, token) => at?.[token.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

/** Every $ref below a value. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [inner as string] : refs(inner)));
}

/** A named schema of a document as a zod schema, its references written out. */
function validator(document: Json, name: string): z.ZodType {
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null) return value;
    if ('$ref' in value) return inline(follow(document, value.$ref as string));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inline(inner)]));
  };
  return z.fromJSONSchema(inline(document.components?.schemas?.[name]) as Parameters<typeof z.fromJSONSchema>[0]);
}

function infoOf(schema: Schema): ModelInfo {
  return { schema, card: { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: '0'.repeat(64) } }, sha256: '0'.repeat(64) };
}

describe.each(goldens().map(({ name, file }) => ({ name, file })))('the document of $name', ({ file }) => {
  const model = loadModel(file);
  const document = documentOf(model);
  const content = document.paths?.['/predict']?.post?.requestBody?.content as Json;
  const examples = (type: string) =>
    Object.values(content[type]?.examples ?? {}).map((example) => (example as unknown as { value: unknown }).value);

  test('says of what some models and servers lack that it may not be there', () => {
    const lacking = Object.entries(document.paths ?? {}).filter(([, item]) => item.get && '404' in (item.get.responses ?? {}));
    expect(lacking.map(([path]) => path)).toEqual(expect.arrayContaining(['/canopy.R', '/model/importance']));
    expect(document.paths?.['/model']?.get?.responses).not.toHaveProperty('404');
  });

  test('has every operation, each with responses that are described', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: expect.any(String), version: model.sha256.slice(0, 12) });
    const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method} ${path}`),
    );
    const about = ['', '/versions/{version}'].flatMap((version) => [
      `get /v2/models/{model}${version}`,
      `get /v2/models/{model}${version}/ready`,
      `post /v2/models/{model}${version}/infer`,
    ]);
    const ofModel = [
      'get /',
      'get /canopy.R',
      'get /docs',
      'get /health',
      'get /metadata',
      'get /model/importance',
      'get /model',
      'get /openapi.json',
      'get /prototype',
      'post /predict',
    ];
    const server = ['get /v2', 'get /v2/health/live', 'get /v2/health/ready'];
    expect(operations.sort()).toEqual([...ofModel, ...server, ...about].sort());
    const ids = Object.values(document.paths ?? {}).flatMap((item) => Object.values(item).map((operation) => operation.operationId));
    expect(new Set(ids).size).toBe(operations.length);
    for (const item of Object.values(document.paths ?? {})) {
      for (const operation of Object.values(item)) {
        expect(Object.keys(operation.responses ?? {})).toContain('200');
        for (const response of Object.values(operation.responses ?? {})) {
          const declared = response.$ref ? follow(document, response.$ref as unknown as string) : response;
          expect(declared?.description).toEqual(expect.any(String));
        }
      }
    }
  });

  test('has the paths of the Open Inference Protocol with an inference request that the model takes', () => {
    const operation = document.paths?.['/v2/models/{model}/infer']?.post as Json;
    const { examples } = operation.requestBody?.content?.['application/json'] as Json;
    const { value } = examples?.tensors as unknown as { value: { inputs: never[] } };
    expect(readTensors(model.schema, { inputs: value.inputs, parameters: {}, text: '' }).count).toBe(1);
    expect(validator(document, 'V2Request').safeParse(value).success).toBe(true);
    expect(Object.keys(operation.responses ?? {})).toEqual(['200', '400', '404', '412', '413', '415', '422', '429', '500', '503']);
  });

  test('has the header that names the one model that may answer', () => {
    for (const path of ['/predict', '/v2/models/{model}/infer']) {
      const parameters = document.paths?.[path]?.post?.parameters as Json;
      const found = parameters
        .map(({ $ref }) => $ref && follow(document, $ref as unknown as string))
        .find((one) => String(one?.name) === 'x-model-sha256');
      const pattern = new RegExp((found?.schema as unknown as { pattern: string }).pattern);
      expect(['', 'x', model.sha256.slice(0, 12), model.sha256].map((one) => pattern.test(one))).toEqual([false, false, true, true]);
    }
  });

  test('has a problem document for every status of the contract', () => {
    const responses = document.paths?.['/predict']?.post?.responses as Json;
    expect(Object.keys(responses)).toEqual(['200', '400', '404', '405', '406', '412', '413', '415', '422', '429', '500', '503']);
    for (const [status, response] of Object.entries(responses)) {
      if (status === '200') continue;
      const problem = follow(document, response.$ref as unknown as string);
      expect(problem?.content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
    }
  });

  test('has no reference that leads nowhere and no key that is not allowed', () => {
    const found = refs(document);
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((ref) => !ref.startsWith('#/') || follow(document, ref) === undefined)).toEqual([]);
    const names = Object.values(document.components ?? {}).flatMap((group) => Object.keys(group));
    expect(names.filter((name) => !/^[A-Za-z0-9._-]+$/.test(name))).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/"\$(?:id|schema)"/);
  });

  test('shows every dialect, and the model takes each example, as its own schema does', () => {
    expect(Object.keys(content['application/json']?.examples ?? {})).toEqual(DIALECTS);
    const body = validator(document, 'Body');
    const first = Array.from(readValue(model.schema, examples('application/json')[0]).rows);
    for (const value of examples('application/json')) {
      expect(Array.from(readValue(model.schema, value).rows).slice(0, first.length)).toEqual(first);
      expect(body.safeParse(value).success).toBe(true);
    }
  });

  test('shows CSV and JSON Lines that the model takes', () => {
    const forms: [string, BodyForm][] = [
      ['text/csv', 'csv'],
      ['application/jsonlines', 'jsonlines'],
      ['application/x-ndjson', 'jsonlines'],
    ];
    for (const [type, form] of forms) {
      expect(examples(type).length).toBeGreaterThan(0);
      for (const value of examples(type)) expect(readBody(model.schema, Buffer.from(value as string), form).count).toBe(1);
    }
  });

  test('its schemas refuse what the model refuses', () => {
    const [record] = examples('application/json') as [Record<string, unknown>];
    const name = Object.keys(record)[0] as string;
    const body = validator(document, 'Body');
    // A key that is missing among records is a missing value.
    const sparse = model.schema.takesMissing ? [] : [[{}]];
    for (const wrong of [{ ...record, [name]: { nested: { deeper: 1 } } }, {}, ...sparse, [[]], { instances: [] }, 'text', 5]) {
      expect(body.safeParse(wrong).success).toBe(false);
      expect(() => readValue(model.schema, wrong)).toThrow();
    }
  });

  test('its answer and its model fit their schemas', () => {
    const predicted = answerQuery(model, readValue(model.schema, examples('application/json')[0]));
    const answer = { ...predicted, model: { name: model.card.name, sha256: model.sha256 }, servedBy: 'fallback', reason: 'no-endpoint' };
    const schema = validator(document, 'Answer');
    expect(schema.safeParse(answer).success).toBe(true);
    expect(schema.safeParse({ ...answer, predictions: [null] }).success).toBe(false);
    expect(validator(document, 'Model').safeParse(describeModel(model)).success).toBe(true);
  });

  test('a bare table of each type of answer fits its schema', () => {
    const schema = validator(document, 'Table');
    const asked = [...(model.schema.types ?? ['response']).map((type) => ({ type })), { predictAll: true }].filter((parameters) => {
      return !('predictAll' in parameters) || model.schema.takes?.includes('predictAll');
    });
    for (const parameters of asked) {
      const predicted = answerQuery(model, readValue(model.schema, { instances: [exampleRecord(model.schema)], parameters }));
      const answer = { ...predicted, model: { name: model.card.name, sha256: model.sha256 } };
      for (const form of ['table', 'tidymodels'] as const) {
        const table = JSON.parse(writeAnswer(model.schema, answer, form));
        expect([parameters, form, schema.safeParse(table).success]).toEqual([parameters, form, true]);
      }
    }
  });
});

describe('odd models', () => {
  test.each(['glmnet-multinomial-grouped', 'car-rpart', 'heart-rpart'])('the answer of each type of %s fits its schema', (name) => {
    const model = loadModel(golden(name).file);
    const schema = validator(documentOf(model), 'Answer');
    const who = { model: { name: model.card.name, sha256: model.sha256 }, servedBy: 'container' };
    for (const type of model.schema.types ?? []) {
      const answer = answerQuery(model, readValue(model.schema, { instances: [exampleRecord(model.schema)], parameters: { type } }));
      expect([type, schema.safeParse({ ...answer, ...who }).success]).toEqual([type, true]);
    }
  });

  test('a dialect whose word is a feature works, and a missing value is allowed where the model takes it', () => {
    const features: Schema['features'] = [
      { name: 'inputs', type: 'number' },
      { name: 'smoker', type: 'logical' },
      { name: 'kind', type: 'factor', levels: ['10', '9', '__proto__'] },
    ];
    const schema: Schema = { kind: 'regression', features, takesMissing: true };
    const document = documentOf(infoOf(schema));
    const examples = document.paths?.['/predict']?.post?.requestBody?.content?.['application/json']?.examples as Json;
    expect(Object.keys(examples)).toEqual(DIALECTS);
    const properties = document.components?.schemas?.Record?.properties;
    expect(properties?.kind?.anyOf).toEqual([{ type: 'string', enum: ['10', '9', '__proto__'] }, { type: 'null' }]);
    expect(validator(document, 'Record').safeParse({ inputs: null, smoker: 1, kind: '9' }).success).toBe(true);
  });

  test('a feature that no JSON body can name has a document all the same', () => {
    const features = ['__proto__', 'constructor'].map((name) => ({ name, type: 'number' as const }));
    const document = documentOf(infoOf({ kind: 'regression', features, takesMissing: false }));
    const examples = document.paths?.['/predict']?.post?.requestBody?.content?.['application/json']?.examples as Json;
    expect(Object.keys(examples)).toContain('rows');
  });

  test('a wide model has a document of bounded size', () => {
    const features = Array.from({ length: 20_000 }, (_, at) => ({ name: `gene${at}`, type: 'number' as const }));
    const text = JSON.stringify(openApi(infoOf({ kind: 'regression', features, takesMissing: false })));
    expect(text.length).toBeLessThan(2_500_000);
    expect(text).toContain('20000 features');
  });
});
