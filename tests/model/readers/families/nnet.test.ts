import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { NNET_READER } from '../../../../model/readers/nnet/reader.ts';
import { answerQuery, checkPredictor, predictRows } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { integers, named, numbers, texts } from '../../../support/r-objects.ts';

/** A network of one input and a sum with a bias of 1 and a weight of 2. */
function network(changes: Record<string, RValue> = {}): RValue {
  const parts = {
    ...{ n: numbers(1, 0, 1), nconn: numbers(0, 0, 0, 2), conn: numbers(0, 1), wts: numbers(1, 2), nsunits: numbers(2) },
    softmax: { type: 'logical', values: Int32Array.of(0) } as RValue,
    ...changes,
  };
  return named(parts, 'nnet');
}

function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = NNET_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

describe('a network of nnet()', () => {
  test('a unit adds up its connections; one before nsunits goes through the sigmoid, which ends at 15', () => {
    expect(predict(network(), [{ x1: 3 }])).toEqual([7]);
    expect(predict(network({ nsunits: numbers(3) }), [{ x1: -0.5 }, { x1: 7.1 }, { x1: -8.1 }])).toEqual([0.5, 1, 0]);
  });

  test('an infinite input, which a formula may make, has no answer, as in R', () => {
    const model = NNET_READER.read(network({ nsunits: numbers(3) }), 'm.RDS');
    expect(Array.from(predictRows(model, Float64Array.of(Number.NEGATIVE_INFINITY, -0.5)))).toEqual([Number.NaN, 0.5]);
  });

  test('of two classes 0.5 is the first, as R says "> 0.5"', () => {
    const two = network({ nsunits: numbers(3), lev: texts('no', 'yes') });
    expect(predict(two, [{ x1: -0.5 }, { x1: 0 }], { type: 'class' })).toEqual(['no', 'yes']);
    expect(predict(two, [{ x1: -0.5 }])).toEqual([{ no: 0.5, yes: 0.5 }]);
  });

  test('chances that lie within 1e-5 are a tie, which the first class wins', () => {
    const changes = { n: numbers(1, 0, 2), nconn: numbers(0, 0, 0, 2, 4), conn: numbers(0, 1, 0, 1), nsunits: numbers(4) };
    const tied = network({ ...changes, wts: numbers(0, 0, 1e-6, 1), softmax: integers(1), lev: texts('a', 'b') });
    expect(predict(tied, [{ x1: 0 }, { x1: 1e-4 }], { type: 'class' })).toEqual(['a', 'b']);
  });

  test.each<[string, Record<string, RValue>, string]>([
    ['a weight too few', { wts: numbers(1) }, "m.RDS's network: found 1 weights, expected 2, one a connection"],
    ['a connection from a later unit', { conn: numbers(0, 2) }, 'a connection from unit 2 to unit 2'],
    ['a weight that is no number', { wts: numbers(1, Number.NaN) }, 'a weight that is not finite'],
    ['a count below 0', { n: numbers(-1, 0, 1) }, "m.RDS's n: found -1, expected whole numbers from 0 on"],
    [
      'a count of inputs beyond its units',
      { n: numbers(2 ** 31 - 1, 0, 1) },
      "m.RDS's nconn: found 4 numbers, expected 2147483650, by its n",
    ],
    [
      'starts that descend',
      { n: numbers(1, 1, 1), nconn: numbers(0, 0, 2, 1, 2), conn: numbers(0, 0), wts: numbers(1, 1) },
      'that descend',
    ],
    [
      'a start beyond the connections',
      { nconn: numbers(0, 0, 2 ** 31 - 1, 1), conn: numbers(0), wts: numbers(1) },
      'found connections of unit 1 up to 2147483647, expected up to 1',
    ],
    ['three classes of one output', { lev: texts('a', 'b', 'c') }, '1 outputs for 3 classes'],
    ['no connections at all', { conn: texts('a') }, "m.RDS's conn"],
  ])('%s is refused', (_, changes, expected) => {
    expect(() => predict(network(changes), [{ x1: 1 }])).toThrow(expected);
  });
});
