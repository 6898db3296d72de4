import type { Rpart } from '../../../shared/bodies/rpart/predict.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';

/**
 * A tree of numbers as an expression, for a step that needs one: each node asks its splits one after the other until one of them has a
 * value, and then the majority; where all of that says nothing the answer is the node's. `inputs` are what the tree splits.
 */
export function treeExpression(tree: Rpart, inputs: readonly Expression[], node = 0): Expression {
  const value = tree.values[node * tree.width]!;
  if (tree.left[node] === 0) return value;
  const from = tree.first[node]!;
  const directions = Array.from({ length: tree.splits[node]! }, (_, at) => directionOf(tree, from + at, inputs));
  const majority = tree.majority[node]!;
  if (majority !== 0) directions.push(majority === 1 ? 1 : 0);
  const [left, right] = [tree.left[node]!, tree.right[node]!].map((child) => treeExpression(tree, inputs, child)) as [
    Expression,
    Expression,
  ];
  return { call: 'if_else', of: [{ call: 'coalesce', of: directions }, left, right, value] };
}

/** 1 where a split sends a row to the left, 0 to the right, none where its value is missing. */
function directionOf({ input, categories, threshold, directions }: Rpart, split: number, inputs: readonly Expression[]): Expression {
  const value = inputs[input[split]!] as Expression;
  const [kind, bound] = [categories[split]!, threshold[split]!];
  if (kind < 2) return { call: kind === 0 ? '<' : '>=', of: [value, bound] };
  const values = Array.from(directions.subarray(bound, bound + kind), (one) => (one === 0 ? null : one === 1 ? 1 : 0));
  return { pick: value, values, missing: null, beyond: null };
}
