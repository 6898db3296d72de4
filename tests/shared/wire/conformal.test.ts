import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { describeModel } from '../../../shared/api/routes.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { encodeIntervals } from '../../../shared/intervals/section.ts';
import { golden } from '../../support/golden.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const flowers = golden('iris-randomForest');
const names = Object.keys(flowers.rows[0]!);
const kinds = ['setosa', 'versicolor', 'virginica'];
const lines = flowers.rows.map((row, at) => [...names.map((name) => row[name]), kinds[(at * 7) % 3]].join());
const calibration = { bytes: Buffer.from([[...names, 'Species'].join(), ...lines].join('\n')), file: 'rows.csv', target: undefined };
const artifact = importModel(flowers.file, { calibration });
const model = decodeArtifact(artifact, 'flowers.canopy');
const rows = flowers.rows.slice(0, 4);
const { sha256, calibration: count } = model.schema.intervals!;

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe.each(WAYS)('sets of classes of the %s', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);
  const post = (parameters: object, accept?: string, query?: string) =>
    ask('/predict', JSON.stringify({ instances: rows, parameters }), accept, query);
  const sets = async (level: number) => JSON.parse((await post({ interval: 'conformal', level })).text).predictions;

  test('say of each class whether it is likely, and grow with the level', async () => {
    const answer = JSON.parse((await post({ interval: 'conformal', level: 0.5 })).text);
    expect(answer.interval).toEqual({ kind: 'conformal', level: 0.5, sha256 });
    const sizes = await Promise.all(
      [0.05, 0.5, 0.9].map(async (level) => (await sets(level)).flatMap(Object.values).filter(Boolean).length),
    );
    expect(sizes[0]).toBeLessThanOrEqual(sizes[1]!);
    expect(sizes[1]).toBeLessThanOrEqual(sizes[2]!);
    for (const one of answer.predictions) expect(Object.keys(one)).toEqual(kinds);
    for (const event of ['Mismatch', 'BadAnswer', 'ContractMismatch']) expect(ways.events).not.toContain(event);
  });

  test('have a column a class in CSV, lines in JSON Lines, columns in a table, and ones and zeros in tensors', async () => {
    const expected = (await sets(0.9)).map((one: object) => Object.values(one));
    const asked = { interval: 'conformal', level: 0.9 };
    const csv = await post(asked, 'text/csv; header=present');
    expect(csv.text).toBe(`${[kinds.map((kind) => `predictions.${kind}`), ...expected].map((one) => one.join()).join('\n')}\n`);
    const { text } = await post(asked, 'application/jsonlines');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => Object.values(JSON.parse(line))),
    ).toEqual(expected);
    const table = JSON.parse((await post(asked, 'application/json', 'format=tidymodels')).text);
    expect(table['.pred_setosa']).toEqual(expected.map(([first]: boolean[]) => first));
    const inputs = names.map((feature) => ({ name: feature, shape: [1], datatype: 'FP64', data: [rows[0]![feature]] }));
    const infer = await ask('/v2/models/iris-randomForest/infer', JSON.stringify({ inputs, parameters: asked }));
    expect(JSON.parse(infer.text).outputs[0]).toMatchObject({ name: 'predictions', data: expected[0].map(Number) });
  });

  test('are refused at a level for which the rows are too few, in one sentence', async () => {
    const { status, text } = await post({ interval: 'conformal', level: 0.9999 });
    expect(status).toBe(422);
    expect(text).toContain(`found level 0.9999 with ${count} calibration rows, expected at most `);
  });

  test('go with the default type alone', async () => {
    expect((await post({ interval: 'conformal', type: 'prob' })).text).toContain('expected the default type');
    expect((await post({ interval: 'conformal', type: ['class', 'prob'] })).status).toBe(422);
  });
});

test('GET /model and the description of the API say what they rest on', () => {
  expect(describeModel(model).intervals).toEqual({ sha256, kinds: ['conformal'], calibrationRows: flowers.rows.length });
  const { components } = openApi(model) as { components: { schemas: Record<string, object> } };
  expect(JSON.stringify(components.schemas.Prediction)).toContain('boolean');
});

test.each<[string, number[], string]>([
  ['no error', [], '0 errors'],
  ['an error that is no number', [Number.NaN, 2], 'the error NaN'],
  ['an error below all', [Number.NEGATIVE_INFINITY, 2], 'the error -Infinity'],
  ['errors in another order', [2, 1], 'the error 1'],
  ['an error without an end', [1, Number.POSITIVE_INFINITY], 'the error Infinity'],
  ['too many errors', Array.from({ length: 10_001 }, () => 1), '10001 errors'],
])('an artifact with %s is refused', (_, errors, words) => {
  const hash = () => new Uint8Array(32);
  const spread = encodeIntervals([{ by: 'conformal', scalars: {}, arrays: [['errors', Float64Array.from(errors)]] }], hash);
  expect(() => decodeArtifact(encodeArtifact({ ...model, spread }), 'odd.canopy', { isHeld: true })).toThrow(words);
});

test('an error below 0 is one of a share above 1, and of a number refused', () => {
  const hash = () => new Uint8Array(32);
  const spread = encodeIntervals([{ by: 'conformal', scalars: {}, arrays: [['errors', Float64Array.of(-1, 2)]] }], hash);
  const open = (one: typeof model) => decodeArtifact(encodeArtifact({ ...one, spread }), 'odd.canopy', { isHeld: true });
  expect(open(model).schema.intervals?.kinds).toEqual(['conformal']);
  const number = decodeArtifact(importModel(golden('heart-age').file));
  expect(() => open(number)).toThrow('the error -1, expected finite numbers from 0 on');
});
