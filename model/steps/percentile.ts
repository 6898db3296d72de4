import { ModelError } from '../../shared/errors.ts';
import { INTERPOLATION, type Interpolated } from '../../shared/steps/interpolation.ts';
import { element, type RValue } from '../rds/values.ts';
import type { FrameColumn } from './frame.ts';
import { namedNumbers, namesOf, type StepContext, type StepReader } from './step-values.ts';

/** recipes divides its percentiles by this. */
const PERCENT = 100;

/** step_percentile(): a number as its place in the distribution of training. */
export const PERCENTILE_STEPS: StepReader = {
  steps: ['step_percentile'],
  read: (step, context) => {
    const { frame, of, label } = context;
    const found = element(step, 'ref_dist');
    const names = namesOf(found, `${label}'s ref_dist`);
    if (names.length === 0) return;
    const columns = names.map((name) => points(name, found && element(found, name), context));
    const made = new Set(names);
    const next = frame.columns.map((column): FrameColumn => (made.has(column.name) ? { name: column.name, kind: 'number' } : column));
    frame.push(INTERPOLATION, { step: 'interpolation', of, columns }, next);
  },
};

/** The points of a distribution: of values that come several times the mean of their percentiles, as R's approx() takes them. */
function points(name: string, distribution: RValue | undefined, { frame, label }: StepContext): Interpolated {
  const at = `${label}, column ${name}`;
  frame.number(name, at);
  const grid = new Map<number, number[]>();
  for (const [percent, value] of namedNumbers(distribution, `${at}'s distribution`)) {
    const share = Number(percent.replace(/%$/, ''));
    if (!Number.isFinite(value) || !Number.isFinite(share)) throw new ModelError(at, `the value ${value} at "${percent}"`, 'numbers');
    const others = grid.get(value);
    if (others) others.push(share);
    else grid.set(value, [share]);
  }
  if (grid.size < 2) throw new ModelError(at, `${grid.size} values`, 'at least 2');
  const x = [...grid.keys()].sort((a, b) => a - b);
  const y = x.map((value) => {
    const shares = grid.get(value) as number[];
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  });
  return { column: frame.place(name, at), x, y, divisor: PERCENT };
}
