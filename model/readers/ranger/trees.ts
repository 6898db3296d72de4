import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Kind, Schema } from '../../../shared/schema/features.ts';
import { element, listOf, numbersOf, type RValue } from '../../rds/values.ts';
import type { ClassPlaces } from './class-places.ts';

/** Where a forest keeps what its leaves hold, unless that is one value in split.values. */
const LEAF_VECTORS: Partial<Record<Kind, string>> = { probability: 'terminal.class.counts', survival: 'chf' };
/** Most levels of a factor whose splits are sets of levels: the bits of a double (ranger's limit). */
const MAX_PARTITIONED = 53;

/** One tree's vectors, one place a node, under ranger's names. */
export type Tree = {
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  /** The default child of missing values, 0 for none (na.learn). */
  missing: ArrayLike<number> | undefined;
  splitVarIds: ArrayLike<number>;
  splitValues: ArrayLike<number>;
  /** What a leaf holds where that is not one value: shares of classes, or cumulative hazards. */
  leafVector?: (node: number) => ArrayLike<number>;
};

export function isLeaf(tree: Tree, node: number): boolean {
  return tree.left[node] === 0 && tree.right[node] === 0;
}

/** Every tree's vectors, their lengths compared with one another. */
export function readTrees(forest: RValue, schema: Schema, places: ClassPlaces | undefined, label: string): Tree[] {
  const part = (name: string) => listOf(element(forest, name), `${label}'s ${name}`);
  const [ids, variables, values] = [part('child.nodeIDs'), part('split.varIDs'), part('split.values')];
  const vectorsName = LEAF_VECTORS[schema.kind];
  const vectors = vectorsName === undefined ? undefined : part(vectorsName);
  const expected = schema.trees;
  if (ids.length !== expected || variables.length !== expected || values.length !== expected || (vectors && vectors.length !== expected)) {
    throw new ModelError(label, `${ids.length} trees`, `${expected}, as num.trees says, in every part`);
  }
  return ids.map((id, at): Tree => {
    const name = `${label}, tree ${at + 1}`;
    const children = listOf(id, `${name}'s child.nodeIDs`);
    if (children.length !== 2 && children.length !== 3)
      throw new ModelError(`${name}'s child.nodeIDs`, `${children.length} vectors`, '2 or 3');
    const tree: Tree = {
      left: numbersOf(children[0], `${name}'s left children`),
      right: numbersOf(children[1], `${name}'s right children`),
      missing: children[2] && numbersOf(children[2], `${name}'s default children`),
      splitVarIds: numbersOf(variables[at], `${name}'s split.varIDs`),
      splitValues: numbersOf(values[at], `${name}'s split.values`),
    };
    const lengths = [tree.right, tree.splitVarIds, tree.splitValues, ...(tree.missing ? [tree.missing] : [])].map(({ length }) => length);
    if (vectors) {
      const width = schema.kind === 'probability' ? (places?.codes.length ?? 0) : (schema.times?.length ?? 0);
      const read = leafVectors(vectors[at], width, `${name}'s ${vectorsName}`, name);
      tree.leafVector = read.get;
      lengths.push(read.length);
    }
    for (const length of lengths) {
      if (length !== tree.left.length) throw new ModelError(name, `vectors of lengths ${tree.left.length} and ${length}`, 'one length');
    }
    return tree;
  });
}

/** The vectors of a tree's nodes, each checked against its width when it is asked for. */
function leafVectors(value: RValue | undefined, width: number, label: string, tree: string) {
  const check = (node: number, found: ArrayLike<number>) => {
    if (found.length !== width) throw new ModelError(`${tree}, node ${node}`, `${found.length} values`, `${width}, one a class or time`);
    return found;
  };
  if (value?.type === 'packed') {
    const { starts, values } = value;
    return { length: starts.length - 1, get: (node: number) => check(node, values.subarray(starts[node], starts[node + 1])) };
  }
  const list = listOf(value, label);
  return { length: list.length, get: (node: number) => check(node, numbersOf(list[node], `${tree}, node ${node}'s values`)) };
}

/** All trees as one forest, every node and leaf checked against its bounds. */
export function joinTrees(forest: RValue, trees: Tree[], schema: Schema, places: ClassPlaces | undefined, label: string): Forest {
  const isOrdered = numbersOf(element(forest, 'is.ordered'), `${label}'s is.ordered`);
  if (isOrdered.length !== schema.features.length) {
    throw new ModelError(`${label}'s is.ordered`, `${isOrdered.length} values`, `${schema.features.length}, one a feature`);
  }
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const width = schema.kind === 'probability' ? (places?.codes.length ?? 0) : (schema.times?.length ?? 1);
  // Every leaf is checked against the classes before memory is taken for all of them.
  const leafCount = trees.reduce((sum, tree) => sum + countLeaves(tree), 0);
  const out: Forest = {
    roots: new Uint32Array(trees.length + 1),
    left: new Uint32Array(nodes),
    right: new Uint32Array(nodes),
    feature: new Uint16Array(nodes),
    threshold: new Float64Array(nodes),
    leaves: new Float64Array(leafCount * width),
    width,
    partitioned: Uint8Array.from(isOrdered, (flag) => (flag === 0 ? 1 : 0)),
    ...(schema.kind === 'classification' && places ? { codes: places.codes } : {}),
    ...(trees.some((tree) => tree.missing) ? { missing: new Uint32Array(nodes) } : {}),
  };
  let leaf = 0;
  trees.forEach((tree, at) => {
    leaf = addTree(out, at, tree, leaf, { schema, places, label: `${label}, tree ${at + 1}` });
  });
  schema.features.forEach((feature, column) => {
    if (out.partitioned[column] === 1 && feature.type === 'factor' && feature.levels.length > MAX_PARTITIONED) {
      throw new ModelError(`${label}'s levels of ${feature.name}`, `${feature.levels.length} levels`, `at most ${MAX_PARTITIONED}`);
    }
  });
  return out;
}

/** The number of a tree's leaves; what each holds is checked against its width. */
function countLeaves(tree: Tree): number {
  let leaves = 0;
  for (let node = 0; node < tree.left.length; node += 1) {
    if (!isLeaf(tree, node)) continue;
    leaves += 1;
    tree.leafVector?.(node);
  }
  return leaves;
}

type TreeContext = { schema: Schema; places: ClassPlaces | undefined; label: string };

/** Writes a tree's nodes behind those of the trees before it; gives the number of leaves so far. */
function addTree(out: Forest, at: number, tree: Tree, firstLeaf: number, context: TreeContext): number {
  const start = out.roots[at]!;
  const count = tree.left.length;
  out.roots[at + 1] = start + count;
  let leaf = firstLeaf;
  for (let node = 0; node < count; node += 1) {
    if (isLeaf(tree, node)) {
      out.right[start + node] = leaf;
      addLeaf(out, leaf, tree, node, context);
      leaf += 1;
      continue;
    }
    const left = tree.left[node]!;
    const right = tree.right[node]!;
    const missing = tree.missing?.[node] ?? 0;
    const variable = tree.splitVarIds[node]!;
    // Checked against their bounds before they are cut to the arrays' integers.
    checkChild(left, node, count, context.label);
    checkChild(right, node, count, context.label);
    if (missing !== 0) checkChild(missing, node, count, context.label);
    if (!(Number.isInteger(variable) && variable >= 0 && variable < out.partitioned.length)) {
      throw new ModelError(`${context.label}, node ${node}`, `split variable ${variable}`, `0 to ${out.partitioned.length - 1}`);
    }
    out.left[start + node] = start + left;
    out.right[start + node] = start + right;
    out.feature[start + node] = variable;
    out.threshold[start + node] = tree.splitValues[node]!;
    if (out.missing && missing !== 0) out.missing[start + node] = start + missing;
  }
  return leaf;
}

function checkChild(child: number, node: number, count: number, label: string): void {
  if (!(Number.isInteger(child) && child > node && child < count)) {
    throw new ModelError(`${label}, node ${node}`, `child ${child}`, `an id from ${node + 1} to ${count - 1}`);
  }
}

/** Writes what a leaf holds: ranger keeps a mean or a class value in split.values, shares of classes in terminal.class.counts. */
function addLeaf(out: Forest, leaf: number, tree: Tree, node: number, { schema, places, label }: TreeContext): void {
  const value = tree.splitValues[node]!;
  if (schema.kind === 'regression') {
    out.leaves[leaf] = value;
    return;
  }
  if (schema.kind === 'classification') {
    const place = places?.get(value);
    if (place === undefined) throw new ModelError(`${label}, node ${node}`, `class value ${value}`, `one of ${places}`);
    out.leaves[leaf] = place;
    return;
  }
  const held = tree.leafVector?.(node) ?? [];
  if (schema.kind === 'survival') {
    out.leaves.set(held, leaf * out.width);
    return;
  }
  // The counts stand in the order of class.values.
  places?.places.forEach((place, at) => {
    out.leaves[leaf * out.width + place] = held[at]!;
  });
}
