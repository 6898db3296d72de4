import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../../model/artifact/import.ts';
import { readTerms } from '../../../../model/formula/terms.ts';
import type { RValue } from '../../../../model/rds/values.ts';
import { isLike, levelsByNames } from '../../../../model/readers/levels-by-names.ts';
import { SVM_READER } from '../../../../model/readers/svm/reader.ts';
import { coupled } from '../../../../shared/bodies/vectors/coupling.ts';
import { answerQuery, checkPredictor } from '../../../../shared/predict.ts';
import { readValue } from '../../../../shared/wire/wire.ts';
import { golden } from '../../../support/golden.ts';
import { number, x } from '../../../support/lm-objects.ts';
import { attributed, integers, list, NULL, named, numbers, symbol, terms, texts } from '../../../support/r-objects.ts';

function predict(value: RValue, rows: object[], parameters: object = {}) {
  const model = SVM_READER.read(value, 'm.RDS');
  checkPredictor(model, 'm.RDS');
  return answerQuery(model, readValue(model.schema, { instances: rows, parameters })).predictions;
}

/** A linear machine with the vectors -1 (class b) and 1 (class a), whose decision is x. */
function svm(changes: Record<string, RValue> = {}): RValue {
  const vectors = attributed(numbers(1, -1), { dim: integers(2, 1), dimnames: list(NULL, texts('x')) });
  const members = {
    ...{ type: numbers(0), kernel: numbers(0), degree: numbers(3), gamma: numbers(1), coef0: numbers(0), sparse: integers(0) },
    ...{ scaled: integers(0), nclasses: integers(2), levels: texts('b', 'a'), labels: integers(2, 1), nSV: integers(1, 1) },
    ...{ 'tot.nSV': integers(2), SV: vectors, coefs: numbers(0.5, -0.5), rho: numbers(0), compprob: integers(0) },
  };
  return named({ ...members, ...changes }, 'svm');
}

describe('a support vector machine', () => {
  test('decides by the pair, and 0 is the second class', () => {
    expect(predict(svm(), [{ x: 2 }, { x: -2 }, { x: 0 }])).toEqual(['a', 'b', 'b']);
    expect(predict(svm(), [{ x: 2 }], { type: 'decision' })).toEqual([{ 'a/b': 2 }]);
  });

  test('has chances where it was trained with them, in the order of its labels', () => {
    const value = svm({ compprob: integers(1), probA: numbers(-1), probB: numbers(0) });
    const [shares] = predict(value, [{ x: 0 }], { type: 'prob' });
    expect(Object.entries(shares as object)).toEqual([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    expect(() => predict(svm(), [{ x: 0 }], { type: 'prob' })).toThrow();
  });

  test('of one class says TRUE or FALSE', () => {
    const value = svm({ type: numbers(2), levels: NULL, labels: integers(0, 0), rho: numbers(1) });
    expect(predict(value, [{ x: 2 }, { x: 1 }])).toEqual(['TRUE', 'FALSE']);
  });

  test('scales the answer of a regression back', () => {
    const scale = (center: number, by: number) => named({ 'scaled:center': numbers(center), 'scaled:scale': numbers(by) });
    const value = svm({ type: numbers(3), scaled: integers(1), 'x.scale': scale(10, 2), 'y.scale': scale(100, 5) });
    expect(predict(value, [{ x: 14 }])).toEqual([110]);
  });

  test.each<[string, RValue, string]>([
    ['a sparse one', svm({ sparse: integers(1) }), 'found an svm of a sparse matrix, expected svm() of as.matrix(x)'],
    ['an empty one', svm({ 'tot.nSV': integers(0) }), 'no support vectors'],
    ['another kernel', svm({ kernel: numbers(4) }), 'type 0 and kernel 4'],
    ['a label that is no level', svm({ labels: integers(1, 3) }), "m.RDS's labels"],
    ['a coefficient too few', svm({ coefs: numbers(1) }), 'found 1 coefficients, expected 2'],
    ['vectors of other counts', svm({ nSV: integers(1, 2) }), '2 numbers of 3 vectors'],
    ['a scale too few', svm({ scaled: integers(1), 'x.scale': named({}) }), 'scaled:center'],
    ['a number that is none', svm({ rho: numbers(Number.NaN) }), 'rho that is not finite'],
    ['no sigmoid', svm({ compprob: integers(1), probA: numbers(), probB: numbers() }), '0 numbers of probA'],
    ['a formula of other columns', svm({ terms: terms([number(x, 'x'), number(x, 'z')]) }), 'found 2 columns, expected 1'],
  ])('%s is refused', (_, value, expected) => {
    expect(() => predict(value, [{ x: 1 }])).toThrow(expected);
  });
});

test('chances of pairs that agree are the chances of the classes', () => {
  // Of 0.5, 0.3 and 0.2.
  const shares = coupled(Float64Array.of(5 / 8, 5 / 7, 3 / 5), 3);
  for (const [at, share] of [0.5, 0.3, 0.2].entries()) expect(shares[at]).toBeCloseTo(share, 2);
});

describe('levels by the names of columns', () => {
  const factor = (name: string, kind = 'factor') => ({ value: symbol(name), name, kind });
  const levels = (variables: Parameters<typeof terms>[0], columns: string[]) => {
    return levelsByNames(readTerms(terms(variables, { intercept: integers(0) }), 't'), columns, 't');
  };

  test('a factor that begins with the name of another is known by what follows', () => {
    const flag = { value: symbol('flag'), name: 'flag', kind: 'logical' };
    const { lacking } = levels([number(x, 'x'), factor('f'), flag], ['x', 'fmid', 'flow', 'flagTRUE']);
    expect([...lacking]).toEqual([]);
  });

  test('a factor whose name R puts in backquotes is known as make.names() leaves it', () => {
    expect(levels([factor('my col')], ['X.my.col.low', 'X.my.col.high..']).xlevels).toEqual(named({ 'my col': texts('low', 'high..') }));
  });

  test('the first level of a second factor is not there, and none of an ordered one', () => {
    const { lacking } = levels([factor('f'), factor('g'), factor('o', 'ordered')], ['fa', 'fb', 'gy', 'gz', 'o.L', 'o.Q']);
    expect([...lacking]).toEqual([
      ['g', [undefined, 'y', 'z']],
      ['o', [undefined, undefined, undefined]],
    ]);
  });

  test('a dot may be any sign that R replaced', () => {
    expect([...levels([factor('f')], ['fno.way', 'fyes']).lacking.keys()]).toEqual(['f']);
    expect([isLike('no.way', 'no way'), isLike('no.way', 'no.way'), isLike('no.way', 'noway')]).toEqual([true, true, false]);
  });

  test.each<[string, string[], string]>([
    ['names of two factors', ['fa', 'fb', 'fgc', 'fgd', 'fge'], 'which could be those of other factors'],
    ['names of none', ['a', 'b', 'c'], 'which do not fit its terms'],
    ['thousands of names that could end anywhere', Array.from({ length: 1_200 }, (_, at) => `fg${at}`), 'names that many factors begin'],
  ])('%s are refused', (_, columns, expected) => {
    expect(() => levels([factor('f'), factor('fg')], columns)).toThrow(expected);
  });
});

describe('levels that the file lacks', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-svm-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { file, rows } = golden('svm-eps');
  const csv = (names: Record<string, string>) => {
    const lines = rows.map((row) => [row.wt, row.auto, row.hp, names[row.gears as string] ?? row.gears].join(','));
    return { bytes: Buffer.from(`wt,auto,hp,gears\n${lines.join('\n')}\n`), file: 'd.csv', order: undefined };
  };
  const load = (options: object) => {
    const copy = path.join(folder, 'm.RDS');
    writeFileSync(copy, readFileSync(file));
    return loadModel(copy, options);
  };

  test('come from the training data', () => {
    const feature = load({ data: csv({}) }).schema.features.find(({ name }) => name === 'gears');
    expect(feature).toMatchObject({ type: 'factor', levels: ['three', 'four', 'five'] });
  });

  test('or are asked for', () => {
    expect(() => load({})).toThrow('the factor "gears" without its first level');
  });

  test('and must be as many as the file has', () => {
    expect(() => load({ data: csv({ five: 'six' }) })).toThrow('expected ?, four, five, as the file has them');
  });
});
