import { ModelError } from '../../../shared/errors.ts';
import { element, listOf, numbersOf, type RValue } from '../../rds/values.ts';
import { BoostedTrees, type TreeArrays } from '../boosted-trees.ts';

/** Most trees of a model. */
const MAX_TREES = 10_000_000;

/** The place of the nodes' weights among a tree's vectors. */
const WEIGHT = 6;

/** How a variable is split: as a number, or by the places of its levels. `shift` is what is added to its thresholds. */
export type SplitVariable = { levels: number; isCategory: boolean; shift: number };

/** A tree's vectors, as pretty.gbm.tree() names them; the first is -1 in a leaf, whose answer is the second. */
type Vectors = {
  variable: ArrayLike<number>;
  code: ArrayLike<number>;
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  missing: ArrayLike<number>;
  /** The weight of the training rows of each node. */
  cover: ArrayLike<number> | undefined;
};

/**
 * The trees of a gbm object (src/gbmentry.cpp, gbm_pred): left where x < SplitCodePred, a third child for missing values, and
 * categorical splits by a row of c.splits, where -1 goes left, 1 right, and 0 the way of missing values. Throws a ModelError.
 */
export function readTrees(value: RValue, variables: readonly SplitVariable[], label: string): TreeArrays & { cover?: Float64Array } {
  const trees = listOf(element(value, 'trees'), `${label}'s trees`);
  if (trees.length === 0 || trees.length > MAX_TREES) throw new ModelError(`${label}'s trees`, String(trees.length), `1 to ${MAX_TREES}`);
  const list = element(value, 'c.splits');
  const rows = list ? listOf(list, `${label}'s c.splits`) : [];
  const sets = rows.map((row, place) => directionsOf(row, `${label}'s c.splits[[${place + 1}]]`));
  const nodes = new BoostedTrees();
  trees.forEach((tree, place) => {
    addTree(nodes, tree, { variables, sets, label: `${label}, tree ${place + 1}` });
  });
  const { leafIds: _, ...arrays } = nodes.arrays();
  const cover = nodes.cover();
  return { ...arrays, ...(cover ? { cover } : {}) };
}

type Directions = { left: number[]; right: number[]; length: number };
type Context = { variables: readonly SplitVariable[]; sets: readonly Directions[]; label: string };

/** A row of c.splits as two sets of categories, the first category being 0. */
function directionsOf(row: RValue, label: string): Directions {
  const codes = numbersOf(row, label);
  const words = () => new Array<number>(Math.ceil(codes.length / 32)).fill(0);
  const out = { left: words(), right: words(), length: codes.length };
  codes.forEach((code, category) => {
    if (code !== -1 && code !== 0 && code !== 1) throw new ModelError(label, `the direction ${code}`, '-1, 0 or 1');
    const side = code === -1 ? out.left : out.right;
    if (code !== 0) side[category >>> 5] = (side[category >>> 5]! | (1 << (category & 31))) >>> 0;
  });
  return out;
}

function addTree(nodes: BoostedTrees, tree: RValue, { variables, sets, label }: Context): void {
  const { variable, code, left, right, missing, cover } = vectorsOf(tree, label);
  nodes.startTree();
  const seen = new Set<number>();
  for (let node = 0; node < variable.length; node += 1) {
    const where = `${label}, node ${node}`;
    if (Number.isNaN(code[node])) throw new ModelError(where, 'NaN', 'a number');
    if (variable[node] === -1) {
      nodes.leaf(code[node]!, 0, cover?.[node]);
      continue;
    }
    const used = variables[variable[node]!];
    if (!used) throw new ModelError(where, `the variable ${variable[node]}`, `0 to ${variables.length - 1}`);
    for (const child of [left[node]!, right[node]!, missing[node]!]) {
      if (!(Number.isInteger(child) && child > node && child < variable.length) || seen.has(child))
        throw new ModelError(where, `the child ${child}`, 'a later node, each once');
      seen.add(child);
    }
    const children = { left: left[node]!, right: right[node]!, missing: missing[node]!, feature: variable[node]!, flags: 0 };
    if (!used.isCategory) nodes.split({ ...children, threshold: code[node]! + used.shift });
    else {
      const set = sets[Math.trunc(code[node]!)];
      if (!set || set.length < used.levels)
        throw new ModelError(where, `the row ${code[node]} of c.splits`, `one of ${used.levels} levels`);
      nodes.split({ ...children, threshold: 0, sets: [set.left, set.right] });
    }
  }
}

function vectorsOf(tree: RValue, label: string): Vectors {
  const parts = listOf(tree, label);
  if (parts.length < 5) throw new ModelError(label, `${parts.length} vectors`, 'at least 5');
  const vector = (place: number) => numbersOf(parts[place], `${label}[[${place + 1}]]`);
  const [variable, code, left, right, missing] = [vector(0), vector(1), vector(2), vector(3), vector(4)];
  for (const { length } of [code, left, right, missing]) {
    if (length !== variable.length || length === 0)
      throw new ModelError(label, `vectors of ${variable.length} and ${length} nodes`, 'one length');
  }
  // ErrorReduction, Weight and Prediction come last; only people and explanations need them.
  const last = parts[WEIGHT];
  const weights = last?.type === 'double' || last?.type === 'integer' ? numbersOf(last, `${label}[[${WEIGHT + 1}]]`) : undefined;
  return { variable, code, left, right, missing, cover: weights?.length === variable.length ? weights : undefined };
}
