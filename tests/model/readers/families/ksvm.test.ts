import { describe, expect, test } from '@jest/globals';
import type { RValue } from '../../../../model/rds/values.ts';
import { asCaretMachine, KSVM_READER } from '../../../../model/readers/ksvm/reader.ts';
import { withLevelsOf } from '../../../../model/readers/workflow/engine.ts';
import { coupled } from '../../../../shared/bodies/machine/coupling.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { attributed, integers, list, NULL, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(value: RValue, rows: object[], parameters: object = {}, isCaret = false) {
  const read = KSVM_READER.read(value, 'm.RDS');
  const model = isCaret ? asCaretMachine(read) : read;
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

const vectors = (...cells: number[]) => attributed(numbers(...cells), { dim: integers(cells.length, 1), dimnames: list(NULL, texts('x')) });
const kernel = (name: string, kpar: Record<string, RValue>): RValue => ({
  type: 'opaque',
  what: 'a function',
  attributes: new Map([
    ['class', texts(name)],
    ['kpar', named(kpar)],
  ]),
});

/** A linear machine of the classes a and b, whose decision is x: below 0 it is a. */
function ksvm(changes: Record<string, RValue> = {}): RValue {
  const slots = {
    ...{ type: texts('C-svc'), kernelf: kernel('vanillakernel', {}), xmatrix: list(vectors(1, -1)), coef: list(numbers(0.5, -0.5)) },
    ...{ b: numbers(0), lev: texts('a', 'b'), 'prob.model': list(NULL), scaling: symbol('\u0001NULL\u0001') },
  };
  return { type: 'opaque', what: 'an S4 object', attributes: new Map(Object.entries({ ...slots, ...changes, class: texts('ksvm') })) };
}

const sigmoid = (a: number, b: number) => list(named({ A: numbers(a), B: numbers(b) }));

describe("kernlab's ksvm", () => {
  test('is the first class below 0, and at 0', () => {
    expect(predict(ksvm(), [{ x: -2 }, { x: 2 }, { x: 0 }])).toEqual(['a', 'b', 'a']);
    expect(predict(ksvm(), [{ x: 2 }], { type: 'decision' })).toEqual([{ 'a/b': 2 }]);
  });

  test('has chances where it was trained with them, by which caret takes the class', () => {
    const value = ksvm({ 'prob.model': sigmoid(-1, 3) });
    const [shares] = predict(value, [{ x: 2 }], { type: 'prob' }) as [Record<string, number>];
    // Its class is b by the vote, whose chance is the smaller one.
    expect(shares.a).toBeCloseTo(Math.exp(1) / (1 + Math.exp(1)), 12);
    expect(predict(value, [{ x: 2 }])).toEqual(['b']);
    expect(predict(value, [{ x: 2 }], {}, true)).toEqual(['a']);
  });

  test('of one class says TRUE above 0', () => {
    const value = ksvm({ type: texts('one-svc'), xmatrix: vectors(1), coef: numbers(1), lev: numbers() });
    expect(predict(value, [{ x: 2 }, { x: 0 }])).toEqual(['TRUE', 'FALSE']);
  });

  test('with a kernel that lacks a number of its formula is refused', () => {
    const all = { sigma: numbers(1), degree: numbers(2), scale: numbers(1), offset: numbers(0) };
    const made = (name: string, kpar: Record<string, RValue>) => predict(ksvm({ kernelf: kernel(`${name}kernel`, kpar) }), [{ x: 2 }]);
    for (const [name, ...used] of [
      ['rbf', 'sigma'],
      ['laplace', 'sigma'],
      ['poly', 'degree', 'scale', 'offset'],
      ['tanh', 'scale', 'offset'],
      ['anova', 'sigma', 'degree'],
    ] as const) {
      const own = Object.fromEntries(Object.entries(all).filter(([part]) => (used as readonly string[]).includes(part)));
      expect(made(name, own)).toHaveLength(1);
      for (const part of used) expect(() => made(name, { ...own, [part]: NULL })).toThrow("m.RDS's kernel: found ");
    }
  });

  test('scales the answer of a regression back', () => {
    const scale = (center: number, by: number) => named({ 'scaled:center': numbers(center), 'scaled:scale': numbers(by) });
    const scaling = named({ scaled: integers(1), 'x.scale': scale(10, 2), 'y.scale': scale(100, 5) });
    const value = ksvm({ type: texts('eps-svr'), xmatrix: vectors(1), coef: numbers(1), scaling });
    expect(predict(value, [{ x: 14 }])).toEqual([110]);
  });

  test.each<[string, RValue, string]>([
    ['another type', ksvm({ type: texts('kbb-svc') }), "m.RDS's type: found kbb-svc"],
    ['a kernel that is not served', ksvm({ kernelf: kernel('splinekernel', {}) }), 'found splinedot, expected one of rbfdot'],
    ['a kernel of its own', ksvm({ kernelf: { type: 'opaque', what: 'a function' } }), 'found a function, expected one of rbfdot'],
    ['a kernel without its number', ksvm({ kernelf: kernel('rbfkernel', { sigma: numbers() }) }), 'expected finite numbers'],
    ['a kernel matrix', ksvm({ xmatrix: symbol('\u0001NULL\u0001') }), 'nothing, as of a kernel matrix'],
    ['a coefficient too few', ksvm({ coef: list(numbers(1)) }), 'a coefficient for each vector'],
    ['a class without rows', ksvm({ lev: texts('a', 'b', 'c') }), '3 classes for 1 pairs of them'],
    ['a number that is none', ksvm({ b: numbers(Number.NaN) }), 'b that is not finite'],
    ['a formula of other columns', ksvm({ terms: terms([number(x, 'x'), number(x, 'z')]) }), 'found 2 columns, expected 1'],
    [
      'anovadot with many vectors',
      ksvm({
        kernelf: kernel('anovakernel', { sigma: numbers(1), degree: numbers(1) }),
        xmatrix: list(vectors(...new Array(256).fill(1))),
        coef: list(numbers(...new Array(256).fill(1))),
      }),
      'found anovadot with 256 support vectors or more',
    ],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(value, [{ x: 1 }])).toThrow(expected);
  });
});

test('chances of pairs that agree are the chances of the classes', () => {
  // Of 0.5, 0.3 and 0.2.
  const shares = coupled(Float64Array.of(5 / 8, 5 / 7, 3 / 5), 3);
  for (const [at, share] of [0.5, 0.3, 0.2].entries()) expect(shares[at]).toBeCloseTo(share, 12);
});

test('a factor that lacks its first level has that of the column in front of it, where the others are the same', () => {
  const feature = { name: 'f', type: 'factor' as const, levels: ['(level 1)', 'b'] };
  const column = (levels: string[]) => ({ name: 'f', kind: 'factor' as const, levels });
  expect(withLevelsOf(column(['a', 'b']), feature, [undefined, 'b'])).toMatchObject({ levels: ['a', 'b'] });
  expect(withLevelsOf(column(['b', 'a']), feature, [undefined, 'b'])).toBe(feature);
});
