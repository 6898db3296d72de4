import { ModelError } from '../../../shared/errors.ts';
import { attributesOf, element, listOf, numbersOf, type RValue } from '../../rds/values.ts';

/**
 * A forest of ranger before 0.11.5 in today's form. Its variables were counted with the response among them (at
 * `dependent.varID`, and for survival the status at `status.varID`): numbers above these are less by 1 for each, compared
 * as they stand in the file (ranger's convert.pre.xy). `features` is the number of features.
 */
export function convertOldForest(forest: RValue, features: number, label: string): RValue {
  const dependent = element(forest, 'dependent.varID');
  if (!dependent) return forest;
  const status = element(forest, 'status.varID');
  const responses = [dependent, ...(status ? [status] : [])].map((id) => Number(numbersOf(id, `${label}'s dependent.varID`)[0]));
  const variables = listOf(element(forest, 'split.varIDs'), `${label}'s split.varIDs`).map((given, tree): RValue => {
    const ids = numbersOf(given, `${label}, tree ${tree + 1}'s split.varIDs`);
    return { type: 'double', values: Float64Array.from(ids, (id) => id - responses.filter((response) => id > response).length) };
  });
  const ordered = orderedOf(numbersOf(element(forest, 'is.ordered'), `${label}'s is.ordered`), responses, features, label);
  return withElements(forest, {
    'split.varIDs': { type: 'list', values: variables },
    'is.ordered': { type: 'logical', values: ordered },
  });
}

/** Which features are ordered, without the response's entries. */
function orderedOf(flags: ArrayLike<number>, responses: number[], features: number, label: string): Int32Array {
  const all = Int32Array.from(flags);
  if (all.length === features) return all;
  const kept = all.filter((_, at) => !responses.includes(at));
  // ranger's conversion leaves the response's entries in, so that flags meet the wrong features where they differ.
  const moved = kept.some((flag, at) => flag !== all[at]);
  if (moved) {
    throw new ModelError(
      label,
      "a forest of ranger before 0.11.5 with unordered factors, which today's predict() takes for others",
      'one grown by 0.11.5 or newer: grow it again',
    );
  }
  return kept;
}

/** A named list with other elements in place of some of them. */
function withElements(value: RValue, changes: Record<string, RValue>): RValue {
  const names = attributesOf(value).get('names');
  if (value.type !== 'list' || names?.type !== 'character') return value;
  const values = value.values.map((before, at) => changes[names.values[at] ?? ''] ?? before);
  return { ...value, values };
}
