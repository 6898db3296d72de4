import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import { type Boosting, boostedTrees, FLAGS } from './boosting.ts';
import { checkObjective } from './check-objective.ts';

const ALL_FLAGS = Object.values(FLAGS).reduce((all, flag) => all | flag, 0);

/**
 * Checks boosted trees against their invariants, so that predictBoosting needs no check: every child lies in its
 * tree, after its parent and below no other node, every feature, leaf and set of categories exists. Throws a ModelError that names tree and node.
 */
export function checkBoosting(schema: Schema, boosting: Boosting, label: string): void {
  const { precision, compare, base, width, leaves, group, weights } = boosting;
  const fail = (found: string, expected: string) => new ModelError(label, found, expected);
  if (precision !== 'float' && precision !== 'double') throw fail(`the precision ${precision}`, 'float or double');
  if (compare !== 'less' && compare !== 'atMost') throw fail(`the comparison ${compare}`, 'less or atMost');
  checkObjective(schema, boosting.objective, base, label);
  if (width !== 1 && width !== base.length) throw fail(`${width} doubles a leaf`, `1, or ${base.length}`);
  const wrong = leaves.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1) throw new ModelError(`${label}, leaf ${wrong}`, String(leaves[wrong]), 'a finite number');
  const trees = boostedTrees(boosting);
  const { all = 0, trees: each = 0 } = schema.rounds ?? {};
  if (trees < 1 || all * each !== trees) throw fail(`${trees} trees`, `${all} rounds of ${each}, and at least one`);
  if (group && (group.length !== trees || group.some((place) => place >= base.length)))
    throw fail('groups of trees that are not there', `one of ${base.length} for each of ${trees} trees`);
  if (weights && !(weights.length === trees && weights.every(Number.isFinite)))
    throw fail('other weights of trees', `${trees} finite numbers`);
  checkNodes(schema, boosting, label);
  checkSets(boosting, label);
  checkLinear(schema, boosting, label);
}

/** Checks the nodes one by one. */
function checkNodes(schema: Schema, boosting: Boosting, label: string): void {
  const { roots, left, right, feature, threshold, flags, missing, leaves, width, leafIds } = boosting;
  const nodes = left.length;
  const lengths = [right, feature, threshold, flags, ...(missing ? [missing] : [])].map(({ length }) => length);
  if (lengths.some((length) => length !== nodes)) throw new ModelError(label, 'nodes of several lengths', `${nodes} of each`);
  if (roots[0] !== 0 || roots[roots.length - 1] !== nodes)
    throw new ModelError(label, 'trees that do not cover the nodes', 'trees side by side');
  const leafCount = leaves.length / width;
  if (!Number.isInteger(leafCount)) throw new ModelError(label, `${leaves.length} doubles in leaves`, `a multiple of ${width}`);
  if (leafIds && leafIds.length !== leafCount) throw new ModelError(label, `${leafIds.length} numbers of leaves`, String(leafCount));
  const isReached = new Uint8Array(nodes);
  for (let tree = 0; tree + 1 < roots.length; tree += 1) {
    const [start, end] = [roots[tree]!, roots[tree + 1]!];
    if (end <= start) throw new ModelError(`${label}, tree ${tree + 1}`, 'no nodes', 'at least one');
    for (let node = start; node < end; node += 1) {
      const [l, r, third] = [left[node]!, right[node]!, missing?.[node] ?? 0];
      const fail = (found: string, expected: string) => new ModelError(`${label}, tree ${tree + 1}, node ${node - start}`, found, expected);
      if (l === 0) {
        if (r >= leafCount) throw fail(`leaf ${r}`, `less than ${leafCount}`);
        continue;
      }
      const isChild = (child: number) => child > node && child < end;
      if (!isChild(l) || !isChild(r) || (third !== 0 && !isChild(third)))
        throw fail(`children ${l - start} and ${r - start}`, `ids from ${node - start + 1} to ${end - start - 1}`);
      // A node below two others would be written out for each: there is no end of them. Missing values may go with one of the others.
      const isOther = third !== 0 && third !== l && third !== r;
      if (l === r || isReached[l] || isReached[r] || (isOther && isReached[third]))
        throw fail(`children ${l - start} and ${r - start} that are reached twice`, 'each node below one other');
      isReached[l] = 1;
      isReached[r] = 1;
      if (isOther) isReached[third] = 1;
      if (feature[node]! >= schema.features.length) throw fail(`feature ${feature[node]}`, `less than ${schema.features.length}`);
      if ((flags[node]! & ~ALL_FLAGS) !== 0) throw fail(`flags ${flags[node]}`, `at most ${ALL_FLAGS}`);
      if (Number.isNaN(threshold[node])) throw fail('a threshold that is no number', 'a number');
    }
  }
}

/** Checks that each split by categories has its set. */
function checkSets({ left, flags, threshold, categories }: Boosting, label: string): void {
  flags.forEach((flag, node) => {
    if (left[node] === 0 || (flag & FLAGS.categories) === 0) return;
    const start = threshold[node]!;
    // The node's set, and the one behind it that goes the other way.
    const sets = (flag & FLAGS.threeWay) !== 0 ? 2 : 1;
    let at = start;
    for (let set = 0; set < sets; set += 1) {
      const words = categories && Number.isInteger(at) && at >= 0 ? categories[at] : undefined;
      if (words === undefined || at + words >= categories!.length)
        throw new ModelError(`${label}, node ${node}`, `a set of categories at ${start}`, `one of ${categories?.length ?? 0} words`);
      at += 1 + words;
    }
  });
}

/** Checks the linear parts of leaves, which have all their arrays or none. */
function checkLinear({ features }: Schema, boosting: Boosting, label: string): void {
  const { linearStarts, linearFeatures, linearCoefficients, linearConstants, leaves, width } = boosting;
  const parts = [linearStarts, linearFeatures, linearCoefficients, linearConstants];
  if (parts.every((part) => part === undefined)) return;
  const fail = (found: string, expected: string) => new ModelError(`${label}'s linear leaves`, found, expected);
  if (!linearStarts || !linearFeatures || !linearCoefficients || !linearConstants) throw fail('some of their arrays', 'all of them');
  const isWhole = width === 1 && linearStarts.length === leaves.length + 1 && linearConstants.length === leaves.length;
  if (!isWhole) throw fail(`${linearStarts.length} starts and ${linearConstants.length} constants`, `those of ${leaves.length} leaves`);
  const ascends = linearStarts[0] === 0 && linearStarts.every((start, leaf) => leaf === 0 || start >= linearStarts[leaf - 1]!);
  if (!ascends || linearStarts[leaves.length] !== linearFeatures.length || linearFeatures.length !== linearCoefficients.length)
    throw fail('terms of other lengths', 'one feature and one coefficient for each term');
  if (linearFeatures.some((input) => input >= features.length)) throw fail('a feature that is not there', `less than ${features.length}`);
  if (![...linearCoefficients, ...linearConstants].every(Number.isFinite)) throw fail('a number that is not finite', 'finite numbers');
}
