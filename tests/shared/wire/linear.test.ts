import { expect, test } from '@jest/globals';
import { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/features.ts';
import type { BodyForm } from '../../../shared/media.ts';
import { DECIMAL } from '../../../shared/wire/decimal.ts';
import { readBody } from '../../../shared/wire.ts';
import { expectLinear } from '../../support/linear.ts';

const AGE: Schema = { kind: 'regression', features: [{ name: 'age', type: 'number' }], takesMissing: false };
const read = (text: string, form: BodyForm) => readBody(AGE, Buffer.from(text), form);

test('a decimal is told from what is none in linear time', () => {
  const runs = ['1', '1.', '.1', '1e1', '+', '1.1', ' 1'];
  for (const run of runs) {
    const make = (length: number) => `${run.repeat(Math.ceil(length / run.length))}`;
    expectLinear(
      `${run}...x`,
      (length) => `${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
    expectLinear(`${run}...`, make, (text) => DECIMAL.test(text));
    expectLinear(
      `1.${run}...x`,
      (length) => `1.${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
    expectLinear(
      `1e${run}...x`,
      (length) => `1e${make(length)}x`,
      (text) => DECIMAL.test(text),
    );
  }
});

test('a decimal is spelled as before', () => {
  for (const good of ['1', '007', '+1.5', '-.5', '5.', '1e5', '1.e-5', '.5E+3']) expect([good, DECIMAL.test(good)]).toEqual([good, true]);
  for (const bad of ['', '.', '+', '1e', 'e1', '1.5.', '--1', '1 ', '0x1', '1_0', 'Inf', '1,5'])
    expect([bad, DECIMAL.test(bad)]).toEqual([bad, false]);
});

test('a field of a quarter of a million digits and a letter is refused at once', () => {
  const start = process.cpuUsage();
  expect(() => read(`age\n${'1'.repeat(250_000)}x\n`, 'csv')).toThrow(RequestError);
  expect(process.cpuUsage(start).user).toBeLessThan(500_000);
});
