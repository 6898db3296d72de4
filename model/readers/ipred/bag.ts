import type { Bag } from '../../../shared/bodies/bag/bag.ts';
import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { attributesOf, element, levelsOf, listOf, numbersOf, type RValue } from '../../rds/values.ts';
import { longSumOf } from '../long-sum.ts';
import type { Imported } from '../reader.ts';
import { type RpartModel, readRpart } from '../rpart/rpart.ts';

/** Most trees of one bag. */
const MAX_TREES = 10_000;
/** Most counts of classes of all nodes: a file has a class once, however many nodes count it. */
const MAX_COUNTS = 2 ** 25;

/** A bag as a schema, what its inputs are of a row where they are computed, and its trees. */
export type BagModel = Omit<Imported, 'body'> & { bag: Bag; inputs?: RpartModel['inputs'] };

/** Turns what ipred's `bagging()` returned into its trees (ipred, R/predict.bagging.R). Throws a ModelError that names what is not served. */
export function readBag(value: RValue, label: string): BagModel {
  if (element(value, 'comb')?.type === 'logical' && numbersOf(element(value, 'comb'), `${label}'s comb`)[0] === 1)
    throw new ModelError(label, 'a bag that combines other models with trees', 'bagging() without comb');
  const held = listOf(element(value, 'mtrees'), `${label}'s mtrees`);
  if (held.length === 0 || held.length > MAX_TREES) throw new ModelError(`${label}'s mtrees`, `${held.length} trees`, `1 to ${MAX_TREES}`);
  const y = element(value, 'y');
  const levels = y && attributesOf(y).get('levels');
  const classes = levels ? levelsOf(levels, `${label}'s classes`).map((level) => level ?? 'NA') : undefined;
  const response = numbersOf(y, `${label}'s y`);
  const trees = held.map((one, at) => readTree(one, classes, `${label}'s tree ${at + 1}`));
  const [first] = trees as [ReturnType<typeof readTree>];
  const alike = ({ schema, inputs }: RpartModel) =>
    JSON.stringify([schema.features.map(({ name, type, ...rest }) => [name, type, 'levels' in rest ? rest.levels : []]), inputs]);
  const other = trees.findIndex(({ tree }) => alike(tree) !== alike(first.tree));
  if (other >= 0) throw new ModelError(`${label}'s tree ${other + 1}`, 'other features', 'those of the first tree');
  const counts = trees.reduce((sum, { tree }) => sum + tree.rpart.left.length, 0) * (classes?.length ?? 1);
  if (counts > MAX_COUNTS) throw new ModelError(label, `${counts} counts of classes in all nodes`, `at most ${MAX_COUNTS}`);
  const sums = trees.map((one, at) => sumsOf(one, response, classes?.length, `${label}'s tree ${at + 1}`));
  const roots: number[] = [];
  let nodes = 0;
  for (const { tree } of trees) {
    roots.push(nodes);
    nodes += tree.rpart.left.length;
  }
  const call = element(value, 'call');
  const schema: Schema = {
    ...{ features: first.tree.schema.features, takesMissing: true, takes: ['aggregation'] },
    ...(classes ? { kind: 'classification', classes, types: ['class', 'prob'] } : { kind: 'regression', types: ['response'] }),
  };
  return {
    ...{ schema, others: first.tree.others, read: first.tree.read, call: call?.type === 'language' ? deparse(call) : 'bagging' },
    ...(first.tree.inputs ? { inputs: first.tree.inputs } : {}),
    bag: {
      ...{ trees: joined(trees.map(({ tree }) => tree.rpart)), roots: Uint32Array.from(roots) },
      sums: Float64Array.from(sums.flatMap((one) => one.sums)),
      sizes: Float64Array.from(classes ? [] : sums.flatMap((one) => one.sizes)),
      hasShares: trees.every(({ hasShares }) => hasShares),
    },
  };
}

type HeldTree = { held: RValue; tree: RpartModel; hasShares: boolean };

function readTree(held: RValue, classes: string[] | undefined, label: string): HeldTree {
  const value = element(held, 'btree');
  if (!value) throw new ModelError(label, 'nothing', 'an rpart');
  const tree = readRpart(value, label, true);
  if (tree.schema.kind !== (classes ? 'probability' : 'regression') || JSON.stringify(tree.schema.classes) !== JSON.stringify(classes))
    throw new ModelError(label, 'other classes', classes?.join(', ') ?? 'numbers');
  if (!classes) return { held, tree, hasShares: true };
  try {
    return { held, tree: readRpart(value, label), hasShares: true };
  } catch (error) {
    // A tree whose sample lacks the last class has no shares of it, and R's predict() cannot give them either.
    if (error instanceof ModelError) return { held, tree, hasShares: false };
    throw error;
  }
}

/** For each node the responses of the sample's rows that ended there: their sum and number, or the number of each class. */
function sumsOf({ held, tree }: HeldTree, response: ArrayLike<number>, classes: number | undefined, label: string) {
  const nodes = tree.rpart.left.length;
  const sample = element(held, 'bindx');
  if (!sample || sample.type === 'null')
    throw new ModelError(label, "no sample (bindx), which caret's trim = TRUE takes out", 'a fit without it');
  const rows = numbersOf(sample, `${label}'s bindx`);
  const where = numbersOf(element(element(held, 'btree') as RValue, 'where'), `${label}'s where`);
  if (where.length !== rows.length) throw new ModelError(`${label}'s where`, `${where.length} rows`, `${rows.length}, as in its sample`);
  const own = Array.from({ length: nodes }, (): number[] => []);
  for (let at = 0; at < rows.length; at += 1) {
    const [value, node] = [response[rows[at]! - 1], own[where[at]! - 1]];
    if (value === undefined || !node)
      throw new ModelError(`${label}'s bindx`, `row ${rows[at]} at node ${where[at]}`, 'rows and nodes that are there');
    node.push(value);
  }
  const sums = classes === undefined ? own.map(longSumOf) : own.flatMap((codes) => countsOf(codes, classes));
  return { sums, sizes: own.map(({ length }) => length) };
}

/** How often each of so many codes, from 1 on, is among some. */
function countsOf(codes: number[], count: number): number[] {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Array.from({ length: count }, (_, at) => counts.get(at + 1) ?? 0);
}

/** Trees as one, tree by tree. */
function joined(trees: readonly Rpart[]): Rpart {
  const [nodes, splits, sides] = [[0], [0], [0]];
  for (const { left, input, directions } of trees) {
    nodes.push(nodes.at(-1)! + left.length);
    splits.push(splits.at(-1)! + input.length);
    sides.push(sides.at(-1)! + directions.length);
  }
  const each = <T extends ArrayLike<number>>(pick: (tree: Rpart, at: number) => T): number[] =>
    trees.flatMap((tree, at) => Array.from(pick(tree, at)));
  const child = (children: Uint32Array, at: number) => children.map((place) => (place === 0 ? 0 : place + nodes[at]!));
  const isClasses = trees[0]?.places !== undefined;
  return {
    left: Uint32Array.from(each(({ left }, at) => child(left, at))),
    right: Uint32Array.from(each(({ right }, at) => child(right, at))),
    first: Uint32Array.from(each(({ first }, at) => first.map((place) => place + splits[at]!))),
    splits: Uint32Array.from(each((tree) => tree.splits)),
    majority: Uint8Array.from(each(({ majority }) => majority)),
    input: Uint16Array.from(each(({ input }) => input)),
    categories: Uint32Array.from(each(({ categories }) => categories)),
    threshold: Float64Array.from(
      each(({ threshold, categories }, at) => threshold.map((bound, split) => (categories[split]! > 1 ? bound + sides[at]! : bound))),
    ),
    directions: Uint8Array.from(each(({ directions }) => directions)),
    values: Float64Array.from(each(({ values }) => values)),
    width: trees[0]!.width,
    ...(isClasses ? { places: Uint32Array.from(each(({ places }) => places ?? [])) } : {}),
  };
}
