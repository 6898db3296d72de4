import { ModelError } from '../../../shared/errors.ts';
import type { Expression } from '../../../shared/expressions/expressions.ts';
import { remap } from '../../formula/remap.ts';
import { element, listOf, type RValue } from '../../rds/values.ts';
import type { Frame } from '../../steps/frame.ts';
import { recode } from '../../steps/step-values.ts';
import { treeExpression } from '../rpart/expression.ts';
import { readRpart } from '../rpart/rpart.ts';

/** Most trees of one bag. */
const MAX_TREES = 1000;

/** What ipred's bagged regression trees say of the columns of a frame: the mean of the trees, added up in their order. */
export function baggedMean(bag: RValue, frame: Frame, label: string): Expression {
  const trees = listOf(element(bag, 'mtrees'), `${label}'s mtrees`);
  if (trees.length === 0 || trees.length > MAX_TREES)
    throw new ModelError(`${label}'s mtrees`, `${trees.length} trees`, `1 to ${MAX_TREES}`);
  const sum = trees.reduce<Expression>((sum, tree, at) => {
    const value = treeOf(tree, frame, `${label}'s tree ${at + 1}`);
    return { call: '+', of: [sum, value] };
  }, 0);
  return { call: '/', of: [sum, trees.length] };
}

function treeOf(held: RValue, frame: Frame, label: string): Expression {
  const tree = element(held, 'btree');
  if (!tree) throw new ModelError(label, 'nothing', 'an rpart');
  const { schema, rpart, inputs } = readRpart(tree, label);
  if (schema.kind !== 'regression') throw new ModelError(label, `a tree of the kind ${schema.kind}`, 'one of numbers');
  const columns = schema.features.map((feature): Expression => {
    const at = `${label}, column ${feature.name}`;
    const [own, value] = [frame.column(feature.name, at), frame.value(feature.name, at)];
    return feature.type === 'factor' && 'levels' in own ? recode(value, own, feature.levels) : value;
  });
  const computed = inputs?.map((input) => remap(input, (place) => columns[place] as Expression));
  return treeExpression(rpart, computed ?? columns);
}
