import { expect, test } from '@jest/globals';
import type { Schema } from '../../../shared/schema/features.ts';
import { COLUMNS, type ColumnsStep } from '../../../shared/steps/columns.ts';
import { stepOf } from '../../../shared/steps/kind.ts';
import { computeInputs, inputSchema } from '../../../shared/steps/pipeline.ts';

test('a column that is made, moved, made again and dropped is what one step after the other makes', () => {
  const schema: Schema = {
    kind: 'regression',
    takesMissing: true,
    features: [
      { name: 'a', type: 'number' },
      { name: 'f', type: 'factor', levels: ['x', 'y', 'z'] },
      { name: 'b', type: 'number' },
    ],
  };
  const columns = (list: ColumnsStep['columns']): ColumnsStep => ({ step: 'columns', of: 'step', columns: list });
  const steps = [
    // b, f, a + b, whether f is y
    columns([
      2,
      1,
      { name: 'sum', value: { call: '+', of: [{ feature: 0 }, { feature: 2 }] } },
      { name: 'y', value: { is: { feature: 1 }, level: 2 } },
    ]),
    // f as a label of a column that moved, b, (a + b) / 4, and one that nobody takes
    columns([
      1,
      { name: 'place', value: { label: 1, in: ['z', 'y'] } },
      0,
      { name: 'part', value: { call: '/', of: [{ feature: 2 }, 4] } },
      { name: 'none', value: { feature: 3 } },
    ]),
    columns([1, 3, 2, { name: 'more', value: { call: '-', of: [{ feature: 3 }, { feature: 1 }] } }]),
  ].map((step) => stepOf(COLUMNS, step));
  const rows = Float64Array.from([1, 2, 3, 10, 3, 30, 5, 1, 7]);
  const { inputs } = computeInputs(schema, steps, rows);
  expect([...inputs]).toEqual([2, 1, 3, -1, 1, 10, 30, 9, 0, 3, 7, 3]);
});

test('the same steps before another schema give the inputs of that one: its C library, its levels', () => {
  const schema: Schema = { kind: 'regression', takesMissing: false, features: [{ name: 'f', type: 'number' }] };
  const steps = [stepOf(COLUMNS, { step: 'columns', of: 'step', columns: [0] } satisfies ColumnsStep)];
  expect(inputSchema(schema, steps)).toEqual(schema);
  const settled: Schema = { ...schema, libm: 'plain', features: [{ name: 'f', type: 'factor', levels: ['x', 'y'] }] };
  expect(inputSchema(settled, steps)).toEqual(settled);
  expect(inputSchema({ ...settled }, steps)).toBe(inputSchema(settled, steps));
});
