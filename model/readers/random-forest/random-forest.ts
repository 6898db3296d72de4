import { checkForest, type Forest } from '../../../shared/bodies/forest/forest.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { deparse } from '../../formula/deparse.ts';
import { bareVariables } from '../../formula/terms.ts';
import { attributesOf, element, levelsOf, listOf, numbersOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { checkUnique } from '../ranger/ranger.ts';

/** randomForest's nodestatus of a leaf (src/rf.h, NODE_TERMINAL). */
const TERMINAL = -1;
const MAX_FEATURES = 65_535;
/** Most levels of an unordered factor: the bits of a double (randomForest's limit). */
const MAX_LEVELS = 53;

/** A randomForest object as a schema and a forest. */
export type RandomForestModel = { schema: Schema; forest: Forest; call: string; others: string[] };

/** All trees' vectors, each tree's nodes from `tree * nrnodes` on; daughters are node numbers from 1. */
type Vectors = {
  left: (tree: number, node: number) => number;
  right: (tree: number, node: number) => number;
  status: ArrayLike<number>;
  variable: ArrayLike<number>;
  split: ArrayLike<number>;
  prediction: ArrayLike<number>;
  sizes: ArrayLike<number>;
};

/**
 * Turns what `randomForest()` returned into a forest, by randomForest's field names (R/randomForest.default.R and
 * R/predict.randomForest.R). Throws a ModelError for what predict() itself could not use, and for what it would code anew
 * with each request (texts).
 */
export function readRandomForest(value: RValue, label: string): RandomForestModel {
  const type = textOf(element(value, 'type'), `${label}'s type`);
  if (type !== 'regression' && type !== 'classification') {
    throw new ModelError(label, `a randomForest of the type ${type}`, 'regression or classification');
  }
  const forest = element(value, 'forest');
  if (!forest) throw new ModelError(label, 'a randomForest without its forest', 'one grown with keep.forest = TRUE');
  const { features, categories, others } = readFeatures(value, forest, label);
  const trees = count(element(forest, 'ntree'), `${label}'s ntree`);
  const schema: Schema = {
    kind: type,
    features,
    takesMissing: false,
    types: type === 'classification' ? ['response', 'prob', 'vote'] : ['response'],
    trees,
  };
  if (type === 'classification') {
    schema.classes = textsOf(element(value, 'classes'), `${label}'s classes`);
    if (schema.classes.length === 0) throw new ModelError(`${label}'s classes`, 'none', 'at least one');
    checkUnique(schema.classes, `${label}'s classes`);
  }
  const out = readTrees(readVectors(forest, trees, type, label), trees, { schema, categories, label });
  if (type === 'classification') {
    const cutoff = numbersOf(element(forest, 'cutoff'), `${label}'s cutoff`);
    if (cutoff.length !== schema.classes?.length) {
      throw new ModelError(`${label}'s cutoff`, `${cutoff.length} numbers`, `${schema.classes?.length}, one a class`);
    }
    out.cutoff = Float64Array.from(cutoff);
  }
  const correction = element(value, 'coefs');
  if (correction && type === 'regression') out.correction = Float64Array.from(numbersOf(correction, `${label}'s coefs`));
  checkForest(out, label);
  const call = element(value, 'call');
  return { schema, forest: out, call: call?.type === 'language' ? deparse(call) : 'randomForest', others };
}

/** The features, and for each the number of levels its splits are sets of; 1 where they are thresholds. */
function readFeatures(value: RValue, forest: RValue, label: string): { features: Feature[]; categories: number[]; others: string[] } {
  const names = namesOf(element(value, 'importance'), `${label}'s importance`);
  if (names.length === 0 || names.length > MAX_FEATURES) throw new ModelError(label, `${names.length} features`, `1 to ${MAX_FEATURES}`);
  checkUnique(names, `${label}'s importance`);
  const categories = Array.from(numbersOf(element(forest, 'ncat'), `${label}'s ncat`));
  const levels = listOf(element(forest, 'xlevels'), `${label}'s xlevels`);
  if (categories.length !== names.length || levels.length !== names.length) {
    throw new ModelError(`${label}'s ncat and xlevels`, `${categories.length} and ${levels.length} elements`, `${names.length} of each`);
  }
  const terms = element(value, 'terms');
  const classes = terms ? bareVariables(terms, `${label}'s terms`) : new Map<string, string>();
  const features = names.map((name, at): Feature => {
    if (classes.get(name) === 'character') {
      throw new ModelError(`${label}'s ${name}`, 'a column of texts, which R codes anew in each predict()', 'a factor: grow it again');
    }
    if (terms && !classes.has(name)) throw new ModelError(`${label}'s terms`, `no variable ${name}`, 'plain variables, no transformations');
    const ncat = categories[at]!;
    const given = levels[at];
    if (given?.type === 'character') {
      const texts = levelsOf(given, `${label}'s levels of ${name}`);
      // Its predict() drops NA from the levels of new data, and stops as they are no longer those of the training data.
      if (texts.includes(null))
        throw new ModelError(
          `${label}'s levels of ${name}`,
          'NA as a level, on which predict() of randomForest stops',
          'a level of another name',
        );
      if (ncat !== 1 && ncat !== texts.length)
        throw new ModelError(`${label}'s ncat of ${name}`, String(ncat), `${texts.length}, as it has levels`);
      return { name, type: 'factor', levels: texts };
    }
    if (ncat !== 1) throw new ModelError(`${label}'s ncat of ${name}`, String(ncat), '1, as it has no levels');
    return { name, type: classes.get(name) === 'logical' ? 'logical' : 'number' };
  });
  const most = Math.max(...categories);
  if (most > MAX_LEVELS) throw new ModelError(label, `a factor of ${most} levels`, `at most ${MAX_LEVELS}`);
  return { features, categories, others: names.filter((name) => classes.get(name) === 'other') };
}

/** The names of the rows of a matrix, or of a vector's elements. */
function namesOf(value: RValue | undefined, label: string): string[] {
  if (!value) throw new ModelError(label, typeOf(value), 'a matrix with a row for each feature');
  const dimnames = attributesOf(value).get('dimnames');
  if (dimnames) {
    const rows = listOf(dimnames, `${label}'s dimnames`)[0];
    // Without column names randomForest counts them, and keeps the numbers as they are.
    if (rows?.type === 'integer') return Array.from(rows.values, String);
    return textsOf(rows, `${label}'s row names`);
  }
  return textsOf(attributesOf(value).get('names'), `${label}'s names`);
}

function count(value: RValue | undefined, label: string): number {
  const [number] = numbersOf(value, label);
  if (number === undefined || !Number.isInteger(number) || number < 1)
    throw new ModelError(label, String(number), 'a whole number, at least 1');
  return number;
}

/** The vectors of all trees, their lengths compared with one another. */
function readVectors(forest: RValue, trees: number, type: 'regression' | 'classification', label: string): Vectors {
  const nodes = count(element(forest, 'nrnodes'), `${label}'s nrnodes`);
  const part = (name: string, length: number) => {
    const numbers = numbersOf(element(forest, name), `${label}'s ${name}`);
    if (numbers.length !== length) throw new ModelError(`${label}'s ${name}`, `${numbers.length} numbers`, String(length));
    return numbers;
  };
  const total = nodes * trees;
  const shared = {
    status: part('nodestatus', total),
    variable: part('bestvar', total),
    split: part('xbestsplit', total),
    prediction: part('nodepred', total),
    sizes: part('ndbigtree', trees),
  };
  if (type === 'regression' && !element(forest, 'treemap')) {
    const [left, right] = [part('leftDaughter', total), part('rightDaughter', total)];
    return {
      ...shared,
      left: (tree, node) => left[tree * nodes + node]!,
      right: (tree, node) => right[tree * nodes + node]!,
    };
  }
  const map = part('treemap', 2 * total);
  return {
    ...shared,
    left: (tree, node) => map[2 * tree * nodes + node]!,
    right: (tree, node) => map[(2 * tree + 1) * nodes + node]!,
  };
}

type Context = { schema: Schema; categories: number[]; label: string };

function readTrees(vectors: Vectors, trees: number, context: Context): Forest {
  const { schema, categories, label } = context;
  const stride = vectors.status.length / trees;
  const roots = new Uint32Array(trees + 1);
  let leaves = 0;
  for (let tree = 0; tree < trees; tree += 1) {
    const size = vectors.sizes[tree]!;
    if (!(Number.isInteger(size) && size >= 1 && size <= stride)) {
      throw new ModelError(`${label}, tree ${tree + 1}`, `${size} nodes`, `1 to ${stride}`);
    }
    roots[tree + 1] = roots[tree]! + size;
    for (let node = 0; node < size; node += 1) leaves += vectors.status[tree * stride + node] === TERMINAL ? 1 : 0;
  }
  const total = roots[trees]!;
  const out: Forest = {
    roots,
    left: new Uint32Array(total),
    right: new Uint32Array(total),
    feature: new Uint16Array(total),
    threshold: new Float64Array(total),
    leaves: new Float64Array(leaves),
    width: 1,
    partitioned: Uint8Array.from(categories, (ncat) => (ncat > 1 ? 1 : 0)),
  };
  let leaf = 0;
  for (let tree = 0; tree < trees; tree += 1)
    leaf = addTree(out, tree, vectors, leaf, { schema, categories, label: `${label}, tree ${tree + 1}` });
  return out;
}

/** Writes a tree's nodes behind those of the trees before it; gives the number of leaves so far. */
function addTree(out: Forest, tree: number, vectors: Vectors, firstLeaf: number, { schema, categories, label }: Context): number {
  const start = out.roots[tree]!;
  const size = out.roots[tree + 1]! - start;
  const from = tree * (vectors.status.length / (out.roots.length - 1));
  let leaf = firstLeaf;
  for (let node = 0; node < size; node += 1) {
    if (vectors.status[from + node] === TERMINAL) {
      out.right[start + node] = leaf;
      out.leaves[leaf] = leafOf(schema, vectors.prediction[from + node]!, `${label}, node ${node + 1}`);
      leaf += 1;
      continue;
    }
    for (const child of [vectors.left(tree, node), vectors.right(tree, node)]) {
      if (Number.isInteger(child) && child > node + 1 && child <= size) continue;
      throw new ModelError(`${label}, node ${node + 1}`, `child ${child}`, `a number from ${node + 2} to ${size}`);
    }
    const variable = vectors.variable[from + node]! - 1;
    const ncat = categories[variable];
    if (ncat === undefined)
      throw new ModelError(`${label}, node ${node + 1}`, `split variable ${variable + 1}`, `1 to ${categories.length}`);
    const split = vectors.split[from + node]!;
    out.left[start + node] = start + vectors.left(tree, node) - 1;
    out.right[start + node] = start + vectors.right(tree, node) - 1;
    out.feature[start + node] = variable;
    out.threshold[start + node] = ncat === 1 ? split : setOf(split, ncat, `${label}, node ${node + 1}`);
  }
  return leaf;
}

/** A set of levels as the forest has it: randomForest's bits name the levels that go left (src/classTree.c), the forest's those that go right. */
function setOf(bits: number, levels: number, label: string): number {
  const all = 2 ** levels;
  if (!(Number.isInteger(bits) && bits >= 0 && bits < all)) throw new ModelError(label, `the set of levels ${bits}`, `${levels} bits`);
  return all - 1 - bits;
}

function leafOf(schema: Schema, prediction: number, label: string): number {
  if (schema.kind === 'regression') return prediction;
  const classes = schema.classes?.length ?? 0;
  if (!(Number.isInteger(prediction) && prediction >= 1 && prediction <= classes)) {
    throw new ModelError(label, `class ${prediction}`, `1 to ${classes}`);
  }
  return prediction - 1;
}
