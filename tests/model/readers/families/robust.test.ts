import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../../model/artifact/import.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { RLM_READER } from '../../../../model/readers/mass/reader.ts';
import { RQ_READER } from '../../../../model/readers/quantreg/reader.ts';
import type { Reader } from '../../../../model/readers/reader.ts';
import { openApi } from '../../../../shared/api/openapi/openapi.ts';
import { decodeArtifact } from '../../../../shared/artifact.ts';
import { decodeIntervals, encodeIntervals, type IntervalPart } from '../../../../shared/intervals/section.ts';
import { answerQuery, checkPredictor, withIntervals } from '../../../../shared/predict.ts';
import { writeAnswer } from '../../../../shared/wire/answers.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { lm, number, x } from '../../../support/lm-objects.ts';
import { attributed, integers, list, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(reader: Reader, value: RValue, rows: object[]) {
  const model = reader.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows })).predictions;
}

/** An rlm of an intercept and x in three rows. */
function rlm(weights: number[], xs: number[], members: Record<string, RValue> = {}): RValue {
  const matrix = attributed(numbers(...xs.map(() => 1), ...xs), { dim: integers(xs.length, 2) });
  return lm({ members: { x: matrix, weights: numbers(...weights), ...members } }, 'rlm', 'lm');
}

/** An rlm of a factor with a row for each of its levels. */
function square(side: number, weightAt = (at: number) => 1 + at): RValue {
  const levels = Array.from({ length: side }, (_, at) => `l${at}`);
  const cells = Float64Array.from({ length: side * side }, (_, at) => Number(at % (side + 1) === 0));
  const weights = levels.map((_, at) => weightAt(at));
  return lm(
    {
      variables: [number(symbol('f'), 'f', 'factor')],
      coefficients: weights,
      members: {
        ...{ x: { type: 'double', values: cells }, weights: numbers(...weights), xlevels: named({ f: texts(...levels) }) },
        contrasts: named({ f: texts('contr.treatment') }),
      },
    },
    ...['rlm', 'lm'],
  );
}

describe('an rlm', () => {
  test('answers as an lm', () => {
    expect(predict(RLM_READER, rlm([1, 1, 1], [1, 2, 3]), [{ x: 3 }])).toEqual([7]);
    expect(predict(RLM_READER, rlm([1, 2, 0], [1, 2, 3]), [{ x: 3 }])).toEqual([7]);
  });

  test('has intervals by its scale and the normal distribution', () => {
    const { spread } = decodeArtifact(importModel(golden('spread-rlm').file));
    const [{ scalars }] = decodeIntervals(spread!, 'm', undefined).parts as [IntervalPart];
    expect(scalars).toEqual({ variance: expect.any(Number), normal: 1, intervals: 1 });
    const model = RLM_READER.read(rlm([1, 1, 1], [1, 2, 3], { s: numbers(2) }), 'm.RDS');
    const section = encodeIntervals(model.intervalParts!, () => new Uint8Array(32));
    const whole = withIntervals(model, section, 'm', undefined);
    const ask = (parameters: object) => answerQuery(whole, readValue(whole.schema, { instances: [{ x: 2 }], parameters }));
    const error = 2 * Math.sqrt(1 / 3);
    expect(ask({ type: 'se' }).se![0]).toBeCloseTo(error, 13);
    const { fit, lower, upper } = ask({ interval: 'confidence' }).predictions[0] as { fit: number; lower: number; upper: number };
    expect([fit, lower, upper]).toEqual([
      5,
      expect.closeTo(5 - 1.959963984540054 * error, 12),
      expect.closeTo(5 + 1.959963984540054 * error, 12),
    ]);
  });

  test.each<[string, Record<string, RValue>]>([
    ['without its scale', {}],
    ['with a scale that is NaN', { s: numbers(Number.NaN) }],
  ])('%s answers, but has no intervals', (_, members) => {
    const value = rlm([1, 1, 1], [1, 2, 3], members);
    expect(predict(RLM_READER, value, [{ x: 3 }])).toEqual([7]);
    expect(RLM_READER.read(value, 'm.RDS').intervalParts).toEqual([]);
  });

  test('of more than 500 columns answers without intervals; with even weights its columns are not compared', () => {
    expect(RLM_READER.read(square(501), 'm.RDS').intervalParts).toEqual([]);
    expect(
      RLM_READER.read(
        square(1_626, () => 1),
        'm.RDS',
      ).intervalParts,
    ).toEqual([]);
  });

  test.each<[string, RValue, string]>([
    ['weights that leave x constant', rlm([1, 1, 1e-30], [2, 2, 3]), 'weights that leave a column without a coefficient'],
    ['a matrix of another size', rlm([1, 1], [1, 2, 3]), "m.RDS's x: found 6 cells, expected 4"],
    ['other pivots', rlm([1, 1, 1], [1, 2, 3], { qr: named({ pivot: integers(2, 1) }) }), 'weights that leave a column'],
    ['a matrix of too many columns and rows', square(1_626), 'found 1626 rows of 1626 columns, expected fewer columns'],
  ])('%s: refused', (_, value, expected) => {
    expect(() => predict(RLM_READER, value, [{ x: 1 }])).toThrow(expected);
  });
});

/** An rq of an intercept and x at taus. */
function rq(taus: number[], cells: number[], names?: string[]): RValue {
  const dim = integers(cells.length / taus.length, taus.length);
  const matrix = attributed(numbers(...cells), {
    dim,
    dimnames: list(texts('(Intercept)', 'x'), texts(...(names ?? taus.map((tau) => `tau= ${tau}`)))),
  });
  const coefficients = taus.length === 1 ? numbers(...cells) : matrix;
  return named({ coefficients, tau: numbers(...taus), terms: terms([number(x, 'x')]) }, taus.length === 1 ? 'rq' : 'rqs');
}

describe('an rq', () => {
  test('of one tau answers a number, of several an object of them', () => {
    expect(predict(RQ_READER, rq([0.5], [1, 2]), [{ x: 3 }])).toEqual([7]);
    expect(predict(RQ_READER, rq([0.1, 0.9], [1, 2, 10, 0]), [{ x: 3 }, { x: 0 }])).toEqual([
      { 'tau= 0.1': 7, 'tau= 0.9': 10 },
      { 'tau= 0.1': 1, 'tau= 0.9': 10 },
    ]);
  });

  test('taus that R calls alike keep a name each', () => {
    expect(predict(RQ_READER, rq([0.1, 0.9], [1, 2, 10, 0], ['tau', 'tau']), [{ x: 3 }])).toEqual([{ tau: 7, tau_: 10 }]);
  });

  test.each<[string, RValue, string]>([
    ['a coefficient too few', rq([0.5], [1]), "m.RDS's coefficients: found 1, expected 2, one a column of its formula"],
    ['a row of coefficients too many', rq([0.1, 0.9], [1, 2, 3, 4, 5, 6]), 'found 3, expected 2'],
    ['a name too few', rq([0.1, 0.9], [1, 2, 3, 4], ['a']), 'found 2 columns, expected 2, one a tau'],
  ])('%s: refused', (_, value, expected) => {
    expect(() => predict(RQ_READER, value, [{ x: 1 }])).toThrow(expected);
  });

  test('several taus stand as columns in CSV, in tables and in the description of the API', () => {
    const model = decodeArtifact(importModel(golden('rq-taus-plain').file));
    const query = readValue(model.schema, [{ area: 100 }]);
    const answer = { ...answerQuery(model, query), model: { name: 'rq', sha256: '0' } };
    expect(writeAnswer(model.schema, answer, 'csvHeader')).toMatch(/^tau= 0\.25,tau= 0\.75\n[\d.]+,[\d.]+\n$/);
    expect(Object.keys(JSON.parse(writeAnswer(model.schema, answer, 'table')))).toEqual(['tau= 0.25', 'tau= 0.75']);
    expect(JSON.stringify(openApi(model))).toContain('"tau= 0.75":{"type":["number","null"]}');
  });
});
