import { ModelError } from '../shared/errors.ts';
import type { AnswerType, Feature, Kind, Schema } from '../shared/features.ts';
import { checkForest, type Forest } from '../shared/forest.ts';
import { deparse } from './deparse.ts';
import { classOf, element, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from './r-values.ts';

/** ranger's `treetype` and the kind of model it is here. */
const KINDS: Record<string, Kind> = {
  Regression: 'regression',
  Classification: 'classification',
  'Probability estimation': 'probability',
  Survival: 'survival',
};
/** Where a forest keeps what its leaves hold, unless that is one value in split.values. */
const LEAF_VECTORS: Partial<Record<Kind, string>> = { probability: 'terminal.class.counts', survival: 'chf' };
const MAX_FEATURES = 65_535;
/** Most levels of a factor whose splits are sets of levels: the bits of a double (ranger's own limit). */
const MAX_PARTITIONED = 53;

/** A ranger object as a schema (types as far as the file tells them) and a forest. */
export type RangerModel = { schema: Schema; forest: Forest; call: string };

/** One tree's vectors, under ranger's own names. */
type Tree = {
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  splitVarIds: ArrayLike<number>;
  splitValues: ArrayLike<number>;
  /** What each leaf holds where that is not one value: shares of classes, or cumulative hazards. */
  leafVectors: RValue[] | undefined;
};

/**
 * Turns what `ranger()` returned (or its `$forest`) into a forest, by ranger's own field names (R/ranger.R and
 * src/rangerCpp.cpp). Throws a ModelError for what is not a forest of a kind served here.
 */
export function readRanger(value: RValue, thing: string): RangerModel {
  const classes = classOf(value);
  const forest = classes.includes('ranger.forest') ? value : element(value, 'forest');
  if (!classes.includes('ranger') && !classes.includes('ranger.forest')) {
    throw new ModelError(
      thing,
      classes.length > 0 ? `an object of class ${classes.join(', ')}` : 'an object without a class',
      'a ranger forest',
    );
  }
  if (!forest) throw new ModelError(thing, 'a ranger object without its forest', 'one grown with write.forest = TRUE');
  if (element(forest, 'dependent.varID')) {
    throw new ModelError(thing, 'a forest of ranger before 0.11.5 (dependent.varID)', 'one grown by 0.11.5 or newer: grow it again');
  }
  const treetype = textOf(element(forest, 'treetype'), `${thing}'s treetype`);
  const kind = KINDS[treetype];
  if (!kind) throw new ModelError(thing, `a forest of the type ${treetype}`, `one of ${Object.keys(KINDS).join(', ')}`);
  const { schema, places } = readSchema(forest, kind, thing);
  const call = element(value, 'call');
  return { schema, forest: readForest(forest, schema, places, thing), call: call?.type === 'language' ? deparse(call) : 'ranger' };
}

/** The schema, and for each of ranger's class values its place among the classes as R's predict() gives them. */
function readSchema(forest: RValue, kind: Kind, thing: string): { schema: Schema; places: Map<number, number> } {
  const names = textsOf(element(forest, 'independent.variable.names'), `${thing}'s independent.variable.names`);
  if (names.length === 0 || names.length > MAX_FEATURES) throw new ModelError(thing, `${names.length} features`, `1 to ${MAX_FEATURES}`);
  checkUnique(names, `${thing}'s independent.variable.names`);
  const levels = element(forest, 'covariate.levels');
  if (levels && listOf(levels, `${thing}'s covariate.levels`).length !== names.length) {
    throw new ModelError(`${thing}'s covariate.levels`, typeOf(levels), `one element for each of ${names.length} features`);
  }
  const features = names.map((name, at): Feature => {
    const own = levels?.type === 'list' ? levels.values[at] : undefined;
    if (own?.type !== 'character') return { name, type: 'number' };
    const texts = textsOf(own, `${thing}'s levels of ${name}`);
    if (texts.length === 0) throw new ModelError(`${thing}'s levels of ${name}`, 'none', 'at least one');
    checkUnique(texts, `${thing}'s levels of ${name}`);
    return { name, type: 'factor', levels: texts };
  });
  const trees = Number(numbersOf(element(forest, 'num.trees'), `${thing}'s num.trees`)[0]);
  const types: AnswerType[] = kind === 'survival' ? ['response', 'chf', 'terminalNodes'] : ['response', 'terminalNodes'];
  const schema: Schema = { kind, features, takesMissing: false, types, takes: ['predictAll', 'numTrees'], trees };
  const places = new Map<number, number>();
  if (kind === 'regression') return { schema, places };
  if (kind === 'survival') {
    schema.times = Array.from(numbersOf(element(forest, 'unique.death.times'), `${thing}'s unique.death.times`));
    return { schema, places };
  }
  const values = Array.from(numbersOf(element(forest, 'class.values'), `${thing}'s class.values`));
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new ModelError(`${thing}'s class.values`, values.length === 0 ? 'none' : values.join(', ').slice(0, 100), 'numbers');
  }
  const labels = element(forest, 'levels');
  const texts = labels === undefined ? undefined : textsOf(labels, `${thing}'s levels`);
  // predict.ranger.forest (R/predict.R) orders probabilities by level; where there are no levels, they stay as they come.
  const ordered = texts ? [...values].sort((a, b) => a - b) : values;
  checkUnique(values, `${thing}'s class.values`);
  const placeOf = new Map(ordered.map((value, place) => [value, place]));
  for (const value of values) places.set(value, placeOf.get(value) as number);
  schema.classes = ordered.map((value) => {
    if (!texts) return String(value);
    const label = texts[value - 1];
    if (label === undefined) throw new ModelError(thing, `class value ${value}`, `1 to ${texts.length}, as there are levels`);
    return label;
  });
  checkUnique(schema.classes, `${thing}'s levels`);
  return { schema, places };
}

/** Throws where a name or value stands twice. */
export function checkUnique(values: (string | number)[], thing: string): void {
  const seen = new Set<string | number>();
  for (const value of values) {
    if (seen.has(value)) throw new ModelError(thing, `${JSON.stringify(value)} twice`, 'each once');
    seen.add(value);
  }
}

function readForest(forest: RValue, schema: Schema, places: Map<number, number>, thing: string): Forest {
  const isOrdered = numbersOf(element(forest, 'is.ordered'), `${thing}'s is.ordered`);
  if (isOrdered.length !== schema.features.length) {
    throw new ModelError(`${thing}'s is.ordered`, `${isOrdered.length} values`, `${schema.features.length}, one a feature`);
  }
  const trees = readTrees(forest, schema, thing);
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const width = schema.kind === 'probability' ? places.size : (schema.times?.length ?? 1);
  // Every count is held against the classes before memory is taken for all of them.
  const leafCount = trees.reduce((sum, tree, at) => sum + countLeaves(tree, width, `${thing}, tree ${at + 1}`), 0);
  const out: Forest = {
    roots: new Uint32Array(trees.length + 1),
    left: new Uint32Array(nodes),
    right: new Uint32Array(nodes),
    feature: new Uint16Array(nodes),
    threshold: new Float64Array(nodes),
    leaves: new Float64Array(leafCount * width),
    width,
    partitioned: Uint8Array.from(isOrdered, (flag) => (flag === 0 ? 1 : 0)),
    ...(schema.kind === 'classification'
      ? {
          codes: Float64Array.from(
            [...places].sort((a, b) => a[1] - b[1]),
            ([code]) => code,
          ),
        }
      : {}),
  };
  let leaf = 0;
  trees.forEach((tree, at) => {
    leaf = addTree(out, at, tree, leaf, { schema, places, thing: `${thing}, tree ${at + 1}` });
  });
  schema.features.forEach((feature, column) => {
    if (out.partitioned[column] === 1 && feature.type === 'factor' && feature.levels.length > MAX_PARTITIONED) {
      throw new ModelError(`${thing}'s levels of ${feature.name}`, `${feature.levels.length} levels`, `at most ${MAX_PARTITIONED}`);
    }
  });
  checkForest(out, thing);
  return out;
}

/** Every tree's vectors, their lengths held against one another. */
function readTrees(forest: RValue, schema: Schema, thing: string): Tree[] {
  const part = (name: string) => listOf(element(forest, name), `${thing}'s ${name}`);
  const [ids, variables, values] = [part('child.nodeIDs'), part('split.varIDs'), part('split.values')];
  const vectorsName = LEAF_VECTORS[schema.kind];
  const vectors = vectorsName === undefined ? undefined : part(vectorsName);
  const expected = schema.trees;
  if (ids.length !== expected || variables.length !== expected || values.length !== expected || (vectors && vectors.length !== expected)) {
    throw new ModelError(thing, `${ids.length} trees`, `${expected}, as num.trees says, in every part`);
  }
  return ids.map((own, at): Tree => {
    const name = `${thing}, tree ${at + 1}`;
    const children = listOf(own, `${name}'s child.nodeIDs`);
    if (children.length === 3)
      throw new ModelError(name, 'default children for missing values (na.learn)', 'a forest without them, for now');
    if (children.length !== 2) throw new ModelError(`${name}'s child.nodeIDs`, `${children.length} vectors`, '2');
    const tree: Tree = {
      left: numbersOf(children[0], `${name}'s left children`),
      right: numbersOf(children[1], `${name}'s right children`),
      splitVarIds: numbersOf(variables[at], `${name}'s split.varIDs`),
      splitValues: numbersOf(values[at], `${name}'s split.values`),
      leafVectors: vectors && listOf(vectors[at], `${name}'s ${vectorsName}`),
    };
    const lengths = [tree.right, tree.splitVarIds, tree.splitValues, ...(tree.leafVectors ? [tree.leafVectors] : [])];
    for (const { length } of lengths) {
      if (length !== tree.left.length) throw new ModelError(name, `vectors of lengths ${tree.left.length} and ${length}`, 'one length');
    }
    return tree;
  });
}

function isLeaf(tree: Tree, node: number): boolean {
  return tree.left[node] === 0 && tree.right[node] === 0;
}

/** The number of a tree's leaves; where leaves hold shares, each has `width` of them. */
function countLeaves(tree: Tree, width: number, thing: string): number {
  let leaves = 0;
  for (let node = 0; node < tree.left.length; node += 1) {
    if (!isLeaf(tree, node)) continue;
    leaves += 1;
    if (!tree.leafVectors) continue;
    const { length } = numbersOf(tree.leafVectors[node], `${thing}, node ${node}'s values`);
    if (length !== width) throw new ModelError(`${thing}, node ${node}`, `${length} values`, `${width}, one a class or time`);
  }
  return leaves;
}

type TreeContext = { schema: Schema; places: Map<number, number>; thing: string };

/** Writes a tree's nodes behind those of the trees before it; gives the number of leaves so far. */
function addTree(out: Forest, at: number, tree: Tree, firstLeaf: number, context: TreeContext): number {
  const start = out.roots[at] as number;
  const count = tree.left.length;
  out.roots[at + 1] = start + count;
  let leaf = firstLeaf;
  for (let node = 0; node < count; node += 1) {
    if (isLeaf(tree, node)) {
      out.right[start + node] = leaf;
      out.leaves.set(leafValues(tree, node, context), leaf * out.width);
      leaf += 1;
      continue;
    }
    const [left, right] = [tree.left[node] as number, tree.right[node] as number];
    const variable = tree.splitVarIds[node] as number;
    // Held against their bounds before they are cut to the arrays' integers.
    for (const child of [left, right]) {
      if (!(Number.isInteger(child) && child > node && child < count)) {
        throw new ModelError(`${context.thing}, node ${node}`, `child ${child}`, `an id from ${node + 1} to ${count - 1}`);
      }
    }
    if (!(Number.isInteger(variable) && variable >= 0 && variable < out.partitioned.length)) {
      throw new ModelError(`${context.thing}, node ${node}`, `split variable ${variable}`, `0 to ${out.partitioned.length - 1}`);
    }
    out.left[start + node] = start + left;
    out.right[start + node] = start + right;
    out.feature[start + node] = variable;
    out.threshold[start + node] = tree.splitValues[node] as number;
  }
  return leaf;
}

/** What a leaf holds: ranger keeps a mean or a class value in split.values, shares of classes in terminal.class.counts. */
function leafValues(tree: Tree, node: number, { schema, places, thing }: TreeContext): ArrayLike<number> {
  const value = tree.splitValues[node] as number;
  if (schema.kind === 'regression') return [value];
  if (schema.kind === 'classification') {
    const place = places.get(value);
    if (place === undefined)
      throw new ModelError(`${thing}, node ${node}`, `class value ${value}`, `one of ${[...places.keys()].slice(0, 20).join(', ')}`);
    return [place];
  }
  const counts = numbersOf(tree.leafVectors?.[node], `${thing}, node ${node}'s values`);
  if (schema.kind === 'survival') return counts;
  // The counts stand in the order of class.values, and so do the places in their map.
  const shares = new Array<number>(places.size).fill(0);
  [...places.values()].forEach((place, at) => {
    shares[place] = counts[at] as number;
  });
  return shares;
}
