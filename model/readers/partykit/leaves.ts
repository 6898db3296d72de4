import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, classOf, element, levelsOf, numbersOf, type RValue } from '../../rds/values.ts';
import { longSumOf } from '../long-sum.ts';

/** What the leaves answer, by their ids: a number, or a share for each class; undefined for one without training rows. */
export type Leaves = { classes: string[] | undefined; answersOf: (id: number) => Float64Array | undefined };

/**
 * The answers of a tree's leaves by the responses and weights of the training rows in them (partykit, predict_party.constparty): the
 * weighted mean, or the weights of each class in all of them. Throws a ModelError for a response that has neither.
 */
export function readLeaves(value: RValue, label: string): Leaves {
  const fitted = element(value, 'fitted');
  const [ids, given, weights] = ['(fitted)', '(response)', '(weights)'].map((name) => fitted && element(fitted, name));
  if (!fitted || !ids || !given)
    throw new ModelError(`${label}'s fitted`, 'no responses of training', 'the leaf and the response of each row');
  const [kind = ''] = classOf(given);
  const isFactor = kind === 'factor' || kind === 'ordered';
  if ((!isFactor && kind !== '' && kind !== 'AsIs') || (given.type !== 'double' && given.type !== 'integer')) {
    const what =
      kind === 'Surv' ? 'survival times' : kind === 'data.frame' ? 'several responses' : `a response of the class ${kind || given.type}`;
    throw new ModelError(label, what, 'a tree of numbers or of classes');
  }
  const leaf = numbersOf(ids, `${label}'s leaves of rows`);
  const response = numbersOf(given, `${label}'s fitted`);
  const weight = weights ? numbersOf(weights, `${label}'s weights`) : new Float64Array(leaf.length).fill(1);
  if (response.length !== leaf.length || weight.length !== leaf.length)
    throw new ModelError(`${label}'s fitted`, `${leaf.length}, ${response.length} and ${weight.length} rows`, 'as many of each');
  const rows = new Map<number, number[]>();
  for (const [row, id] of leaf.entries()) {
    const known = rows.get(id);
    if (known) known.push(row);
    else rows.set(id, [row]);
  }
  const levels = isFactor ? levelsOf(attributesOf(given).get('levels'), `${label}'s classes`) : undefined;
  const classes = levels?.map((level) => level ?? 'NA');
  // For the leaves that the tree has alone: for each id that a row names they would be far more than the file has.
  const computed = (id: number) => {
    const own = rows.get(id);
    if (!own) return undefined;
    const known = isFactor ? own : own.filter((row) => !Number.isNaN(response[row]!));
    const sum = longSumOf(known.map((row) => weight[row]!));
    if (!classes) return Float64Array.of(longSumOf(known.map((row) => response[row]! * weight[row]!)) / sum);
    const parts = new Map<number, number[]>();
    for (const row of known) {
      const part = parts.get(response[row]!);
      if (part) part.push(weight[row]!);
      else parts.set(response[row]!, [weight[row]!]);
    }
    return Float64Array.from(classes, (_, at) => longSumOf(parts.get(at + 1) ?? []) / sum);
  };
  const answers = new Map<number, Float64Array | undefined>();
  // Once for each id: a file may give many leaves the same.
  const answersOf = (id: number) => {
    if (!answers.has(id)) answers.set(id, computed(id));
    return answers.get(id);
  };
  return { classes, answersOf };
}
