import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, element, listOf, numbersOf, type RValue } from '../../rds/values.ts';
import { isLeaf, type Tree } from './trees.ts';

const MAX_COUNT = 65_535;

/**
 * One observed response for each leaf, in the order of the leaves, from a matrix of nodes x trees (random.node.values of a
 * forest with quantreg = TRUE). Undefined where there is none.
 */
export function readObserved(value: RValue, trees: Tree[], label: string): Float64Array | undefined {
  const matrix = element(value, 'random.node.values');
  if (!matrix) return undefined;
  const name = `${label}'s random.node.values`;
  const values = numbersOf(matrix, name);
  const dim = attributesOf(matrix).get('dim');
  const [rows = 0, columns = 0] = dim ? numbersOf(dim, `${name}'s dim`) : [];
  if (columns !== trees.length || rows * columns !== values.length) {
    throw new ModelError(
      name,
      `a matrix of ${rows} x ${columns} with ${values.length} values`,
      `one column for each of ${trees.length} trees`,
    );
  }
  const observed: number[] = [];
  trees.forEach((tree, column) => {
    for (let node = 0; node < tree.left.length; node += 1) {
      if (!isLeaf(tree, node)) continue;
      observed.push(node < rows ? values[column * rows + node]! : Number.NaN);
    }
  });
  return Float64Array.from(observed);
}

/**
 * How often each tree drew each training row, a row's counts side by side (inbag.counts of a forest with keep.inbag = TRUE),
 * without the rows that every tree drew: predict() leaves them out too. Undefined where nothing of it is known.
 */
export function readInbag(value: RValue, trees: number, label: string): Uint16Array | undefined {
  const kept = element(value, 'inbag.counts');
  if (!kept) return undefined;
  const name = `${label}'s inbag.counts`;
  const counts = listOf(kept, name).map((ofTree, tree) => numbersOf(ofTree, `${name} of tree ${tree + 1}`));
  if (counts.length !== trees) throw new ModelError(name, `${counts.length} trees`, String(trees));
  const samples = counts[0]?.length ?? 0;
  for (const ofTree of counts) {
    if (ofTree.length !== samples)
      throw new ModelError(name, `counts of ${samples} and ${ofTree.length} rows`, 'of the same rows for every tree');
    const odd = ofTree.findIndex((count) => !(Number.isInteger(count) && count >= 0 && count <= MAX_COUNT));
    if (odd !== -1) throw new ModelError(name, `the count ${ofTree[odd]}`, `whole numbers up to ${MAX_COUNT}`);
  }
  const used = Array.from({ length: samples }, (_, row) => row).filter((row) => counts.some((ofTree) => ofTree[row] === 0));
  // R refuses a standard error where no row was left out by any tree.
  if (used.length === 0) return undefined;
  const out = new Uint16Array(used.length * trees);
  used.forEach((row, at) => {
    for (let tree = 0; tree < trees; tree += 1) out[at * trees + tree] = counts[tree]![row]!;
  });
  return out;
}
