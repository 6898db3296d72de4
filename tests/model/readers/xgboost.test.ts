import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readRds } from '../../../model/rds/rds.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { floatOf } from '../../../model/readers/xgboost/decimal.ts';
import { formOf, readBooster } from '../../../model/readers/xgboost/file.ts';
import { XGBOOST_READER } from '../../../model/readers/xgboost/reader.ts';
import type { Boosting } from '../../../shared/bodies/boosting/boosting.ts';
import { attributed, integers, named, numbers, texts } from '../../support/r-objects.ts';
import { RWriter, rdsFile } from '../../support/r-writer.ts';

const GOLDENS = path.join(import.meta.dirname, '../../golden/boosting');
const bytesOf = (name: string) => readFileSync(path.join(GOLDENS, name, 'model.model'));
const raw = (bytes: Uint8Array): RValue => ({ type: 'raw', values: bytes });
const read = (value: RValue) => XGBOOST_READER.read(readRds(rdsFile(value), 'model.RDS'), 'model.RDS');

/** A model of one tree as xgboost's JSON, with changes of some members. */
function document(changes: { tree?: object; learner?: object; parameters?: object; model?: object } = {}): Buffer {
  const tree = {
    base_weights: [0, 1, 2],
    default_left: [1, 0, 0],
    id: 0,
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_conditions: [0.5, 1.25, -2],
    split_indices: [0, 0, 0],
    tree_param: { num_feature: '2', num_nodes: '3', size_leaf_vector: '1' },
    ...changes.tree,
  };
  const model = { gbtree_model_param: { num_parallel_tree: '1', num_trees: '1' }, tree_info: [0], trees: [tree], ...changes.model };
  const learner = {
    attributes: {},
    feature_names: [],
    feature_types: [],
    gradient_booster: { model, name: 'gbtree' },
    learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '2', num_target: '1', ...changes.parameters },
    objective: { name: 'reg:squarederror' },
    ...changes.learner,
  };
  return Buffer.from(JSON.stringify({ learner, version: [1, 7, 6] }));
}

const refusal = (bytes: Uint8Array) => {
  try {
    XGBOOST_READER.read(named({ raw: raw(bytes) }, 'xgb.Booster'), 'model');
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
};

test('a version of a million numbers is that of the first three', () => {
  const { learner } = JSON.parse(document().toString());
  const bytes = Buffer.from(JSON.stringify({ learner, version: Array.from({ length: 1_000_000 }, () => 3) }));
  expect(readBooster(bytes, 'model').version).toEqual([3, 3, 3]);
});

describe('a booster in an R file', () => {
  test('is a list with its bytes, the names and the best iteration beside them (before 2.1)', () => {
    const bytes = bytesOf('xgboost-1.7-gamma-dart-binary');
    const { features } = readBooster(bytes, 'model');
    const names = Array.from({ length: features }, (_, place) => `column ${place}`);
    const list = named({ raw: raw(bytes), niter: numbers(7), feature_names: texts(...names), best_iteration: integers(3) }, 'xgb.Booster');
    const { schema, isUnnamed, version } = read(list);
    expect(schema.features.map(({ name }) => name)).toEqual(names);
    expect(schema.rounds).toEqual({ all: 7, used: 3, trees: 1 });
    expect([isUnnamed, version]).toEqual([undefined, 'xgboost 1.7.0']);
  });

  test('is an object of a compact form whose state is its bytes (2.1 and newer)', () => {
    const writer = new RWriter();
    const list = (...values: RValue[]): RValue => ({ type: 'pairlist', values, tags: values.map(() => undefined) });
    const ALTREP = 238;
    writer.integer(ALTREP);
    writer.value(list({ type: 'symbol', name: 'XGBAltrepPointerClass' }, { type: 'symbol', name: 'xgboost' }, integers(19)));
    writer.value(raw(bytesOf('xgboost-3.2-softprob-json')));
    writer.value({ type: 'pairlist', values: [texts('ptr'), texts('xgb.Booster')], tags: ['names', 'class'] });
    const { schema } = XGBOOST_READER.read(readRds(writer.file(), 'model.RDS'), 'model.RDS');
    expect([schema.kind, schema.classes]).toEqual(['probability', ['0', '1', '2']]);
  });

  test('has the levels of the response where it is of the class xgboost (3.0 and newer)', () => {
    const of = (bytes: Uint8Array, ...levels: string[]) => {
      const state: RValue = { type: 'opaque', what: 'a compact form', state: raw(bytes) };
      return XGBOOST_READER.read(attributed(state, { metadata: named({ y_levels: texts(...levels) }) }), 'model.RDS').schema;
    };
    expect(of(bytesOf('xgboost-3.2-softprob-json'), 'a', 'b', 'c').classes).toEqual(['a', 'b', 'c']);
    const two = of(bytesOf('xgboost-1.7-logistic-ubj'), 'no', 'yes');
    expect([two.kind, two.classes, two.types]).toEqual(['probability', ['no', 'yes'], ['response', 'margin', 'class', 'leaf']]);
  });

  test('is serialized with its configuration behind it (1.0 to 1.4)', () => {
    const model = bytesOf('xgboost-1.7-gamma-dart-binary');
    const length = Buffer.alloc(8);
    length.writeBigInt64LE(BigInt(model.length));
    const bytes = Buffer.concat([Buffer.from('CONFIG-offset:'), length, model, Buffer.from('{"learner":{}}')]);
    expect(read(named({ raw: raw(bytes) }, 'xgb.Booster')).body).toEqual(read(named({ raw: raw(model) }, 'xgb.Booster')).body);
    expect(refusal(bytes.subarray(0, 100))).toContain('(cut off?)');
  });

  test('is a model beside its configuration, in JSON or UBJSON', () => {
    const inner = document();
    const both = Buffer.concat([Buffer.from('{"Config":{"learner":{"a":[1,2,{"b":"]}"}]}},"Model":'), inner, Buffer.from('}')]);
    expect(read(named({ raw: raw(both) }, 'xgb.Booster'))).toEqual(read(named({ raw: raw(inner) }, 'xgb.Booster')));
  });

  test('is refused without its bytes, by what helps', () => {
    expect(() => read(named({ niter: numbers(1) }, 'xgb.Booster'))).toThrow(
      'found a booster without its bytes (class xgb.Booster), expected one with them: in R, xgb.save(model, "model.ubj")',
    );
  });
});

describe("a booster's own bytes", () => {
  test('are recognized by how they start', () => {
    const forms = ['xgboost-1.7-rank-categories-json', 'xgboost-1.7-logistic-ubj', 'xgboost-1.7-aft-binary'].map((name) =>
      formOf(bytesOf(name)),
    );
    expect(forms).toEqual(['json', 'ubjson', 'binary']);
    expect(formOf(bytesOf('xgboost-1.7-aft-binary').subarray(4))).toBe('binary');
    expect([Buffer.from('{"instances": []}'), Buffer.from('{L'), Buffer.alloc(200), Buffer.from('')].map(formOf)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  test('of a binary file before 1.0 hold a margin, which becomes a score and a margin again', () => {
    const bytes = Buffer.from(bytesOf('xgboost-1.7-logistic-dart-binary'));
    bytes.writeFloatLE(-0.4, 4);
    bytes.writeUInt32LE(0, 4 + 20);
    const { data } = read(named({ raw: raw(bytes) }, 'xgb.Booster')).body;
    // sigmoid(-0.4f) and its logit in 32-bit floats.
    expect((data as Boosting).base[0]).toBeCloseTo(-0.4, 6);
    expect(Math.fround((data as Boosting).base[0]!)).toBe((data as Boosting).base[0]);
  });

  test('keep nodes in their levels, without those that were pruned, and the numbers that they had', () => {
    const pruned = document({
      tree: {
        default_left: [0, 0, 0, 0, 0],
        left_children: [3, -1, -1, -1, -1],
        right_children: [1, -1, -1, -1, -1],
        split_conditions: [0.5, 7, 8, 9, 10],
        split_indices: [1, 0, 0, 0, 0],
      },
    });
    const { leafIds, leaves, left } = read(named({ raw: raw(pruned) }, 'xgb.Booster')).body.data as Boosting;
    expect([[...leafIds!], [...leaves], [...left]]).toEqual([
      [3, 1],
      [9, 7],
      [1, 0, 0],
    ]);
  });

  test.each<[string, Parameters<typeof document>[0], string]>([
    ['an unknown objective', { learner: { objective: { name: 'reg:mine' } } }, 'found "reg:mine", expected one of reg:squarederror'],
    ['another booster', { learner: { gradient_booster: { name: 'gbforest', model: {} } } }, 'found the booster gbforest'],
    ['a node that is its own child', { tree: { left_children: [0, -1, -1] } }, 'tree 1: found children 0 and 2 of node 0'],
    ['a node with two parents', { tree: { left_children: [1, 2, -1], right_children: [2, 2, -1] } }, 'tree 1: found children'],
    ['a child that is not there', { tree: { right_children: [9, -1, -1] } }, 'found children 1 and 9 of node 0'],
    ['a list that is too short', { tree: { split_indices: [0] } }, 'found nodes of other lengths than 3'],
    ['trees out of order', { tree: { id: 4 } }, 'found the tree 4, expected 0: trees in their order'],
    ['no trees', { model: { trees: [], tree_info: [] } }, 'found no trees'],
    ['a margin that is not there', { model: { tree_info: [3] } }, 'found a tree of margin 3, expected 0 to 0'],
    ['rounds of several sizes', { model: { iteration_indptr: [0, 1, 1] } }, 'rounds of different numbers of trees'],
    ['a base score that is no number', { parameters: { base_score: 'NaN' } }, 'base_score: found NaN, expected finite numbers'],
    ['more names than features', { learner: { feature_names: ['a', 'b', 'c'] } }, 'found 3 of them, expected 2'],
    ['a name twice', { learner: { feature_names: ['a', 'a'] } }, 'found a name twice'],
    ['too many features', { parameters: { num_feature: '1e9' } }, 'num_feature: found 1e9, expected a whole number up to 65535'],
    ['leaves without their vectors', { tree: { tree_param: { size_leaf_vector: '3' }, base_weights: [1] } }, 'found no vector for leaf 1'],
    [
      'one vector for all leaves, which would be written out for each',
      { tree: { tree_param: { size_leaf_vector: '2' }, leaf_weights: [1, 2], right_children: [2, 0, 0] } },
      'tree 1: found one vector for several leaves, 2 among them, expected one for each leaf',
    ],
    [
      'categories beyond their list',
      { tree: { categories: [], categories_nodes: [0], categories_segments: [0], categories_sizes: [2] } },
      'found other categories of node 0',
    ],
  ])('with %s are refused by name', (_, changes, message) => {
    expect(refusal(document(changes))).toContain(message);
  });

  test('with sets of categories that overlap are refused: each would be read as often as there are nodes', () => {
    const sets = { categories: [0, 1, 2], categories_nodes: [0, 1], categories_segments: [0, 0], categories_sizes: [3, 3] };
    expect(refusal(document({ tree: sets }))).toContain('found sets that overlap in the list of categories');
  });

  test('with a split of a feature that is not there are refused when they are imported', () => {
    const tree = { split_indices: [2, 0, 0] };
    expect(refusal(document({ tree }))).toBe('model: found a split of the feature 2, expected 0 to 1');
  });

  test('within one another are refused, however deep', () => {
    const deep = `{"learner":{"gradient_booster":${'{"gbtree":'.repeat(100_000)}{}${'}'.repeat(100_000)}}}`;
    expect(refusal(Buffer.from(deep))).toMatch(/found values nested too deep, expected at most 64 deep$/);
  });

  test('that are cut off anywhere are refused, in every form', () => {
    for (const name of [
      'xgboost-1.7-rank-categories-json',
      'xgboost-1.7-logistic-ubj',
      'xgboost-1.7-aft-binary',
      'xgboost-3.2-vectors-ubj',
    ]) {
      const bytes = bytesOf(name);
      for (let length = 0; length < bytes.length - 1; length += Math.ceil(bytes.length / 50)) {
        expect(refusal(bytes.subarray(0, length))).toMatch(/found .*, expected /);
      }
    }
  });
});

describe('labels of categories', () => {
  const featuresOf = (...values: number[]) => firstOf({ offsets: [0, 1, 3], values });
  const firstOf = (first: object) => {
    const cats = {
      enc: [first, { offsets: [], values: [] }],
      feature_segments: [0, 2, 2],
      sorted_idx: [0, 1],
    };
    const { schema } = XGBOOST_READER.read(
      named({ raw: raw(document({ model: { cats }, learner: { feature_types: ['c', 'q'] } })) }, 'xgb.Booster'),
      'model',
    );
    return schema.features;
  };

  test('are those of the file', () => {
    expect(featuresOf(0x61, 0x62, 0x63)).toEqual([
      { name: 'f0', type: 'factor', levels: ['a', 'bc'] },
      { name: 'f1', type: 'number' },
    ]);
  });

  test('are whole numbers, but not where these are beyond 2^53 and rounded', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(firstOf({ values: [-5, most] })[0]).toEqual({ name: 'f0', type: 'factor', levels: ['-5', String(most)] });
    expect(firstOf({ values: [7, most + 1] })[0]).toEqual({ name: 'f0', type: 'number' });
  });

  test('are not believed where one is not ASCII: xgboost counted its characters for bytes', () => {
    expect(featuresOf(-61, -93, 0x62)[0]).toEqual({ name: 'f0', type: 'number' });
  });
});

describe('a decimal', () => {
  test.each<[string, number]>([
    ['16777217', 16777216],
    ['16777219', 16777220],
    // Between two floats, and a hair above or below: a double alone says neither.
    ['1.00000005960464477539062500000001', 1 + 2 ** -23],
    ['1.000000059604644775390625', 1],
    ['1.00000017881393432617187499999999', 1 + 2 ** -23],
    ['-1.00000005960464477539062500000001', -1 - 2 ** -23],
    ['1e-45', 2 ** -149],
    ['5.00000005960464477539062500000001E-1', 0.5],
    ['1e39', Number.POSITIVE_INFINITY],
  ])('%s is the float nearest to it', (decimal, float) => {
    expect(floatOf(decimal)).toBe(float);
  });
});
