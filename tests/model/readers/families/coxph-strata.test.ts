import { expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { readBaseline } from '../../../../model/readers/survival/baseline.ts';
import { partJoint, partLabels } from '../../../../model/readers/survival/labels.ts';
import { readSpecial } from '../../../../model/readers/survival/special.ts';
import { joinTerms, readStrataTerm } from '../../../../model/readers/survival/strata.ts';
import { attributed, call, integers, list, named, symbol, texts } from '../../../support/r-objects.ts';

/*
 * Matched pairs are strata of two rows each. Each ceiling below is many times what these sizes take now (0.1 to 0.3 s), and less than half of what a
 * search for each stratum among all took.
 */
const PAIRS = 60_000;
const CEILING_MS = 2_500;
const pairs = Array.from({ length: PAIRS }, (_, at) => at + 1);

function msOf<Result>(work: () => Result): { ms: number; result: Result } {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, result };
}

test('the curves of many strata are made in one pass over the rows', () => {
  const rows = 2 * PAIRS;
  const doubles = (of: (row: number) => number): RValue => ({
    type: 'double',
    values: Float64Array.from({ length: rows }, (_, row) => of(row)),
  });
  const cells: RValue = { type: 'double', values: Float64Array.from({ length: 2 * rows }, (_, at) => (at < rows ? 1 : at % 2)) };
  const y = attributed(cells, { dim: integers(rows, 2), type: texts('right') });
  const value = named({ method: texts('efron'), 'linear.predictors': doubles(() => 0) }, 'coxph');
  const places = Float64Array.from({ length: rows }, (_, row) => (row >> 1) + 1);
  const { ms, result } = msOf(() => readBaseline(value, y, PAIRS, places, 'm.RDS'));
  // One event among two rows at risk.
  expect(result?.hazards).toEqual(new Float64Array(PAIRS).fill(0.5));
  expect(ms).toBeLessThan(CEILING_MS);
});

test('the labels of many strata are taken apart by a look-up for each', () => {
  const { ms, result } = msOf(() =>
    partLabels(
      pairs.map((at) => `set=${at}`),
      ['set'],
      ', ',
    ),
  );
  expect(result?.combinations).toEqual(pairs.map((at) => [at - 1]));
  const terms = [new Map(pairs.map((at) => [`set=${at}`, at - 1])), new Map(['f', 'm'].map((one, at) => [one, at]))];
  const joint = msOf(() => pairs.map((at) => partJoint(`set=${at}, m`, terms, ', ')));
  expect(joint.result).toEqual(pairs.map((at) => [at - 1, 1]));
  expect(ms + joint.ms).toBeLessThan(CEILING_MS);
});

test('a label whose parts may end at several places is of no strata, be they as many as they may', () => {
  const two = [new Map(['a', 'a, a'].map((one, at) => [one, at])), new Map(['a', 'a, a'].map((one, at) => [one, at]))];
  expect(partJoint('a, a', two, ', ')).toEqual([0, 0]);
  expect(partJoint('a, a, a', two, ', ')).toBeUndefined();
  expect(partJoint('a, a, a, a', two, ', ')).toEqual([1, 1]);
  const many = Array.from({ length: 60 }, () => two[0] as Map<string, number>);
  const { ms, result } = msOf(() => partJoint(`${'a, '.repeat(90)}b`, many, ', '));
  expect(result).toBeUndefined();
  expect(ms).toBeLessThan(CEILING_MS);
});

/** A term's labels, which count how often one is looked up. */
class Counted extends Map<string, number> {
  looked = 0;
  override get(label: string): number | undefined {
    this.looked += 1;
    return super.get(label);
  }
}

test('a label that ends at many places is looked up once for each of them, and in the last term as it is', () => {
  const lookedUp = (count: number) => {
    const labels = Array.from({ length: count }, (_, at): [string, number] => [`x${', x'.repeat(at)}`, at]);
    const terms = [new Counted(labels), new Counted(labels)];
    // Only the longest of each make so long a label.
    expect(partJoint(`x${', x'.repeat(2 * count - 1)}`, terms, ', ')).toEqual([count - 1, count - 1]);
    return terms.map(({ looked }) => looked);
  };
  expect(lookedUp(100)).toEqual([199, 100]);
  expect(lookedUp(200)).toEqual([399, 200]);
});

test('a label that could end at very many places is refused before all of them are looked at', () => {
  const terms = [new Counted([['y', 0]]), new Counted([['z', 0]])];
  const work = { left: 1_000_000 };
  expect(partJoint('x, '.repeat(100_000), terms, ', ', work)).toBeUndefined();
  expect(work.left).toBeLessThan(0);
  expect(terms[0]?.looked).toBeLessThan(1_000);
  const levels = new Map(['a', 'b'].map((name) => [name, ['y']]));
  const of = ['a', 'b'].map((name) => ({ name, variables: [], combinations: [[0]] }));
  expect(() => joinTerms(of, levels, ['x, '.repeat(100_000)], 'm.RDS')).toThrow('labels could end at too many places');
});

test('more variables than a table has room for are refused before their labels are taken apart', () => {
  const many = Array.from({ length: 30 }, (_, at) => `x${at}`);
  const source = call('strata', many.map(symbol));
  expect(() => readStrataTerm({ name: 'strata()', source, value: source, kind: 'factor' }, ['x0=1'], 'm.RDS')).toThrow(
    'combinations of levels, expected at most 1000000',
  );
  const one = { variables: [], combinations: [[0]] };
  const terms = many.map((name) => ({ ...one, name }));
  const levels = new Map(many.map((name) => [name, ['a']]));
  expect(() => joinTerms(terms, levels, ['a, '.repeat(30)], 'm.RDS')).toThrow('combinations of levels, expected at most 1000000');
});

test('a formula of many terms of strata() is looked through once', () => {
  const count = 1_000;
  const names = Array.from({ length: count }, (_, at) => `strata(x${at})`);
  const variables = call(
    'list',
    names.map((_, at) => call('strata', [symbol(`x${at}`)])),
  );
  const codes: RValue = { type: 'integer', values: Int32Array.from({ length: count ** 2 }, (_, at) => Number(at % (count + 1) === 0)) };
  const factors = attributed(codes, { dim: integers(count, count), dimnames: list(texts(...names), texts(...names)) });
  const terms = attributed(call('~', [symbol('x')]), {
    ...{ variables, factors, response: integers(0), intercept: integers(1) },
    dataClasses: attributed(texts(...names.map(() => 'factor')), { names: texts(...names) }),
  });
  const xlevels = named(Object.fromEntries(names.map((name, at) => [name, texts(`x${at}=1`)])));
  const { ms } = msOf(() => {
    expect(() => readSpecial(named({ terms, xlevels }, 'coxph'), 'm.RDS', 'labels')).toThrow("without the file's strata");
  });
  expect(ms).toBeLessThan(CEILING_MS);
});
