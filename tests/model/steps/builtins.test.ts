import { expect, test } from '@jest/globals';
import type { RValue } from '../../../model/rds/values.ts';
import { Frame } from '../../../model/steps/frame.ts';
import { LEVEL_STEPS } from '../../../model/steps/levels.ts';
import { MUTATE_STEPS } from '../../../model/steps/mutate.ts';
import type { StepReader } from '../../../model/steps/step-values.ts';

const texts = (...values: string[]): RValue => ({ type: 'character', values });
const builtin = (name: string): RValue => ({ type: 'opaque', what: 'a builtin function', builtin: name });
const CLOSURE: RValue = { type: 'opaque', what: 'a function', value: { type: 'function' } };

/** A step of a trained recipe: a list of members by their names. */
function step(members: Record<string, RValue>): RValue {
  return { type: 'list', values: Object.values(members), attributes: new Map([['names', texts(...Object.keys(members))]]) };
}

function read(reader: StepReader, of: string, members: Record<string, RValue>): Frame {
  const frame = new Frame(
    [
      { name: 'grade', kind: 'ordered', levels: ['lo', 'hi'] },
      { name: 'size', kind: 'number' },
    ],
    'the recipe',
  );
  reader.read(step(members), { frame, of, label: 'step 1' });
  return frame;
}

test.each(['as.double', 'as.integer'])('step_ordinalscore by %s gives the places of levels', (name) => {
  const frame = read(LEVEL_STEPS, 'step_ordinalscore', { columns: texts('grade'), convert: builtin(name) });
  expect(frame.column('grade', 'it').kind).toBe('integer');
});

test.each([
  ['is.na', builtin('is.na')],
  ['a function that a user wrote', CLOSURE],
])('step_ordinalscore by another function is refused: %s', (found, convert) => {
  const message = `step 1's convert: found ${found}, expected as.numeric, its default, or as.integer`;
  expect(() => read(LEVEL_STEPS, 'step_ordinalscore', { columns: texts('grade'), convert })).toThrow(message);
});

test('step_mutate_at takes a function of the core of R by its name, and refuses one that no step has', () => {
  const made = read(MUTATE_STEPS, 'step_mutate_at', { inputs: texts('size'), fn: builtin('sqrt') }).steps[0]?.data;
  expect(made).toMatchObject({ columns: [0, { name: 'size', value: { call: 'sqrt', of: [{ feature: 1 }] } }] });
  expect(() => read(MUTATE_STEPS, 'step_mutate_at', { inputs: texts('size'), fn: builtin('cumsum') })).toThrow(/cumsum\(size\)/);
  expect(() => read(MUTATE_STEPS, 'step_mutate_at', { inputs: texts('size'), fn: CLOSURE })).toThrow(/whose code is not read/);
});
