import type { RValue } from '../rds/values.ts';
import type { TrainingData, TrainKind } from './data/data.ts';
import type { Frame } from './data/frame.ts';
import type { NodeValues } from './grow/quantiles.ts';
import type { GrownTree } from './grow/tree.ts';

const TREE_TYPES: Record<TrainKind, string> = {
  regression: 'Regression',
  classification: 'Classification',
  probability: 'Probability estimation',
  survival: 'Survival',
};

/**
 * The forest as the R object that ranger() would return, so that a trained model takes the very way of an imported one
 * (model/readers/ranger/ranger.ts). Names as in R/ranger.R and src/rangerCpp.cpp.
 */
export function toRangerObject(frame: Frame, data: TrainingData, trees: GrownTree[], nodeValues: NodeValues | undefined): RValue {
  const { kind, classes, features, reordered } = frame;
  const leaves = kind === 'probability' || kind === 'survival' ? trees.map((tree) => leafLists(tree)) : [];
  const forest = named(
    {
      'num.trees': integers([trees.length]),
      'child.nodeIDs': list(trees.map(({ left, right }) => list([integers(left), integers(right)]))),
      'split.varIDs': list(trees.map(({ splitVarIds }) => integers(splitVarIds))),
      'split.values': list(trees.map(({ splitValues }) => doubles(splitValues))),
      'is.ordered': { type: 'logical', values: Int32Array.from(data.ordered) },
      ...(data.classValues.length > 0 ? { 'class.values': doubles(data.classValues) } : {}),
      ...(kind === 'probability' ? { 'terminal.class.counts': list(leaves) } : {}),
      ...(kind === 'survival' ? { chf: list(leaves), 'unique.death.times': doubles(data.times) } : {}),
      ...(classes ? { levels: texts(classes) } : {}),
      'independent.variable.names': texts(features.map(({ name }) => name)),
      treetype: texts([TREE_TYPES[kind]]),
      ...(reordered ? { 'covariate.levels': list(features.map(({ levels }) => (levels ? texts(levels) : { type: 'null' }))) } : {}),
    },
    'ranger.forest',
  );
  return named({ ...(nodeValues ? { 'random.node.values': matrix(nodeValues, trees.length) } : {}), forest }, 'ranger');
}

/** What the leaves hold, a vector a node, empty where the node is no leaf; those of the leaves stand side by side already. */
function leafLists({ left, right, extras }: GrownTree): RValue {
  const nodes = left.length;
  const width = extras.length / ((nodes + 1) / 2);
  const starts = new Uint32Array(nodes + 1);
  for (let node = 0; node < nodes; node += 1) {
    const isLeaf = left[node] === 0 && right[node] === 0;
    starts[node + 1] = starts[node]! + (isLeaf ? width : 0);
  }
  return { type: 'packed', starts, values: extras };
}

function list(values: RValue[]): RValue {
  return { type: 'list', values };
}

/** A tree's nodes are not copied: a forest has hundreds of megabytes of them. */
function integers(values: ArrayLike<number>): RValue {
  const isNodes = values instanceof Uint32Array;
  return { type: 'integer', values: isNodes ? new Int32Array(values.buffer, values.byteOffset, values.length) : Int32Array.from(values) };
}

function doubles(values: Float64Array): RValue {
  return { type: 'double', values };
}

function texts(values: string[]): RValue {
  return { type: 'character', values };
}

function matrix({ rows, values }: NodeValues, columns: number): RValue {
  return { type: 'double', values, attributes: new Map([['dim', integers([rows, columns])]]) };
}

function named(values: Record<string, RValue>, className: string): RValue {
  const attributes = new Map([
    ['names', texts(Object.keys(values))],
    ['class', texts([className])],
  ]);
  return { type: 'list', values: Object.values(values), attributes };
}
