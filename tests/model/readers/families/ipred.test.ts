import { describe, expect, test } from '@jest/globals';
import { attributesOf, element, listOf, type RValue } from '../../../../model/rds/values.ts';
import { IPRED_READER } from '../../../../model/readers/ipred/reader.ts';
import { answerOf, objectOf, openedBy, problemOf } from '../../../support/asking.ts';
import { golden } from '../../../support/golden.ts';
import { attributed, integers, list, numbers, texts } from '../../../support/r-objects.ts';

const open = (value: RValue) => openedBy(IPRED_READER, value);
const ask = (value: RValue, rows: object[], parameters: object = {}) => answerOf(open(value), rows, parameters).predictions;

/** A value with other members in the places of its own. */
function changed(value: RValue, members: Record<string, RValue>): RValue {
  const names = (attributesOf(value).get('names') as { values: string[] }).values;
  const values = listOf(value, 'value').map((one, at) => members[names[at] as string] ?? one);
  return { ...value, values } as RValue;
}

const shop = { city: 'a', size: 'S', sales: 1 };

describe('a bag of ipred', () => {
  test('answers by votes, by averages and by the training rows of its leaves', () => {
    const value = objectOf('bagging-classes');
    const shares = ['majority', 'average', 'weighted'].map(
      (aggregation) => ask(value, [shop], { type: 'prob', aggregation })[0] as Record<string, number>,
    );
    for (const one of shares) expect(Object.values(one).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(new Set(shares.map((one) => JSON.stringify(one))).size).toBe(3);
    expect(Object.values(shares[0]!).map((share) => share * 9)).toEqual(Object.values(shares[0]!).map((share) => Math.round(share * 9)));
    expect(ask(value, [shop])).toEqual(ask(value, [shop], { aggregation: 'majority' }));
  });

  test('of numbers has no majority', () => {
    const row = golden('bagging').rows[0] as object;
    expect(ask(objectOf('bagging'), [row])).toEqual(ask(objectOf('bagging'), [row], { aggregation: 'average' }));
    expect(problemOf(() => ask(objectOf('bagging'), [row], { aggregation: 'majority' }))).toMatch('expected "average" or "weighted"');
  });

  test("a row without any value has no answer: R's predict() leaves it out", () => {
    const none = { city: null, size: null, sales: null };
    expect(problemOf(() => ask(objectOf('bagging-classes'), [none]))).toMatch('it lacks all its values');
  });

  test('a tree whose sample lacked the last class has votes and no shares', () => {
    const value = objectOf('bagging-classes');
    const [first, ...others] = listOf(element(value, 'mtrees'), 'mtrees') as [RValue, ...RValue[]];
    const tree = element(first, 'btree') as RValue;
    const frame = element(tree, 'frame') as RValue;
    const narrow = attributed(numbers(...new Array(frame.type === 'list' ? 6 : 0).fill(1)), { dim: integers(1, 6) });
    const without = changed(first, { btree: changed(tree, { frame: changed(frame, { yval2: narrow }) }) });
    const bag = changed(value, { mtrees: list(without, ...others) });
    expect(ask(bag, [shop])).toEqual(ask(value, [shop]));
    expect(problemOf(() => ask(bag, [shop], { type: 'prob', aggregation: 'average' }))).toMatch('a tree has no shares of all classes');
    expect(ask(bag, [shop], { type: 'prob', aggregation: 'weighted' })).toEqual(
      ask(value, [shop], { type: 'prob', aggregation: 'weighted' }),
    );
  });

  const value = objectOf('bagging-classes');
  const [tree] = listOf(element(value, 'mtrees'), 'mtrees') as [RValue];
  test.each<[string, RValue, string]>([
    [
      'other models beside its trees',
      changed(value, { comb: { type: 'logical', values: Int32Array.of(1) } }),
      'combines other models with trees',
    ],
    ['no trees', changed(value, { mtrees: list() }), 'found 0 trees'],
    ['a sample of other rows', changed(value, { mtrees: list(changed(tree, { bindx: integers(1, 2) })) }), 'expected 2, as in its sample'],
    [
      'a row that is not there',
      changed(value, { y: attributed(integers(1), attributes('low', 'mid', 'high')) }),
      'rows and nodes that are there',
    ],
    ['other classes than its trees', changed(value, { y: attributed(integers(1), attributes('a', 'b')) }), 'found other classes'],
  ])('with %s: refused', (_, given, expected) => {
    expect(problemOf(() => ask(given, [shop]))).toMatch(expected);
  });

  test('of many classes counts the rows of its leaves in one pass', () => {
    const levels = attributesOf(element(value, 'y') as RValue).get('levels') as { values: string[] };
    const classes = texts(...Array.from({ length: 9000 }, (_, at) => levels.values[at] ?? `c${at}`));
    const repeated = (given: RValue | undefined) => {
      const { values } = given as { values: Int32Array };
      return { ...given, values: Int32Array.from({ length: 40_000 }, (_, at) => values[at % values.length]!) } as RValue;
    };
    const trees = listOf(element(value, 'mtrees'), 'mtrees').map((one) => {
      const rpart = element(one, 'btree') as RValue;
      const many = changed(attributed(rpart, { ylevels: classes }), { where: repeated(element(rpart, 'where')) });
      return changed(one, { btree: many, bindx: repeated(element(one, 'bindx')) });
    });
    const y = attributed(element(value, 'y') as RValue, { levels: classes });
    const start = process.cpuUsage();
    expect(open(changed(value, { y, mtrees: list(...trees) })).schema.classes).toHaveLength(9000);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

function attributes(...levels: string[]) {
  return { levels: texts(...levels), class: texts('factor') };
}
