import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { failedCheck } from '../../shared/artifact.ts';

test('behind steps check rows are computed one by one, for a second: each start computes them', () => {
  const model = loadModel('tests/golden/pipelines/caret-knnImpute.RDS');
  const { rows, outputs } = model.checks;
  const width = outputs.length / 16;
  const changed = (row: number) => ({
    ...model,
    checks: { rows, outputs: outputs.map((one, at) => (at === row * width ? one + 1 : one)) },
  });
  let time = 0;
  const clock = () => {
    time += 300;
    return time;
  };
  expect([failedCheck(model), failedCheck(model, clock)]).toEqual([undefined, undefined]);
  for (const row of [0, 3, 4, 15]) {
    const told = expect.stringContaining(`check row ${row + 1} gives`);
    expect(failedCheck(changed(row))).toEqual(told);
    expect(failedCheck(changed(row), clock)).toEqual(row < 4 ? told : undefined);
  }
});
