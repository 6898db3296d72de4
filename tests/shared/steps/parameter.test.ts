import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import type { RequestError } from '../../../shared/errors.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

/** recipe(price ~ area + zone) |> step_novel(zone) |> step_unknown(zone) |> step_other(zone) |> step_dummy(zone), then lm. */
const artifact = importModel(path.join(import.meta.dirname, '../../golden/pipelines/step-novel-unknown-other.RDS'));
const model = decodeArtifact(artifact, 'novel');
const ROWS = [
  { area: 100, zone: 'Lapa' },
  { area: 50.25, zone: null },
];
const answer = (parameters: object) => answerQuery(model, readValue(model.schema, { instances: ROWS, parameters }));
const BODY = JSON.stringify({ instances: ROWS, parameters: { steps: true } });

/** The messages of a refused request. */
function problemsOf(schema: typeof model.schema, parameters: object): string[] {
  try {
    readValue(schema, { instances: [{}], parameters });
    return [];
  } catch (error) {
    return (error as RequestError).problems.map(({ message }) => message);
  }
}

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe('the columns that the model got from its steps', () => {
  const { predictions } = answer({});
  const { steps = [], ...beside } = answer({ steps: true });

  test('stand beside the answer, which stays as it is', () => {
    expect(beside).toEqual({ predictions, response: predictions });
    expect(steps).toEqual([
      { area: 100, zone_Norte: 0, zone_Praia: 0, zone_Sul: 0, zone_rest: 1 },
      { area: 50.25, zone_Norte: 0, zone_Praia: 0, zone_Sul: 0, zone_rest: 1 },
    ]);
  });

  test('are no part of the artifact, and the same answer comes without them', () => {
    expect(Buffer.from(artifact).includes('"inputs"')).toBe(false);
    expect(answer({ steps: false })).toEqual({ predictions });
  });

  test('are described, as a parameter and as a part of the answer', () => {
    const { components } = openApi(model) as { components: { schemas: Record<string, { properties: Record<string, { items: object }> }> } };
    const { schemas } = components;
    expect(schemas.Parameters?.properties.steps).toMatchObject({ type: 'boolean' });
    const properties = (schemas.Answer?.properties.steps?.items as { properties: object }).properties;
    expect(Object.keys(properties)).toEqual(Object.keys(steps[0] as object));
  });
});

describe.each(WAYS)('asked for with steps, the %s gives them', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);
  const { steps = [], predictions } = answer({ steps: true });
  const names = Object.keys(steps[0] as object);

  test('as JSON and as JSON Lines', async () => {
    const { text, servedBy } = await ask('/predict', BODY);
    expect(JSON.parse(text)).toMatchObject({ predictions, response: predictions, steps });
    expect(servedBy).toBe(name);
    expect(ways.events).not.toContain('Mismatch');
    expect(ways.events).not.toContain('BadAnswer');
    const lines = (await ask('/predict', BODY, 'application/jsonlines')).text.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(predictions.map((response, row) => ({ response, steps: steps[row] })));
  });

  test('as CSV with their names, and as a bare table', async () => {
    const [header, first] = (await ask('/predict', BODY, 'text/csv; header=present')).text.split('\n');
    expect(header).toBe(['response', ...names.map((one) => `steps.${one}`)].join(','));
    expect(first).toBe([predictions[0], ...Object.values(steps[0] as object)].join(','));
    const table = JSON.parse((await ask('/predict', BODY, 'application/json', 'format=table')).text);
    expect(Object.keys(table)).toEqual(['predict', ...names.map((one) => `steps_${one}`)]);
    expect(table.steps_area).toEqual([100, 50.25]);
  });

  test('as outputs of the Open Inference Protocol, and not as one array', async () => {
    const inputs = [
      { name: 'area', shape: [1], datatype: 'FP64', data: [100] },
      { name: 'zone', shape: [1], datatype: 'BYTES', data: ['Lapa'] },
    ];
    const { text } = await ask('/v2/models/step-novel-unknown-other/infer', JSON.stringify({ inputs, parameters: { steps: true } }));
    const outputs = JSON.parse(text).outputs as { name: string }[];
    expect(outputs.map((output) => output.name)).toEqual(['predictions', 'response', ...names.map((one) => `steps.${one}`)]);
    expect((await ask('/predict', BODY, 'application/x-npy')).status).toBe(406);
  });
});

describe('where they cannot be given', () => {
  test('a model without steps does not take the parameter', () => {
    expect(problemsOf(loadModel(golden('iris').file).schema, { steps: true })).toContainEqual(
      expect.stringMatching(/^unknown parameter "steps"; this model takes: type/),
    );
  });

  test('a value that is neither true nor false is a problem', () => {
    expect(problemsOf(model.schema, { steps: 'yes' })).toContainEqual('found the text "yes", expected true or false');
  });
});
