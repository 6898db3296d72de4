import { describe, expect, test } from '@jest/globals';
import { checkAnswer } from '../../functions/endpoint/check-answer.ts';
import { sameBits } from '../../functions/endpoint/same.ts';
import { readQuestion } from '../../functions/question.ts';
import { loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact } from '../../shared/artifact.ts';
import type { Rpart } from '../../shared/bodies/rpart/predict.ts';
import { answerQuery } from '../../shared/predict.ts';
import { explainMs } from '../../shared/schema/explanation.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';

const kyphosis = golden('kyphosis-rpart');
const model = loadModel(kyphosis.file);
const query = readValue(model.schema, { instances: kyphosis.rows.slice(0, 2), parameters: { explain: { class: 'present' } } });
const answer = { ...answerQuery(model, query), model: { name: 'kyphosis', sha256: model.sha256 } };
const [first, second] = answer.explanations!;
const verdict = (change: object) => {
  try {
    return checkAnswer(Buffer.from(JSON.stringify({ ...answer, ...change })), query, { schema: model.schema, sha256: model.sha256 });
  } catch (error) {
    return (error as Error).message;
  }
};
const other = { name: 'other', sha256: 'a'.repeat(64) };
const theirs = [
  { baseline: 1, contributions: { x: 2 } },
  { baseline: 1, contributions: { x: 3 } },
];

describe('an endpoint’s explanations', () => {
  test('are taken where they are of the model held here', () => {
    expect(verdict({})).toMatchObject({ explanations: answer.explanations, explain: answer.explain });
  });

  test('are taken of another model, whatever its features are', () => {
    expect(verdict({ model: other, explanations: theirs })).toMatchObject({ explanations: theirs });
  });

  test.each<[string, object]>([
    ['are missing', { explanations: undefined }],
    ['do not say what they are of', { explain: undefined }],
    ['are too few', { explanations: [first] }],
    ['hold a text', { explanations: [first, { ...second, baseline: 'x' }] }],
    ['hold no finite number', { explanations: [first, { ...second, contributions: { ...second!.contributions, Age: null } }] }],
    ['lack a feature', { explanations: [first, { ...second, contributions: { Age: 1 } }] }],
    ['have another feature', { explanations: [first, { ...second, contributions: { Age: 1, Number: 1, Begin: 1 } }] }],
    ['are of another class', { explanations: [first, { ...second, class: 'absent' }] }],
    ['are of no class', { explanations: [first, { ...second, class: undefined }] }],
    ['have others that nobody asked for', { explanations: [first, { ...second, others: 1 }] }],
    ['are of another number', { explain: { ...answer.explain, output: 'margin' } }],
    ['have a member that is not known', { explanations: [first, { ...second, more: 1 }] }],
    ['of another model have no contributions', { model: other, explanations: [theirs[0], { baseline: 1, contributions: {} }] }],
    [
      'of another model have a long name',
      { model: other, explanations: [theirs[0], { baseline: 1, contributions: { ['x'.repeat(1_001)]: 1 } }] },
    ],
    [
      'of another model have a name of two lines',
      { model: other, explanations: [theirs[0], { baseline: 1, contributions: { 'x\ny': 1 } }] },
    ],
    ['of another model have a class of two lines', { model: other, explanations: [theirs[0], { ...theirs[1], class: 'x\ny' }] }],
  ])('are refused where they %s', (_, change) => {
    expect(verdict(change)).toMatch(/^found .*explanations/);
  });

  test('are compared where both sides compute from the same section', () => {
    const changed = { ...answer, explanations: [first!, { ...second!, baseline: 0.1 }] };
    expect(sameBits(answer, answer)).toBe(true);
    expect(sameBits(answer, changed)).toBe(false);
    expect(sameBits(answer, { ...changed, explain: { ...answer.explain!, sha256: 'b'.repeat(64) } })).toBe(true);
  });
});

describe('explanations that take long', () => {
  const ask = (schema: Schema, rows: number, parameters: object) => {
    const value = { instances: Array.from({ length: rows }, () => kyphosis.rows[0]), parameters };
    return readQuestion(schema, { direct: true, value, headers: {} } as never);
  };
  /** The schema of a model whose rows take so many steps. */
  const slow = (work: number): Schema => {
    const { ways, ...rest } = model.schema.explain!;
    return { ...model.schema, explain: { ...rest, ways: ways.map((way) => ({ ...way, work })) } };
  };

  test('are refused before they are computed, with the rows that fit', async () => {
    const { work } = model.schema.explain!.ways[0]!;
    expect(work).toBeGreaterThan(0);
    await expect(ask(slow(10_000_000), 20, { explain: true })).rejects.toMatchObject({
      status: 413,
      message: expect.stringMatching(/of 20 rows could take more than 2 s here; expected at most 10 rows/),
    });
    await expect(ask(slow(1e12), 1, { explain: true })).rejects.toMatchObject({
      message: expect.stringContaining('not even one row fits'),
    });
  });

  test('are tried out where the estimate cannot tell, but not where they are soon done', async () => {
    const { ways, ...rest } = model.schema.explain!;
    const tried: number[] = [];
    const schemaOf = (work: number, msOfRow: number): Schema => {
      const msOf = (rows: Float64Array, place: number) => {
        tried.push(place);
        return (rows.length / model.schema.features.length) * msOfRow;
      };
      return { ...model.schema, explain: { ...rest, ways: ways.map((way) => ({ ...way, work, msOf })) } };
    };
    const [steps, few] = [1_000_000, 1_000];
    // By the estimate 20 rows take 0.4 s.
    await expect(ask(schemaOf(steps, 400), 20, { explain: true })).rejects.toMatchObject({
      status: 413,
      message: expect.stringContaining('expected at most 5 rows in one request'),
    });
    expect((await ask(schemaOf(steps, 400), 5, { explain: { class: 'present' } })).query.count).toBe(5);
    expect((await ask(schemaOf(100 * steps, 1), 1_000, { explain: true })).query.count).toBe(1_000);
    expect(tried).toEqual([0, model.schema.classes!.indexOf('present'), 0]);
    expect((await ask(schemaOf(few, 1e9), 20, { explain: true })).query.count).toBe(20);
    expect(tried).toHaveLength(3);
  });

  test('of a model whose size tells little of its time are answered for a row, and refused for thousands', async () => {
    const { file, rows } = golden('ksvm');
    const imported = loadModel(file);
    const { schema } = decodeArtifact(encodeArtifact({ ...imported, basis: { background: imported.checks.rows } }), 'ksvm');
    const asking = (count: number) => {
      const value = { instances: Array.from({ length: count }, (_, at) => rows[at % rows.length]), parameters: { explain: true } };
      return readQuestion(schema, { direct: true, value, headers: {} } as never);
    };
    expect((await asking(1)).query.count).toBe(1);
    // They take a minute here.
    await expect(asking(10_000)).rejects.toMatchObject({ status: 413, message: expect.stringMatching(/expected at most [1-9]\d* rows/) });
  });

  test('count each coalition for a row that lacks a value', async () => {
    const air = golden('air-rpart');
    const { schema, body } = loadModel(air.file);
    const lacks = Object.fromEntries(schema.features.map(({ name }, at) => [name, at === 0 ? null : 1]));
    const whole = { ...lacks, [schema.features[0]!.name]: 1 };
    const ms = (rows: object[]) => explainMs(schema, readValue(schema, { instances: rows, parameters: { explain: true } }));
    const nodes = (body.data as Rpart).left.length;
    const { work } = schema.explain!.ways[0]!;
    expect(ms([lacks]) / ms([whole])).toBeCloseTo((work + 2 ** new Set((body.data as Rpart).input).size * nodes) / work, 8);
    expect(ms([whole, lacks, whole])).toBeCloseTo(2 * ms([whole]) + ms([lacks]), 8);
  });

  test('cost nothing where nobody asks for them', async () => {
    expect((await ask(slow(1e12), 20, {})).query.count).toBe(20);
    expect((await ask(slow(10_000_000), 10, { explain: true })).query.count).toBe(10);
  });
});
