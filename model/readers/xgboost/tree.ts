import type { Source } from './source.ts';
import type { RawTree, TreeBuilder } from './trees.ts';

/** The lists of a tree that are read as they come. */
type Lists = {
  left_children?: Float64Array;
  right_children?: Float64Array;
  split_indices?: Float64Array;
  default_left?: Float64Array;
  categories?: Float64Array;
  categories_nodes?: Float64Array;
  categories_segments?: Float64Array;
  categories_sizes?: Float64Array;
};

const LISTS = new Set([
  ...['left_children', 'right_children', 'split_indices', 'default_left'],
  ...['categories', 'categories_nodes', 'categories_segments', 'categories_sizes'],
]);

/** Reads the next tree of a document (src/tree/tree_model.cc, RegTree::LoadModel) and adds it to the others. */
export function readTree(source: Source, builder: TreeBuilder, place: number): void {
  const lists: Lists = {};
  let threshold: Float64Array | undefined;
  let width = 1;
  let weights: (() => Float64Array) | undefined;
  let vectors: Float64Array | undefined;
  let cover: Float64Array | undefined;
  source.members((name) => {
    if (LISTS.has(name)) lists[name as keyof Lists] = source.numbers();
    else if (name === 'split_conditions') threshold = source.floats();
    else if (name === 'sum_hessian') cover = source.floats();
    else if (name === 'leaf_weights') vectors = source.floats();
    else if (name === 'base_weights') weights = source.later();
    else if (name === 'tree_param') width = readWidth(source);
    else if (name === 'id') {
      const id = source.number();
      if (id !== place) throw source.error(`the tree ${id}`, `${place}: trees in their order`);
    } else source.skip();
  });
  const { left_children: left, right_children: right, split_indices: feature, default_left: missingLeft } = lists;
  if (!left || !right || !feature || !missingLeft || !threshold) throw source.error('a tree without some of its lists', 'all of them');
  const tree: RawTree = { left, right, feature, threshold, missingLeft, categories: readCategories(source, lists), cover };
  // Leaves of several numbers: beside the nodes (3.2 and newer), or what the nodes' weights are.
  if (width > 1 && vectors) tree.vectors = { values: vectors, by: 'right' };
  else if (width > 1 && weights) tree.vectors = { values: weights(), by: 'node' };
  builder.add(tree, width);
}

function readWidth(source: Source): number {
  let width = 1;
  source.members((name) => {
    if (name === 'size_leaf_vector') width = Math.max(1, Number(source.text()));
    else source.skip();
  });
  if (!(Number.isInteger(width) && width < 2 ** 16)) throw source.error(`${width} numbers a leaf`, 'a whole number');
  return width;
}

/** The categories of each node that splits by them. */
function readCategories(source: Source, lists: Lists): Map<number, Float64Array> {
  const { categories, categories_nodes: nodes, categories_segments: segments, categories_sizes: sizes } = lists;
  const sets = new Map<number, Float64Array>();
  let all = 0;
  nodes?.forEach((node, at) => {
    const [from, size] = [segments?.[at], sizes?.[at]];
    const set = from === undefined || size === undefined ? undefined : categories?.subarray(from, from + size);
    if (!set || set.length !== size) throw source.error(`other categories of node ${node}`, 'a part of the list of categories');
    // Parts that overlap would be read again and again.
    all += size;
    if (all > categories!.length) throw source.error('sets that overlap in the list of categories', 'a part for each');
    sets.set(node, set);
  });
  return sets;
}
