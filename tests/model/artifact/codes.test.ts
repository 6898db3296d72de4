import { describe, expect, test } from '@jest/globals';
import { encodeModel } from '../../../model/artifact/import.ts';
import { fileReaderOf } from '../../../model/artifact/package-format.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { lightgbmText, SPLIT } from '../../support/boosting/lightgbm-text.ts';

/** Training data whose column x0 has these fields. */
function training(fields: string[]) {
  const text = ['x0,x1', ...fields.map((field) => `${field},0`), ''].join('\n');
  return { bytes: Buffer.from(text), file: 'training.csv', order: undefined };
}

/** A booster's artifact by the training data, whose column x0 has these fields. */
function withData(bytes: Buffer, fields: string[]): Uint8Array {
  const origin = { file: 'm.txt', bytes, sidecarFile: 'm.model.json', data: training(fields) };
  return encodeModel(fileReaderOf(bytes)!.read(bytes, 'm.txt'), {}, origin);
}

/** A booster's file with the levels of x0, by a sidecar or by the column of a CSV: the answers for these levels. */
function answers(bytes: Buffer, levels: string[], by: 'sidecar' | 'data' = 'sidecar'): unknown[] {
  const given = by === 'data' ? [{}, { data: training(levels) }] : [{ features: { x0: { levels } } }, {}];
  const origin = { file: 'm.txt', bytes, sidecarFile: 'm.model.json', ...given[1] };
  const model = decodeArtifact(encodeModel(fileReaderOf(bytes)!.read(bytes, 'm.txt'), given[0] as object, origin));
  const isLogical = model.schema.features[0]!.type === 'logical';
  const instances = levels.map((x0) => ({ x0: isLogical ? x0 === 'True' : x0, x1: 0 }));
  return answerQuery(model, readValue(model.schema, { instances })).predictions;
}

const lightgbm = (infos: string, split: object = {}) => lightgbmText([{ ...SPLIT, ...split }], { feature_infos: `${infos} [-2:2]` });
/** Categories 1 and 2 go left. */
const SET = { num_cat: 1, threshold: 0, decision_type: 1, cat_boundaries: '0 1', cat_threshold: 6 };

/** xgboost's JSON of one tree: x0 < split goes left to 1, else right to 2. */
function xgboost(split: number): Buffer {
  const tree = {
    ...{ base_weights: [0, 1, 2], default_left: [1, 0, 0], id: 0, left_children: [1, -1, -1], right_children: [2, -1, -1] },
    ...{
      split_conditions: [split, 1, 2],
      split_indices: [0, 0, 0],
      tree_param: { num_feature: '2', num_nodes: '3', size_leaf_vector: '1' },
    },
  };
  const model = { gbtree_model_param: { num_parallel_tree: '1', num_trees: '1' }, tree_info: [0], trees: [tree] };
  const learner = {
    ...{ attributes: {}, feature_names: ['x0', 'x1'], feature_types: ['float', 'float'], gradient_booster: { model, name: 'gbtree' } },
    learner_model_param: { base_score: '0', num_class: '0', num_feature: '2', num_target: '1' },
    objective: { name: 'reg:squarederror' },
  };
  return Buffer.from(JSON.stringify({ learner, version: [1, 7, 6] }));
}

describe.each(['sidecar', 'data'] as const)('levels by %s of what a booster knows as codes', (by) => {
  test('are read as factor() codes them in R, 1, 2 ..., where training had such codes', () => {
    expect(answers(lightgbm('[1:3]', { threshold: 1.5 }), ['A', 'B', 'C'], by)).toEqual([1, 2, 2]);
    expect(answers(xgboost(1.5), ['A', 'B'], by)).toEqual([1, 2]);
    // xgboost's hist splits at the code itself, which goes right: two levels are enough.
    expect(answers(xgboost(2), ['A', 'B'], by)).toEqual([1, 2]);
  });

  test.each([
    ['codes from 0, as scikit-learn and pandas have them', lightgbm('[0:2]', { threshold: 1.5 }), 'are 0 to 2 in the file'],
    ['more codes than levels', lightgbm('[1:4]', { threshold: 1.5 }), 'are 1 to 4 in the file'],
    ['a split of xgboost between the codes 0 and 1', xgboost(1), 'are split at 1'],
    ['a split half-way between 0 and 1', xgboost(0.5), 'are split at 0.5'],
  ])('are refused where the file shows %s', (_, bytes, found) => {
    const expected = `levels of "x0", whose codes ${found}, expected codes from 1 to 3`;
    expect(() => answers(bytes, ['A', 'B', 'C'], by)).toThrow(expected);
  });

  test('are places from 0 where LightGBM splits by sets of codes', () => {
    expect(answers(lightgbm('0:-1:2:1', SET), ['A', 'B', 'C'], by)).toEqual([2, 1, 1]);
    const expected = 'levels of "x0", whose codes are 1 to 3 in the file, expected codes from 0 to 2';
    expect(() => answers(lightgbm('2:1:3', SET), ['A', 'B', 'C'], by)).toThrow(expected);
    expect(() => answers(lightgbm('0:10:20', SET), ['A', 'B', 'C'], by)).toThrow('whose codes are 0 to 20 in the file');
  });

  test('must be as many as xgboost splits by', () => {
    expect(() => answers(xgboost(3), ['A', 'B'], by)).toThrow('2 levels');
  });
});

describe('a split that parts missing values from all others', () => {
  test('asks for no more levels', () => {
    // 2 x 3 and a little more (hist), or twice the last level that a node has (exact).
    expect(answers(xgboost(6.00001), ['A', 'B', 'C'])).toEqual([1, 1, 1]);
    expect(answers(xgboost(4.000001), ['A', 'B', 'C'])).toEqual([1, 1, 1]);
    // The little more is lost in the rounding from twice 8 on, and not before.
    const eight = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    expect(answers(xgboost(16), eight)).toEqual(eight.map(() => 1));
    expect(() => answers(xgboost(16), eight.slice(1))).toThrow('7 levels of "x0", expected at least 8');
    expect(() => answers(xgboost(8), eight.slice(1))).toThrow('7 levels of "x0", expected at least 8');
    expect(() => answers(xgboost(6), ['A', 'B', 'C'])).toThrow('3 levels of "x0", expected at least 6');
    expect(() => answers(xgboost(4), ['B', 'C', 'D'])).toThrow('3 levels of "x0", expected at least 4');
    expect(() => answers(xgboost(8.00001), ['A', 'B', 'C'])).toThrow('3 levels of "x0", expected at least 4');
  });

  test.each([
    ['xgboost, beyond twice the greatest', xgboost(Math.fround(162.00001)), ['19.2', '81', 'NA']],
    ['xgboost, beyond twice the greatest that a node has', xgboost(140), ['19.2', '81', '']],
    ['xgboost, above numbers below 0', xgboost(1e-5), ['-60', '-31.2', 'NA']],
    ['xgboost, below numbers above 0', xgboost(-1e-5), ['19.2', '81', 'NA']],
    ['LightGBM, at 0', lightgbm('[19.2:81]', { threshold: 1.0000000180025095e-35 }), ['19.2', '81', 'NA']],
    ['LightGBM, without end', lightgbm('[-5:81]', { threshold: 1e300 }), ['-5', '81', 'NA']],
  ])('may lie beyond the numbers of the data: %s', (_, bytes, fields) => {
    expect(withData(bytes, fields)).toBeInstanceOf(Uint8Array);
    // The same data without missing values are not what the model was trained on.
    expect(() => withData(bytes, fields.slice(0, 2))).toThrow('expected some on both sides of');
  });

  test('is no reason for numbers that are no codes', () => {
    expect(() => withData(xgboost(2), ['4', '6', '8', 'NA'])).toThrow('numbers from 4 to 8, expected some on both sides of 2');
    expect(() => withData(xgboost(17), ['4', '6', '8', 'NA'])).toThrow('numbers from 4 to 8, expected some on both sides of 17');
  });
});

test('logicals that pandas wrote are logicals to a booster that knows 0 and 1, and levels to one that knows 1 and 2', () => {
  expect(answers(xgboost(2), ['False', 'True'], 'data')).toEqual([1, 2]);
  expect(answers(xgboost(1), ['False', 'True'], 'data')).toEqual([1, 2]);
  expect(answers(lightgbm('[0:1]', { threshold: 1.0000000180025095e-35 }), ['False', 'True'], 'data')).toEqual([1, 2]);
  // LightGBM's threshold between 1 and 2.
  expect(answers(lightgbm('[1:2]', { threshold: 1.5000000000000002 }), ['False', 'True'], 'data')).toEqual([1, 2]);
});

test('xgboost may split at the greatest number, as a float of 32 bits', () => {
  expect(withData(xgboost(Math.fround(3.171)), ['-2', '3.171'])).toBeInstanceOf(Uint8Array);
});

test('levels may be the codes themselves, of which LightGBM does not name those with few rows', () => {
  expect(answers(lightgbm('2:1:3', SET), ['0', '1', '2', '3'])).toEqual([2, 1, 1, 2]);
});

test('gbm splits between numbers that are one float of 32 bits', () => {
  const bytes = xgboost(3);
  const { body, ...rest } = fileReaderOf(bytes)!.read(bytes, 'm.txt');
  const data = body.data as Boosting;
  const kept = { ...data, precision: 'double' as const, threshold: data.threshold.map((one) => (one === 3 ? 20_210_328.5 : one)) };
  const asGbm = { ...rest, body: { ...body, data: kept } };
  const origin = { file: 'm.txt', bytes, sidecarFile: 'm.model.json', data: training(['20180103', '20210328', '20210329']) };
  expect(encodeModel(asGbm, {}, origin)).toBeInstanceOf(Uint8Array);
});

describe('lists of pandas categories that may be those of an ordered column', () => {
  const text = (infos: string, lists = '[["1", "2", "3"]]') =>
    lightgbmText([{ ...SPLIT, ...SET }], { feature_infos: infos }, `pandas_categorical:${lists}`);
  /** What an import says, and what x0 is after it. */
  function imported(infos: string, x0?: object) {
    const notes: string[] = [];
    const bytes = text(infos);
    const origin = { file: 'm.txt', bytes, sidecarFile: 'm.model.json', note: (note: string) => notes.push(note) };
    const sidecar = x0 === undefined ? {} : { features: { x0 } };
    const model = decodeArtifact(encodeModel(fileReaderOf(bytes)!.read(bytes, 'm.txt'), sidecar, origin));
    return { notes: notes.join('\n'), feature: model.schema.features[0] };
  }
  const doubt =
    'the file has lists of pandas\' categories, and does not say of which columns: they are taken for those of "x0". Where "x1" was an ordered ' +
    'category in training, this is wrong: a sidecar gives the right levels, or "type": "number" for codes';
  const levels = ['1', '2', '3'];

  test('are said to be doubtful where a number has just the codes of such a list, or had one value', () => {
    expect(imported('-1:0:1:2 [0:2]')).toEqual({ notes: doubt, feature: { name: 'x0', type: 'factor', levels } });
    expect(imported('-1:0:1:2 none').notes).toBe(doubt);
    for (const infos of ['-1:0:1:2 [0:3]', '-1:0:1:2 [-1:2]', '-1:0:1:2 [0:1.5]']) expect(imported(infos).notes).toBe('');
  });

  test('give way to a sidecar, which is checked against the codes of training', () => {
    expect(imported('-1:0:1:2 [0:2]', { type: 'number' })).toEqual({ notes: '', feature: { name: 'x0', type: 'number' } });
    // An ordered column whose last category has no row is as good an owner; of each 0 and 1 nothing is said.
    expect(imported('-1:0:1:2 [0:1]', { type: 'number' })).toEqual({ notes: '', feature: { name: 'x0', type: 'number' } });
    const own = ['0', '1', '2'];
    expect(imported('-1:0:1:2 [0:2]', { levels: own })).toEqual({ notes: '', feature: { name: 'x0', type: 'factor', levels: own } });
    expect(imported('-1:0:1:2 [0:2]', { label: 'Bee' })).toMatchObject({ notes: doubt, feature: { label: 'Bee', levels } });
    expect(() => imported('-1:0:1:2 [0:2]', { levels: ['a', 'b'] })).toThrow('whose codes are 0 to 2 in the file');
    // Where nothing is doubtful the file goes before the sidecar.
    expect(() => imported('-1:0:1:2 [0:3]', { levels: own })).toThrow('those of the model file: 1, 2, 3');
  });
});
