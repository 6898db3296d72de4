import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { failedCheck } from '../../shared/artifact.ts';
import { answerQuery } from '../../shared/predict.ts';
import { prove } from '../../shared/proof/proof.ts';
import type { Proof } from '../../shared/proof/section.ts';
import { readValue } from '../../shared/wire/wire.ts';

const model = loadModel('tests/golden/pipelines/caret-knnImpute.RDS');
const { rows, outputs } = model.checks;

/** A clock for which each look takes 300 ms. */
function slowly(): () => number {
  let time = 0;
  return () => {
    time += 300;
    return time;
  };
}

test('behind steps check rows are computed one by one, for a second: each start computes them', () => {
  const width = outputs.length / 16;
  const changed = (row: number) => ({
    ...model,
    checks: { rows, outputs: outputs.map((one, at) => (at === row * width ? one + 1 : one)) },
  });
  expect([failedCheck(model), failedCheck(model, slowly())]).toEqual([undefined, undefined]);
  for (const row of [0, 3, 4, 15]) {
    const told = expect.stringContaining(`check row ${row + 1} gives`);
    expect(failedCheck(changed(row))).toEqual(told);
    expect(failedCheck(changed(row), slowly())).toEqual(row < 4 ? told : undefined);
  }
});

test('and so are as many rows of R as there is time for in a start, in all lists of answers', () => {
  const { features } = model.schema;
  const sent = Array.from({ length: 16 }, (_, row) =>
    Array.from(rows.subarray(row * features.length, (row + 1) * features.length), (value) => (Number.isNaN(value) ? null : value)),
  );
  const predictions = answerQuery(model, readValue(model.schema, sent)).predictions as Record<string, number>[];
  const proofWith = (wrong?: number): Proof => {
    const said = predictions.map((one, row) => (row === wrong ? { ...one, [Object.keys(one)[0]!]: 7 } : one));
    const answers = [predictions, said].map((list) => ({ parameters: { type: 'response' }, predictions: list }));
    return { by: 'R', drawn: true, ulp: 0, within: 0, columns: features.map(({ name }) => name), rows: sent, answers };
  };
  expect(prove(model, proofWith(), 'm')).toMatchObject({ rows: 16, agreed: 16 });
  expect(prove(model, proofWith(), 'm', 2_000, slowly())).toMatchObject({ rows: 4, agreed: 4 });
  expect(prove(model, proofWith(), 'm', 1, slowly())).toMatchObject({ rows: 1, agreed: 1 });
  for (const row of [0, 3, 4, 15]) {
    expect(prove(model, proofWith(row), 'm')).toMatchObject({ rows: 16, agreed: 15, first: expect.stringMatching(`^row ${row + 1}, `) });
    expect(prove(model, proofWith(row), 'm', 2_000, slowly()).agreed).toBe(row < 4 ? 3 : 4);
  }
});
