import { describe, expect, test } from '@jest/globals';
import { BOOSTING } from '../../../shared/bodies/boosting/body.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { bodyOf } from '../../../shared/bodies/kind.ts';
import { checkPredictor, predictRows } from '../../../shared/predict.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { COLUMNS } from '../../../shared/steps/columns.ts';
import { COMPLETE } from '../../../shared/steps/complete.ts';
import { EXPRESSIONS } from '../../../shared/steps/expressions.ts';
import { type BoundStep, stepOf } from '../../../shared/steps/kind.ts';

const SCHEMA: Schema = {
  kind: 'regression',
  features: [
    { name: 'x', type: 'number' },
    { name: 'z', type: 'number' },
  ],
  takesMissing: true,
  rounds: { all: 1, used: 1, trees: 1 },
};
const LOG = { call: 'log', of: [{ feature: 0 }] };

/** A tree of gbm: 1 below 0, 2 from 0 on, 3 where the value is missing. */
const TREE: Boosting = {
  precision: 'double',
  compare: 'less',
  roots: Uint32Array.of(0, 4),
  left: Uint32Array.of(1, 0, 0, 0),
  right: Uint32Array.of(2, 0, 1, 2),
  feature: Uint32Array.of(0, 0, 0, 0),
  threshold: Float64Array.of(0, 0, 0, 0),
  flags: Uint8Array.of(0, 0, 0, 0),
  leaves: Float64Array.of(1, 2, 3),
  width: 1,
  missing: Uint32Array.of(3, 0, 0, 0),
  base: Float64Array.of(0),
  objective: { transform: 'identity' },
};

function answers(steps: BoundStep[], ...rows: number[]): number[] {
  const model = { schema: SCHEMA, steps, body: bodyOf(BOOSTING, TREE) };
  checkPredictor(model, 'm.RDS');
  return Array.from(predictRows(model, Float64Array.from(rows)));
}

describe('a number that is none, made of values that are there', () => {
  test.each<[string, BoundStep[]]>([
    ['a formula', [stepOf(EXPRESSIONS, { step: 'expressions', columns: [LOG] })]],
    [
      'a pipeline',
      [
        stepOf(COLUMNS, { step: 'columns', of: 'preProcess', columns: [1, { name: 'log x', value: LOG }] }),
        stepOf(COLUMNS, { step: 'columns', of: 'preProcess', columns: [{ name: 'half', value: { call: '/', of: [{ feature: 1 }, -2] } }] }),
        stepOf(COLUMNS, { step: 'columns', of: 'preProcess', columns: [{ name: 'x', value: { call: '-', of: [{ feature: 0 }] } }] }),
      ],
    ],
  ])('goes right in gbm, behind %s, and a missing value to the third child', (_, steps) => {
    expect(answers(steps, 0.5, 0, 2, 0, -1, 0)).toEqual([1, 2, 2]);
    expect(answers(steps, -1, Number.NaN, Number.NaN, 0)).toEqual([2, 3]);
  });
});

describe('an infinite number that a formula makes', () => {
  const log = stepOf(EXPRESSIONS, { step: 'expressions', columns: [LOG] });
  test('is one more number to most models, and no answer where the model takes finite ones alone', () => {
    expect(answers([log, stepOf(COMPLETE, { step: 'complete' })], 0, 0)).toEqual([1]);
    expect(answers([log, stepOf(COMPLETE, { step: 'complete', finite: true })], 0, 0, 1, 0)).toEqual([Number.NaN, 2]);
  });

  test('another form of that is refused', () => {
    const wrong = stepOf(COMPLETE, JSON.parse('{"step":"complete","finite":1}'));
    expect(() => answers([log, wrong], 0, 0)).toThrow('finite: true, or nothing');
  });
});
