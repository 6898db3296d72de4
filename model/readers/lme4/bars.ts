import { ModelError } from '../../../shared/errors.ts';
import { deparse } from '../../formula/deparse.ts';
import { argumentsOf, Expander } from '../../formula/expand.ts';
import { placesIn } from '../../formula/terms.ts';
import type { RValue } from '../../rds/values.ts';

/** A term of random effects: `effects | group`. */
export type Bar = { effects: RValue; group: RValue };

/** Most terms of random effects. */
const MAX_BARS = 1000;
const BARS = ['|', '||'];

/**
 * Parts the right side of lme4's formula into fixed effects and terms of random effects, in their order, `a/b` as `b:a` and `a` (lme4,
 * nobars() and findbars()). Throws a ModelError where a bar stands in anything but a sum.
 */
export function partBars(side: RValue, label: string): { fixed: RValue; bars: Bar[] } {
  const [fixed, bars]: [{ part: RValue; by: '+' | '-' }[], Bar[]] = [[], []];
  // The parts of the sum, the next one last; before all others what comes off may hold bars on its left: f + (1 | g) - 1.
  const rest: { part: RValue; by: '+' | '-'; isFirst: boolean }[] = [{ part: side, by: '+', isFirst: true }];
  for (let one = rest.pop(); one !== undefined; one = rest.pop()) {
    const { part: next, by, isFirst } = one;
    const sides = argumentsOf(next, '|');
    const apart = argumentsOf(next, '||');
    if (sides) bars.push(...barsOf(sides, label));
    else if (apart) for (const effects of uncorrelated(apart[0], label)) bars.push(...barsOf([effects, apart[1] as RValue], label));
    else if (!hasBars(next)) fixed.push({ part: next, by });
    else {
      const off = isFirst ? argumentsOf(next, '-') : undefined;
      const [first, second, ...more] = argumentsOf(next, '(') ?? argumentsOf(next, '+') ?? off ?? [];
      if (!first || more.length > 0 || (off && (!second || hasBars(second))))
        throw new ModelError(`${label}'s formula`, deparse(next).slice(0, 100), 'random effects in a sum: x + (1 | g)');
      if (second) rest.push({ part: second, by: off ? '-' : '+', isFirst: false });
      rest.push({ part: first, by: '+', isFirst: isFirst && second !== undefined });
    }
    if (bars.length > MAX_BARS) throw new ModelError(`${label}'s formula`, 'too many random effects', `at most ${MAX_BARS} terms`);
  }
  // What comes off nothing stands alone: lme4 reads (1 | g) - 1 as 1.
  const [start = { part: { type: 'double', values: Float64Array.of(1) } as RValue }, ...others] = fixed;
  const sum = others.reduce<RValue>((sum, { part, by }) => {
    return { type: 'language', values: [{ type: 'symbol', name: by }, sum, part], tags: [] };
  }, start.part);
  return { fixed: sum, bars };
}

function hasBars(value: RValue): boolean {
  const rest = [value];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (next.type !== 'language') continue;
    const [head] = next.values;
    if (head?.type === 'symbol' && BARS.includes(head.name)) return true;
    for (const part of next.values) rest.push(part);
  }
  return false;
}

/** `1 + x || g` as 1 and 0 + x: a term of its own for each (lme4, expandDoubleVerts()). */
function uncorrelated(effects: RValue | undefined, label: string): RValue[] {
  const table = new Expander(`${label}'s random effects`);
  const { factors, intercept } = table.expand(effects ?? { type: 'null' });
  const number = (value: number): RValue => ({ type: 'double', values: Float64Array.of(value) });
  const joined = (by: string, first: RValue, second: RValue): RValue => ({
    ...{ type: 'language', tags: [] },
    values: [{ type: 'symbol', name: by }, first, second],
  });
  const terms = factors.map((pattern) => {
    const [first, ...others] = placesIn(pattern).map((at) => table.variables[at] as RValue);
    return joined(
      '+',
      number(0),
      others.reduce((product, part) => joined(':', product, part), first as RValue),
    );
  });
  return intercept ? [number(1), ...terms] : terms;
}

/** The terms of one bar: several where its groups are nested with a slash. */
function barsOf([effects, group]: RValue[], label: string): Bar[] {
  if (!effects || !group) throw new ModelError(`${label}'s formula`, 'a bar with one side', '(x | g)');
  return nested(group, label).map((one) => ({ effects, group: one }));
}

/** `a/b` as b:a and a; `a/b/c` as c:(b:a), b:a and a. */
function nested(group: RValue, label: string): RValue[] {
  const levels: RValue[] = [];
  let at = group;
  for (let sides = argumentsOf(at, '/'); sides?.length === 2; sides = argumentsOf(at, '/')) {
    levels.unshift(sides[1] as RValue);
    at = sides[0] as RValue;
  }
  levels.unshift(at);
  const isPlain = levels.length === 1 || levels.every(({ type }) => type === 'symbol');
  if (!isPlain || levels.length > MAX_BARS) throw new ModelError(`${label}'s groups`, deparse(group).slice(0, 100), 'a/b of variables');
  const colon: RValue = { type: 'symbol', name: ':' };
  const made: RValue[] = [];
  for (const level of levels) {
    const inner = made[0];
    made.unshift(inner ? { type: 'language', values: [colon, level, inner], tags: [] } : level);
  }
  return made;
}
