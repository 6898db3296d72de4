import { describe, expect, test } from '@jest/globals';
import { deparse } from '../../../../model/formula/deparse.ts';
import { attributesOf, type RValue } from '../../../../model/rds/values.ts';
import { partBars } from '../../../../model/readers/lme4/bars.ts';
import { readEffects } from '../../../../model/readers/lme4/effects.ts';
import { LME4_READER } from '../../../../model/readers/lme4/reader.ts';
import type { Mixed } from '../../../../shared/bodies/mixed/mixed.ts';
import { answerOf, objectOf, openedBy, problemOf } from '../../../support/asking.ts';
import { attributed, call, integers, list, NULL, numbers, symbol, texts } from '../../../support/r-objects.ts';

const open = (value: RValue) => openedBy(LME4_READER, value);
const ask = (value: RValue, rows: object[], parameters: object = {}) => answerOf(open(value), rows, parameters).predictions;
const sleep = () => objectOf('lmer');

describe('a mixed model of lme4', () => {
  test('a group that training did not have is refused by its variables, not by its value', () => {
    const row = { Days: 3, Subject: 'somebody' };
    const told = problemOf(() => ask(sleep(), [{ Days: 3, Subject: '308' }, row]));
    expect(told).toMatch('the model has no finite answer for row 2 /1 its group by Subject was not in training');
    expect(told).toMatch('{"allowNewLevels": true} counts its effects as 0');
    expect(told).not.toMatch('somebody');
  });

  test('such a group counts as no group where that is asked, and no group counts where random is false', () => {
    const [known, unknown] = [
      { Days: 3, Subject: '308' },
      { Days: 3, Subject: 'somebody' },
    ];
    const fixed = ask(sleep(), [known, unknown], { random: false });
    expect(fixed[0]).toBe(fixed[1]);
    const [first, second] = ask(sleep(), [known, unknown], { allowNewLevels: true });
    expect([first, second]).toEqual([ask(sleep(), [known])[0], fixed[0]]);
    expect(first).not.toBe(second);
  });

  test('a combination of two known groups that training did not have is new, too', () => {
    const value = objectOf('glmer-groups');
    const row = { age: 10, school: 4, class: 'c', girl: true };
    expect(problemOf(() => ask(value, [{ ...row, school: 5 }]))).toMatch('its group by school:class was not in training');
    expect(ask(value, [row])).toHaveLength(1);
  });

  test('a group that is missing is refused, as it is in R', () => {
    expect(problemOf(() => ask(sleep(), [{ Days: 3, Subject: null }]))).toMatch('found a missing value');
  });

  test('with allowNewLevels, too, where R counts it as no group: any other label has that number', () => {
    const parameters = { allowNewLevels: true };
    expect(problemOf(() => ask(sleep(), [{ Days: 3, Subject: null }], parameters))).toMatch('found a missing value');
    expect(ask(sleep(), [{ Days: 3, Subject: '' }], parameters)).toEqual([282.80696272727295]);
  });

  test('a factor of the fixed effects takes no other level, also where it makes groups', () => {
    const row = { girl: true, town: 'east', class: 'a', school: 4, age: 9, hours: 3 };
    expect(problemOf(() => ask(objectOf('lmer-nested'), [row], { allowNewLevels: true }))).toMatch('feature "town"');
  });

  test('what makes groups starts at a group that training had', () => {
    const { features } = open(objectOf('lmer-nested')).schema;
    const starts = Object.fromEntries(features.map((feature) => [feature.name, feature.default]));
    expect([starts.school, starts.class, starts.age]).toEqual([4, 'b', 1]);
  });
});

describe('what a mixed model may not have is refused by name', () => {
  const change = (name: string, value: RValue) => attributed(sleep(), { [name]: value });
  const frame = attributesOf(sleep()).get('frame') as RValue;
  const withFormula = (side: RValue) => change('frame', attributed(frame, { formula: call('~', [symbol('Reaction'), side]) }));
  const bar = (effects: RValue, group: RValue) => call('(', [call('|', [effects, group])]);
  const days = symbol('Days');
  const subject = symbol('Subject');
  test.each<[string, RValue, string]>([
    ['an offset beside the formula', change('call', call('lmer', [], { offset: numbers(1) })), 'an offset beside the formula'],
    ['no random effects', withFormula(days), 'no random effects'],
    ['a bar within a product', withFormula(call('*', [days, bar(days, subject)])), 'expected random effects in a sum'],
    ['a computed group', withFormula(call('+', [days, bar(days, call('factor', [subject]))])), 'make a column of what is computed'],
    ['a dot', withFormula(call('+', [symbol('.'), bar(days, subject)])), 'found a dot'],
    ['a slope of what the frame has not', withFormula(call('+', [days, bar(symbol('age'), subject)])), 'no column for a variable'],
    ['an effect that is not a number', change('u', numbers(...new Array(36).fill(Number.NaN))), 'a number that is not finite'],
    ['an effect too few', change('u', numbers(1, 2)), 'expected those of its terms'],
    ['a theta too many', change('theta', numbers(1, 2, 3, 4)), 'other lengths'],
    ['a coefficient too few', change('beta', numbers(1)), "m.RDS's beta: found 1, expected 2"],
    ['no frame', change('frame', NULL), 'no data frame'],
    ['no fitted object', change('pp', NULL), "m.RDS's pp: found NULL"],
    ['terms of other factors', change('cnms', attributed({ type: 'list', values: [texts('x')] }, {})), 'found'],
  ])('%s', (_, value, expected) => {
    const told = problemOf(() => ask(value, [{ Days: 3, Subject: '308' }]));
    expect(told).toMatch(expected);
  });
});

describe("bars are parted as lme4's findbars() does", () => {
  const [g, h, k, x] = ['g', 'h', 'k', 'x'].map(symbol) as [RValue, RValue, RValue, RValue];
  const told = (side: RValue) => {
    const { fixed, bars } = partBars(side, 'm.RDS');
    return [deparse(fixed), ...bars.map(({ effects, group }) => `${deparse(effects)} | ${deparse(group)}`)];
  };
  const sum = (...parts: RValue[]) => parts.reduce((left, right) => call('+', [left, right]));
  const bar = (by: string, effects: RValue, group: RValue) => call('(', [call(by, [effects, group])]);
  test.each<[RValue, string[]]>([
    [call('|', [numbers(1), g]), ['1', '1 | g']],
    [sum(bar('|', x, g), x, bar('|', numbers(1), h)), ['x', 'x | g', '1 | h']],
    [sum(numbers(0), x, bar('||', x, g)), ['0 + x', '1 | g', '0 + x | g']],
    [bar('||', sum(numbers(0), call('*', [x, h])), g), ['1', '0 + x | g', '0 + h | g', '0 + x:h | g']],
    [bar('|', x, call('/', [call('/', [g, h]), k])), ['1', 'x | k:h:g', 'x | h:g', 'x | g']],
    [call('(', [sum(x, call('(', [sum(bar('|', x, g), h)]))]), ['x + h', 'x | g']],
    [call('-', [sum(x, bar('|', numbers(1), g)), numbers(1)]), ['x - 1', '1 | g']],
    [sum(call('-', [sum(bar('|', numbers(1), g), x), numbers(1)]), h), ['x - 1 + h', '1 | g']],
    // lme4's nobars() drops the minus here.
    [call('-', [bar('|', numbers(1), g), numbers(1)]), ['1', '1 | g']],
  ])('%#', (side, expected) => expect(told(side)).toEqual(expected));

  test.each<[string, RValue]>([
    ['what is taken off', call('-', [x, bar('|', numbers(1), g)])],
    ['a difference that is added', sum(x, call('(', [call('-', [bar('|', numbers(1), g), h])]))],
  ])('bars in %s are refused', (_, side) => expect(() => told(side)).toThrow('random effects in a sum'));
});

test('terms of the same groups look through the rows of training once', () => {
  const count = 50_000;
  const slots = attributesOf(sleep());
  const frame = slots.get('frame') as Extract<RValue, { type: 'list' }>;
  const subject = frame.values[2] as RValue & { values: Int32Array };
  const groups = { ...subject, values: Int32Array.from({ length: count }, (_, row) => subject.values[row % 180]!) } as RValue;
  const bar = call('(', [call('|', [numbers(1), symbol('Subject')])]);
  const bars = new Array<RValue>(998).fill(bar).reduce((sum, one) => call('+', [sum, one]), bar);
  const fixed = call('+', [symbol('Days'), call('(', [call('|', [symbol('Days'), symbol('Subject')])])]);
  const side = call('+', [fixed, bars]);
  const formula = call('~', [symbol('Reaction'), side]);
  const values = frame.values.map((column, at) => (at === 2 ? groups : column));
  const flist = slots.get('flist') as Extract<RValue, { type: 'list' }>;
  const value = attributed(sleep(), { frame: attributed({ ...frame, values }, { formula }), flist: { ...flist, values: [groups] } });
  const start = process.cpuUsage();
  const model = LME4_READER.read(value, 'm.RDS');
  const { user } = process.cpuUsage(start);
  expect((model.body.data as Mixed).terms).toHaveLength(1000);
  // 0.1 s; 5 s where each term does it.
  expect(user / 1_000).toBeLessThan(1_000);
});

describe('random slopes of a factor of thousands of levels', () => {
  const count = 9_000;
  const labels = Array.from({ length: count }, (_, at) => `l${at}`);
  /** The sleep study whose Days are a factor, with a term of effects for each of its levels. */
  const slopes = (bars: number): RValue => {
    const slots = attributesOf(sleep());
    const frame = slots.get('frame') as Extract<RValue, { type: 'list' }>;
    const days = attributed(integers(...new Array(180).fill(1)), { levels: texts(...labels), class: texts('factor') });
    const terms = attributesOf(frame).get('terms')!;
    const kinds = attributed(texts('numeric', 'factor', 'factor'), { names: texts('Reaction', 'Days', 'Subject') });
    const bar = call('(', [call('|', [call('+', [numbers(0), symbol('Days')]), symbol('Subject')])]);
    const side = new Array<RValue>(bars).fill(bar).reduce((sum, one) => call('+', [sum, one]), numbers(1));
    const flist = attributed(slots.get('flist')!, { assign: integers(...new Array(count).fill(1)) });
    return attributed(sleep(), {
      frame: attributed(
        { ...frame, values: frame.values.map((column, at) => (at === 1 ? days : column)) },
        {
          formula: call('~', [symbol('Reaction'), side]),
          terms: attributed(terms, { dataClasses: kinds, 'predvars.fixed': call('list', [symbol('Reaction')]) }),
        },
      ),
      ...{ flist, cnms: list(...labels.map((label) => texts(`Days${label}`))) },
      theta: { type: 'double', values: new Float64Array(count).fill(1) },
      u: { type: 'double', values: new Float64Array(18 * count) },
    });
  };

  test('finds the effects of each in one look', () => {
    const start = process.cpuUsage();
    expect(() => LME4_READER.read(slopes(1), 'm.RDS')).toThrow("m.RDS's beta");
    // 0.3 s; several seconds where each looks through all.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(1_500);
  });

  test('is refused where the terms together have too many', () => {
    expect(() => LME4_READER.read(slopes(12), 'm.RDS')).toThrow('too many columns of random effects, expected at most 100000 of all terms');
  });
});

test('a term of many columns for many groups is refused, before its effects are added up', () => {
  const [width, count] = [1_000, 4_500];
  const groups = attributed(integers(1), { levels: texts(...Array.from({ length: count }, (_, at) => `g${at}`)) });
  const slots = new Map<string, RValue>([
    ['theta', { type: 'double', values: new Float64Array((width * (width + 1)) / 2) }],
    ['u', { type: 'double', values: new Float64Array(width * count) }],
    ['flist', attributed(list(groups), { names: texts('g'), assign: integers(1) })],
    ['cnms', list(texts(...Array.from({ length: width }, (_, at) => `x${at}`)))],
  ]);
  expect(() => readEffects(slots, 'm.RDS')).toThrow("m.RDS's theta: found 1000 columns for 4500 groups of g, expected at most 2147483648");
});
