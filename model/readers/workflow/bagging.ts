import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { remap } from '../../formula/remap.ts';
import { element, listOf, type RValue } from '../../rds/values.ts';
import type { Frame } from '../../steps/frame.ts';
import { factorLevels, recode } from '../../steps/step-values.ts';
import { treeExpression } from '../rpart/expression.ts';
import { readRpart } from '../rpart/rpart.ts';
import { sumInOrder } from './sum.ts';

/** Most trees of one bag. */
const MAX_TREES = 1000;

/** What ipred's bagged regression trees say of the columns of a frame: the mean of the trees, added up in their order. */
export function baggedMean(bag: RValue, frame: Frame, label: string): Expression {
  const trees = treesOf(bag, label);
  const sum = sumInOrder(
    trees.map((tree, at) => treeOf(tree, frame, `${label}'s tree ${at + 1}`)),
    frame,
    label,
  );
  return { call: '/', of: [sum, trees.length] };
}

/** The votes of ipred's bagged classification trees: for each of the classes how many trees are for it, as digits of one number. */
export type Votes = { classes: string[]; base: number; digits: Expression };

/** What ipred's bagged classification trees say of the columns of a frame. */
export function baggedVotes(bag: RValue, frame: Frame, label: string): Votes {
  const trees = treesOf(bag, label);
  const base = trees.length + 1;
  const classes = factorLevels(element(bag, 'y'), `${label}'s y`);
  if (base ** classes.length > Number.MAX_SAFE_INTEGER)
    throw new ModelError(label, `${trees.length} trees of ${classes.length} classes`, 'fewer classes, or fewer trees');
  const digits = sumInOrder(
    trees.map((tree, at) => treeOf(tree, frame, `${label}'s tree ${at + 1}`, { classes, base })),
    frame,
    label,
  );
  return { classes, base, digits };
}

/** The place of the class with the most votes, from 1: the first of several, where R draws one. `digits` are the votes. */
export function mostVoted({ classes, base }: Votes, digits: Expression): Expression {
  const votes = classes.map(
    (_, at): Expression => ({ call: '%%', of: [{ call: 'floor', of: [{ call: '/', of: [digits, base ** at] }] }, base] }),
  );
  const most = votes.reduce((all, one) => ({ call: 'pmax', of: [all, one] }));
  return { call: 'case_when', of: votes.flatMap((vote, at): Expression[] => [{ call: '>=', of: [vote, most] }, at + 1]) };
}

function treesOf(bag: RValue, label: string): RValue[] {
  const trees = listOf(element(bag, 'mtrees'), `${label}'s mtrees`);
  if (trees.length === 0 || trees.length > MAX_TREES)
    throw new ModelError(`${label}'s mtrees`, `${trees.length} trees`, `1 to ${MAX_TREES}`);
  return trees;
}

function treeOf(held: RValue, frame: Frame, label: string, votes?: Pick<Votes, 'classes' | 'base'>): Expression {
  const tree = element(held, 'btree');
  if (!tree) throw new ModelError(label, 'nothing', 'an rpart');
  const { schema, rpart, inputs } = readRpart(tree, label, votes !== undefined);
  const kind = votes ? 'probability' : 'regression';
  if (schema.kind !== kind) throw new ModelError(label, `a tree of the kind ${schema.kind}`, `one of ${votes ? 'classes' : 'numbers'}`);
  const columns = schema.features.map((feature): Expression => {
    const at = `${label}, column ${feature.name}`;
    const [column, value] = [frame.column(feature.name, at), frame.value(feature.name, at)];
    return feature.type === 'factor' && 'levels' in column ? recode(value, column, feature.levels) : value;
  });
  const computed = inputs?.map((input) => remap(input, (place) => columns[place] as Expression));
  if (!votes) return treeExpression(rpart, computed ?? columns);
  const digitOf = (place: number) => votes.base ** votes.classes.indexOf(schema.classes?.[place] ?? '');
  const values = Float64Array.from(rpart.places ?? [], digitOf);
  if (values.some((value) => value < 1)) throw new ModelError(label, 'other classes', votes.classes.join(', '));
  return treeExpression({ ...rpart, values, width: 1 }, computed ?? columns);
}
