import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden } from '../../support/golden.ts';
import { openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const { file, rows } = golden('survival-logrank');
const given = loadModel(file);
const background = readValue(given.schema, { instances: rows.slice(0, 8) }).rows;
const artifact = encodeArtifact({ ...given, basis: { background } });
const { schema } = decodeArtifact(artifact, 'survival.canopy');
const times = schema.times!;

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe.each(WAYS)('curves that are explained by the %s', (name) => {
  const post = (parameters: object) =>
    ways.ask[name]('/predict', JSON.stringify({ instances: rows.slice(8, 10), parameters }), 'application/json');

  test('at a time say which, and add up to the curve there', async () => {
    for (const [place, time] of [times[4]!, times[20]!].entries()) {
      const answer = JSON.parse((await post({ explain: true, time })).text);
      expect(answer.explain).toEqual({ output: 'probability', background: 'rows', sha256: schema.explain!.sha256, time });
      answer.explanations.forEach(({ baseline, contributions }: Explanation, row: number) => {
        const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
        expect(sum).toBeCloseTo(answer.predictions[row][[4, 20][place]!], 12);
      });
    }
    expect(ways.events).not.toContain('Mismatch');
    expect(ways.events).not.toContain('BadAnswer');
  });

  test('at a time beyond the last are refused with the times that are known', async () => {
    const { status, text } = await post({ explain: true, time: 1e6 });
    expect(status).toBe(422);
    expect(text).toContain(`found the number 1000000, expected a number from 0 to ${times.at(-1)}`);
  });
});

test('the description of the API has the time among the parameters, and in the answer', () => {
  const { components } = openApi({ schema, card: given.card, sha256: given.sha256 }) as unknown as {
    components: { schemas: Record<'Parameters' | 'Answer', { properties: Record<string, { properties?: object }> }> };
  };
  expect(components.schemas.Parameters.properties).toHaveProperty('time', expect.objectContaining({ minimum: 0, maximum: times.at(-1) }));
  expect(components.schemas.Answer.properties.explain!.properties).toHaveProperty('time');
});
