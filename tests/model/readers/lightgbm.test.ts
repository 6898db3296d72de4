import { describe, expect, test } from '@jest/globals';
import { fileReaderOf } from '../../../model/artifact/package-format.ts';
import { importText } from '../../../model/readers/lightgbm/reader.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { ModelError } from '../../../shared/errors.ts';
import { checkPredictor, predictRows } from '../../../shared/predict.ts';
import type { Parameters } from '../../../shared/schema/parameters.ts';
import { lightgbmText, SPLIT, type TreeText } from '../../support/boosting/lightgbm-text.ts';

/** The answers of a model of such trees for rows of two features. */
function answers(trees: TreeText[], rows: number[][], header: Record<string, string | undefined> = {}, parameters?: Parameters): number[] {
  const model = importText(lightgbmText(trees, header), 'm.txt');
  checkPredictor(model, 'm.txt');
  return Array.from(predictRows(model, Float64Array.from(rows.flat()), parameters));
}

const { NaN: missing } = Number;
/** decision_type of a split at a threshold: what counts as missing, and the side where it goes. */
const decision = (counts: 'none' | 'zero' | 'nan', side: 'left' | 'right') =>
  (['none', 'zero', 'nan'].indexOf(counts) << 2) | (side === 'left' ? 2 : 0);

describe('a split at a threshold', () => {
  test('sends a value that is the threshold to the left', () => {
    expect(
      answers(
        [SPLIT],
        [
          [0.5, 0],
          [0.5000000000000001, 0],
          [-7, 0],
        ],
      ),
    ).toEqual([1, 2, 1]);
  });

  test.each([
    ['none', 'left', [1, 1]],
    ['none', 'right', [1, 1]],
    ['zero', 'left', [1, 1]],
    ['zero', 'right', [2, 2]],
    ['nan', 'left', [1, 1]],
    ['nan', 'right', [2, 1]],
  ] as const)('where %s is missing and goes %s', (counts, side, expected) => {
    // A missing value is 0 where only zeros, or nothing, count as missing; and 0 is below the threshold.
    expect(
      answers(
        [{ ...SPLIT, decision_type: decision(counts, side) }],
        [
          [missing, 0],
          [0, 0],
        ],
      ),
    ).toEqual(expected);
  });

  test('takes numbers next to 0 for 0 where that is missing', () => {
    const tree = { ...SPLIT, decision_type: decision('zero', 'right') };
    const edge = Math.fround(1e-35);
    expect(
      answers(
        [tree],
        [
          [edge, 0],
          [-edge, 0],
          [edge * 1.001, 0],
        ],
      ),
    ).toEqual([2, 2, 1]);
  });

  // LightGBM 4.7 gives these: it puts 0 in the place of what is as near to 0 before its trees see it.
  test.each<[string, number[]]>([
    ['-1.0000000180025095e-35', [1, 2, 2, 2, 2]],
    ['-1e-36', [1, 2, 2, 2, 2]],
    ['0', [1, 1, 1, 1, 2]],
    ['1e-36', [1, 1, 1, 1, 2]],
  ])('has no number between the least and the greatest that LightGBM takes for 0, where it is %s', (threshold, expected) => {
    const edge = Math.fround(1e-35);
    const rows = [-edge * 1.001, -edge, -5e-36, edge, edge * 1.001].map((value) => [value, 0]);
    expect(answers([{ ...SPLIT, threshold }], rows)).toEqual(expected);
  });
});

test.each(['', '-'])('the threshold %s1.0000000180025095e-35, which LightGBM writes for 0, is shown as 0', (sign) => {
  const { body } = importText(lightgbmText([{ ...SPLIT, threshold: `${sign}1.0000000180025095e-35` }]), 'm.txt');
  expect(body.kind.splits?.(body.data, 2)[0]).toEqual({ values: [0], isSet: false });
});

describe('a split by categories', () => {
  // Categories 1 and 33 go left.
  const tree = { ...SPLIT, num_cat: 1, threshold: 0, decision_type: 1, cat_boundaries: '0 2', cat_threshold: '2 2' };

  test('sends what is in its set to the left, by its whole part, and all else to the right', () => {
    const values = [1, 33, 1.9, 0, 2, 65, -1, 1e12, missing];
    expect(
      answers(
        [tree],
        values.map((value) => [value, 0]),
      ),
    ).toEqual([1, 1, 1, 2, 2, 2, 2, 2, 2]);
  });

  test('takes -0.5 for category 0', () => {
    expect(
      answers(
        [{ ...tree, cat_threshold: '1 0' }],
        [
          [-0.5, 0],
          [-1, 0],
        ],
      ),
    ).toEqual([1, 2]);
  });

  test('has the categories of pandas as levels, in the order of their codes, where there is a list for each such feature', () => {
    const header = { feature_infos: '-1:0:1 [-2:2]' };
    const text = (tail: string) =>
      lightgbmText([{ ...tree, cat_boundaries: '0 1', cat_threshold: '2' }], header, `pandas_categorical:${tail}`);
    const model = importText(text('[["b", "a"]]'), 'm.txt');
    expect(model.schema.features).toEqual([
      { name: 'x0', type: 'factor', levels: ['b', 'a'] },
      { name: 'x1', type: 'number', min: -2, max: 2 },
    ]);
    // "a" is code 1, and level 2 of the row.
    expect(Array.from(predictRows(model, Float64Array.of(1, 0, 2, 0)))).toEqual([2, 1]);
    expect(importText(text('[["b", "a"], ["c"]]'), 'm.txt').schema.features[0]).toEqual({ name: 'x0', type: 'number' });
    expect(model.note).toBeUndefined();
    expect(importText(text('[["b", "a"], ["c"]]'), 'm.txt').note).toBe(
      "the file has 2 lists of pandas' categories, and does not say of which columns (ordered ones are numbers to LightGBM): callers send codes, " +
        '0, 1, ... in the order of the categories, where a sidecar names no levels',
    );
    // A column of codes beside an ordered one, whose list it is: training had code 2 of it.
    const codes = lightgbmText([tree], { feature_infos: '-1:0:1:2 [0:1]' }, 'pandas_categorical:[["low", "high"]]');
    expect(importText(codes, 'm.txt').schema.features[0]).toEqual({ name: 'x0', type: 'number' });
    // Whole numbers beyond 2^53 keep their digits: as doubles these two are one.
    const [one, other] = ['9007199254740992', '9007199254740993'];
    const big = importText(text(`[[${one}, ${other}]]`), 'm.txt').schema.features[0];
    expect(big).toEqual({ name: 'x0', type: 'factor', levels: [one, other] });
    expect(() => importText(text('[["b", "b"]]'), 'm.txt')).toThrow('a category twice');
    expect(() => importText(text('[["b"'), 'm.txt')).toThrow("m.txt's pandas_categorical: found what is not JSON");
    for (const odd of [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, '{"toString":1}'])
      expect(() => importText(text(`[[${odd},2]]`), 'm.txt')).toThrow('[0]: found a category that is a list or an object');
  });
});

describe('leaves that are lines', () => {
  const tree = {
    ...SPLIT,
    ...{ is_linear: 1, leaf_const: '10 20', num_features: '2 0', leaf_features: '0 1 ', leaf_coeff: '0.5 3' },
  };

  test('add their terms to a constant, and have their own value where one is missing', () => {
    expect(
      answers(
        [tree],
        [
          [0.5, 1],
          [0, missing],
          [1, missing],
        ],
      ),
    ).toEqual([10 + 0.5 * 0.5 + 3, 1, 20]);
  });

  test('have 0 in the place of what LightGBM takes for it', () => {
    const steep = { ...tree, leaf_const: '0 20', leaf_coeff: '1e300 1e300' };
    expect(answers([steep], [[-1e-35, 1e-36]])).toEqual([0]);
  });

  test('may stand beside trees of constants', () => {
    expect(answers([tree, SPLIT], [[0.5, 1]])).toEqual([10 + 0.5 * 0.5 + 3 + 1]);
  });
});

describe('objectives', () => {
  const margin = [[0, 0]];
  test.each([
    ['regression', 1],
    ['quantile alpha:0.3', 1],
    ['lambdarank', 1],
    [undefined, 1],
    ['poisson', Math.E],
    ['binary sigmoid:0.5', 0.6224593312018546],
    ['cross_entropy', 0.7310585786300049],
    ['cross_entropy_lambda', 1.3132616875182228],
  ])('%s', (objective, expected) => {
    expect(answers([SPLIT], margin, { objective })).toEqual([expected]);
  });

  test.each([
    ['regression sqrt', 9],
    ['regression_l1 sqrt', 9],
    ['fair sqrt', 9],
    ['quantile alpha:0.3 sqrt', 9],
    ['mape sqrt', 9],
    ['huber', 3],
  ])('%s of a margin of 3', (objective, expected) => {
    expect(answers([SPLIT, SPLIT, SPLIT], margin, { objective })).toEqual([expected]);
  });

  test('a forest is a mean of trees, and its margin their sum', () => {
    const header = { average_output: '' };
    expect(answers([SPLIT, SPLIT, SPLIT], margin, header)).toEqual([1]);
    expect(answers([SPLIT, SPLIT, SPLIT], margin, header, { type: 'margin' })).toEqual([3]);
    expect(answers([SPLIT, SPLIT, SPLIT], margin, header, { type: 'leaf' })).toEqual([0, 0, 0]);
  });

  test('a tree a class, in turns', () => {
    const header = { objective: 'multiclassova num_class:2 sigmoid:1', num_class: '2', num_tree_per_iteration: '2' };
    const trees = [SPLIT, { ...SPLIT, leaf_value: '-1 0' }];
    expect(answers(trees, margin, header)).toEqual([0.7310585786300049, 0.2689414213699951]);
    expect(answers(trees, margin, header, { type: 'class' })).toEqual([0]);
  });

  test('one that LightGBM does not have is refused by name', () => {
    expect(() => answers([SPLIT], margin, { objective: 'ordinal' })).toThrow('m.txt\'s objective: found "ordinal"');
    expect(() => answers([SPLIT], margin, { objective: 'binary sigmoid:-1' })).toThrow('another factor above 0');
  });
});

describe('a text that is no whole model is refused, and the error names the part', () => {
  test.each<[string, TreeText, Record<string, string | undefined>, string]>([
    ['fewer values', { ...SPLIT, leaf_value: '1' }, {}, "m.txt, tree 0's leaf_value: found 1 values, expected 2"],
    ['no number', { ...SPLIT, leaf_value: '1 x' }, {}, 'm.txt, tree 0\'s leaf_value: found "x", expected a number'],
    ['an infinite leaf', { ...SPLIT, leaf_value: '1 inf' }, {}, 'm.txt, leaf 1: found Infinity'],
    ['a cycle', { ...SPLIT, left_child: 0 }, {}, 'm.txt, tree 0, split 0: found the child 0'],
    ['a leaf twice', { ...SPLIT, right_child: -1 }, {}, 'm.txt, tree 0, split 0: found the child -1'],
    ['a leaf that is not there', { ...SPLIT, right_child: -4 }, {}, 'm.txt, tree 0\'s right_child: found "-4"'],
    ['a feature that is not there', { ...SPLIT, split_feature: 2 }, {}, 'm.txt, tree 0, split 0: found the feature 2, expected 0 to 1'],
    ['a set that is not there', { ...SPLIT, decision_type: 1, threshold: 0 }, {}, 'm.txt, tree 0, split 0: found the set of categories 0'],
    ['another decision', { ...SPLIT, decision_type: 12 }, {}, 'm.txt, tree 0, split 0: found the decision type 12'],
    ['names for other features', SPLIT, { feature_names: 'x0' }, "m.txt's feature_names: found 1 names, expected 2"],
    ['more sizes of trees', SPLIT, { tree_sizes: '100 100' }, 'm.txt: found 1 trees, expected 2'],
    ['no whole rounds', SPLIT, { num_tree_per_iteration: '2' }, "m.txt's num_tree_per_iteration: found 2 with 1 trees"],
    ['too many features', SPLIT, { max_feature_idx: '70000' }, "m.txt's max_feature_idx: found 70000"],
    [
      'a member missing',
      Object.fromEntries(Object.entries(SPLIT).filter(([name]) => name !== 'threshold')),
      {},
      'm.txt, tree 0: found no threshold',
    ],
  ])('%s', (_, tree, header, message) => {
    expect(() => answers([tree], [[0, 0]], header)).toThrow(message);
    expect(() => answers([tree], [[0, 0]], header)).toThrow(ModelError);
  });

  test('cut off anywhere before its end', () => {
    const text = lightgbmText([SPLIT, SPLIT]);
    const end = text.indexOf('end of trees');
    for (let length = 20; length < end + 12; length += 7) expect(() => importText(text.subarray(0, length), 'm.txt')).toThrow(ModelError);
    expect(importText(text.subarray(0, end + 13), 'm.txt').schema.rounds).toEqual({ all: 2, used: 2, trees: 1 });
  });

  test('without trees', () => {
    expect(() => importText(lightgbmText([], { tree_sizes: undefined }), 'm.txt')).toThrow('m.txt: found no trees');
  });
});

test('a set that many splits name is kept once: a copy for each would fill the memory', () => {
  const [splits, words] = [2_000, 4_000];
  const each = (value: (split: number) => number) => Array.from({ length: splits }, (_, split) => value(split)).join(' ');
  const tree = {
    ...{ num_leaves: splits + 1, num_cat: 1, split_feature: each(() => 0), threshold: each(() => 0), decision_type: each(() => 1) },
    ...{ left_child: each((split) => (split + 1 < splits ? split + 1 : -1)), right_child: each((split) => -split - 2) },
    ...{ leaf_value: `${each((split) => split)} 7`, cat_boundaries: `0 ${words}`, cat_threshold: Array(words).fill(1).join(' ') },
  };
  const model = importText(lightgbmText([tree]), 'm.txt');
  expect((model.body.data as Boosting).categories).toHaveLength(1 + words);
  expect(
    answers(
      [tree],
      [
        [0, 0],
        [1, 0],
      ],
    ),
  ).toEqual([0, 1]);
});

test('values are counted before they are cut, as each takes many times its characters', () => {
  const text = lightgbmText([{ ...SPLIT, leaf_value: '1 '.repeat(100_000) }]);
  expect(() => importText(text, 'm.txt')).toThrow("tree 0's leaf_value: found 100000 values, expected 2");
});

test('a text is known by how it begins, with either line end, and any other is not', () => {
  const text = lightgbmText([SPLIT]);
  expect(fileReaderOf(text)?.title).toBe('a LightGBM model');
  const windows = Buffer.from(text.toString().replaceAll('\n', '\r\n'));
  expect(fileReaderOf(windows)?.title).toBe('a LightGBM model');
  expect(importText(windows, 'm.txt').schema.features.map(({ name }) => name)).toEqual(['x0', 'x1']);
  expect(fileReaderOf(Buffer.from('tree\nof life\n'))).toBeUndefined();
});
