import { ModelError } from '../../errors.ts';
import type { Schema } from '../../schema/features.ts';
import type { Parameters } from '../../schema/parameters.ts';
import { outputWidth } from '../../schema/shape.ts';
import { classesOf, firstLargest } from '../class-answers.ts';
import { checkRpart, findNode, type Rpart } from '../rpart/predict.ts';

/** Trees of rpart whose answers are put together: ipred's bagging. */
export type Bag = {
  /** The nodes of all trees, tree by tree, as one. */
  trees: Rpart;
  /** Where each tree starts. */
  roots: Uint32Array;
  /** For each node the sum of the training responses that ended there, or of each class how many did. */
  sums: Float64Array;
  /** Of numbers: how many training rows ended at each node. */
  sizes: Float64Array;
  /** False where a tree has no shares of all classes, so that R cannot average them. */
  hasShares: boolean;
};

/** How the trees' answers are put together: ipred's argument. */
type Aggregation = NonNullable<Parameters['aggregation']>;

/** R's default. */
export function aggregationOf({ kind }: Pick<Schema, 'kind'>, { aggregation }: Pick<Parameters, 'aggregation'>): Aggregation {
  return aggregation ?? (kind === 'regression' ? 'average' : 'majority');
}

/** A bag's answers, row by row (ipred, predict.regbagg and predict.classbagg). Of a tie between classes the first is taken, where R draws one. */
export function predictBag(schema: Schema, bag: Bag, rows: Float64Array, parameters: Parameters): Float64Array {
  const inputs = schema.features.length;
  const by = aggregationOf(schema, parameters);
  const count = rows.length / inputs;
  if (schema.kind === 'regression') return Float64Array.from({ length: count }, (_, row) => numberOf(bag, rows, row * inputs, inputs, by));
  const width = schema.classes!.length;
  const shares = new Float64Array(count * width);
  for (let row = 0; row < count; row += 1) {
    const own = shares.subarray(row * width, (row + 1) * width);
    addClasses(bag, rows, row * inputs, inputs, by, own);
    const total = by === 'average' ? bag.roots.length : own.reduce((sum, share) => sum + share, 0);
    // Classes are compared before R divides.
    if (parameters.type === 'prob') for (let at = 0; at < width; at += 1) own[at] = own[at]! / total;
  }
  return parameters.type === 'prob' ? shares : classesOf(shares, width, firstLargest);
}

function numberOf({ trees, roots, sums, sizes }: Bag, rows: Float64Array, at: number, inputs: number, by: Aggregation): number {
  if (isEmpty(rows, at, inputs)) return Number.NaN;
  let [sum, count] = [0, 0];
  for (const root of roots) {
    const node = findNode(trees, rows, at, root);
    sum += by === 'weighted' ? sums[node]! : trees.values[node]!;
    count += by === 'weighted' ? sizes[node]! : 1;
  }
  return sum / count;
}

function addClasses(bag: Bag, rows: Float64Array, at: number, inputs: number, by: Aggregation, out: Float64Array): void {
  const { trees, roots, sums, hasShares } = bag;
  if (isEmpty(rows, at, inputs) || (by === 'average' && !hasShares)) {
    out.fill(Number.NaN);
    return;
  }
  const numbers = by === 'weighted' ? sums : trees.values;
  for (const root of roots) {
    const node = findNode(trees, rows, at, root);
    if (by === 'majority') out[trees.places![node]!] = out[trees.places![node]!]! + 1;
    else for (let k = 0; k < out.length; k += 1) out[k] = out[k]! + numbers[node * out.length + k]!;
  }
}

/** Whether a row lacks all its values: R's predict() leaves it out. */
function isEmpty(rows: Float64Array, at: number, inputs: number): boolean {
  for (let input = 0; input < inputs; input += 1) if (!Number.isNaN(rows[at + input]!)) return false;
  return true;
}

/** Why a row has no answer. */
export function emptyOf(schema: Schema, { hasShares }: Bag, row: Float64Array, parameters: Parameters): string | undefined {
  if (isEmpty(row, 0, row.length)) return "it lacks all its values, and R's predict() leaves it out; expected one at least";
  if (!hasShares && aggregationOf(schema, parameters) === 'average')
    return 'found aggregation "average", but a tree has no shares of all classes, and R\'s predict() fails; expected "majority" or "weighted"';
  return undefined;
}

/** The schema of the trees. */
export function treeSchema(schema: Schema): Schema {
  return schema.kind === 'regression'
    ? { ...schema, types: ['vector'], takes: [] }
    : { ...schema, kind: 'probability', types: ['prob', 'class'], takes: [] };
}

/** Checks a bag from a file, so that predictBag needs no check. Throws a ModelError that names what is wrong. */
export function checkBag(schema: Schema, { trees, roots, sums, sizes, hasShares }: Bag, label: string): void {
  const fail = (found: string, expected: string) => new ModelError(`${label}'s bag`, found, expected);
  if (schema.kind !== 'regression' && schema.kind !== 'classification')
    throw fail(`the kind ${schema.kind}`, 'regression or classification');
  checkRpart(treeSchema(schema), trees, label);
  const nodes = trees.left.length;
  if (roots.length === 0 || !roots.every((root) => root < nodes)) throw fail('other roots', `trees that start below ${nodes}`);
  const width = outputWidth(treeSchema(schema), { type: schema.kind === 'regression' ? 'vector' : 'prob' });
  if (sums.length !== nodes * width || !sums.every(Number.isFinite)) throw fail(`${sums.length} sums`, `${nodes * width} finite ones`);
  const isCount = (size: number) => Number.isInteger(size) && size >= 0;
  if (sizes.length !== (schema.kind === 'regression' ? nodes : 0) || !sizes.every(isCount))
    throw fail(`${sizes.length} sizes`, 'a count for each node');
  if (typeof hasShares !== 'boolean') throw fail('another flag', 'true or false');
}
