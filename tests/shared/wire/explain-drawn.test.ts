import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openApi } from '../../../shared/api/openapi/openapi.ts';
import { decodeArtifact, encodeArtifact } from '../../../shared/artifact.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { NETWORK } from '../../../shared/bodies/network/body.ts';
import { generator as seeded } from '../../../shared/math/generator.ts';
import { type Predictor, predictRows } from '../../../shared/predict.ts';
import type { Explanation } from '../../../shared/schema/explanation.ts';
import { type Ask, openThreeWays, type ThreeWays, WAYS } from '../../support/three-ways.ts';

const INPUTS = 13;
const random = seeded(3);
const drawn = (length: number) => Float64Array.from({ length }, () => random() * 4 - 2);

/** A network of thirteen inputs and two hidden units: too many features that play together for all coalitions. */
function network(): Predictor {
  const hidden = Array.from({ length: INPUTS + 1 }, (_, unit) => unit);
  const from = Uint32Array.from([...hidden, ...hidden, 0, INPUTS + 1, INPUTS + 2]);
  const ends = [...hidden.map(() => 0), hidden.length, 2 * hidden.length, from.length];
  const body = {
    ...{ inputs: INPUTS, hidden: 2, outputs: 1, sums: INPUTS + 3, softmax: false, again: false },
    ...{ starts: Uint32Array.from([0, ...ends]), from, weights: drawn(from.length) },
  };
  const features = Array.from({ length: INPUTS }, (_, at) => ({ name: `x${at}`, type: 'number' as const }));
  return { schema: { kind: 'regression', features, takesMissing: false }, body: bodyOf(NETWORK, body) };
}

const plain = network();
const checks = drawn(2 * INPUTS);
const artifact = encodeArtifact({
  ...plain,
  card: { name: 'network', madeBy: 'a test', source: { file: 'network.RDS', sha256: '0'.repeat(64) } },
  checks: { rows: checks, outputs: predictRows(plain, checks) },
  basis: { background: drawn(20 * INPUTS) },
});
const rows = [drawn(INPUTS), drawn(INPUTS)];
const asking = (explain: unknown) => JSON.stringify({ instances: rows.map((row) => [...row]), parameters: { explain } });

let ways: ThreeWays;
beforeAll(async () => {
  ways = await openThreeWays(artifact);
});
afterAll(() => ways.close());

describe.each(WAYS)('contributions of the %s that were found by drawing', (name) => {
  const ask: Ask = (...given) => ways.ask[name](...given);

  test('have a standard error beside each, and add up to the prediction', async () => {
    const { predictions, explanations, explain } = JSON.parse((await ask('/predict', asking(true))).text);
    expect(explain).toMatchObject({ output: 'response', background: 'rows' });
    explanations.forEach(({ baseline, contributions, standardErrors }: Explanation, row: number) => {
      expect(Object.keys(standardErrors!)).toEqual(Object.keys(contributions));
      for (const error of Object.values(standardErrors!)) expect(error).toBeGreaterThan(0);
      const sum = Object.values(contributions).reduce((all, one) => all + one, baseline);
      expect(sum).toBeCloseTo(predictions[row], 12);
    });
    for (const event of ['Mismatch', 'BadAnswer', 'ContractMismatch']) expect(ways.events).not.toContain(event);
  });

  test('have the errors of the greatest ones alone where these alone are asked for', async () => {
    const { explanations } = JSON.parse((await ask('/predict', asking({ top: 2 }))).text);
    for (const { contributions, standardErrors } of explanations as Explanation[]) {
      expect(Object.keys(contributions)).toHaveLength(2);
      expect(Object.keys(standardErrors!).sort()).toEqual(Object.keys(contributions).sort());
    }
  });

  test('have columns for the errors in CSV', async () => {
    const { explanations } = JSON.parse((await ask('/predict', asking(true))).text);
    const { text } = await ask('/predict', asking(true), 'text/csv; header=present');
    const [header, ...lines] = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const at = header!.indexOf('standardErrors.x0');
    expect(header!.slice(at)).toEqual(Array.from({ length: INPUTS }, (_, input) => `standardErrors.x${input}`));
    lines.forEach((line, row) => {
      expect(line.slice(at).map(Number)).toEqual(Object.values((explanations[row] as Explanation).standardErrors!));
    });
  });
});

test('the description of the API has the errors', () => {
  const document = JSON.stringify(openApi(decodeArtifact(artifact, 'network.canopy')));
  expect(document).toContain('The standard error of each contribution');
});
