import { ModelError } from '../../../shared/errors.ts';

/** Most categories of all columns together. */
const MAX_CATEGORIES = 1_000_000;

/**
 * The categories of a pandas data frame's columns, a list a column, in the order of their codes (python-package/lightgbm/basic.py,
 * _dump_pandas_categorical). They are used where there is a list for each feature that is split by categories, of which
 * `greatest` has the greatest code that training had; with any other number of lists, or with a code beyond a list, nobody can say whose they are
 * (columns that are ordered have lists, too, and columns of codes have none), and callers send codes. Throws a ModelError where the line is no
 * such JSON. `lists`: how many there are.
 */
export function readPandasLevels(
  json: string | undefined,
  greatest: readonly number[],
  label: string,
): { lists: number; levels: string[][] } {
  const at = `${label}'s pandas_categorical`;
  let lists: unknown;
  try {
    lists = JSON.parse(json ?? 'null');
  } catch (error) {
    throw new ModelError(at, `what is not JSON (${(error as Error).message.slice(0, 80)})`, 'lists of categories');
  }
  if (lists === null) return { lists: 0, levels: [] };
  if (!Array.isArray(lists)) throw new ModelError(at, typeof lists, 'lists of categories');
  if (lists.length !== greatest.length) return { lists: lists.length, levels: [] };
  let all = 0;
  let isRounded = false;
  lists.forEach((list: unknown, place) => {
    if (!Array.isArray(list) || list.length === 0) throw new ModelError(`${at}[${place}]`, 'another form', 'a list of categories');
    all += list.length;
    if (all > MAX_CATEGORIES) throw new ModelError(at, `more than ${MAX_CATEGORIES} categories`, 'fewer');
    if (list.some((one) => typeof one === 'object' && one !== null))
      throw new ModelError(`${at}[${place}]`, 'a category that is a list or an object', 'texts and numbers');
    isRounded ||= list.some((one) => Number.isInteger(one) && !Number.isSafeInteger(one));
  });
  const exact: unknown[][] = isRounded ? JSON.parse(json!, asWritten) : lists;
  const levels = exact.map((list, place): string[] => {
    const labels = list.map(String);
    if (new Set(labels).size !== labels.length) throw new ModelError(`${at}[${place}]`, 'a category twice', 'each once');
    return labels;
  });
  const areTheirs = levels.every((list, place) => greatest[place]! < list.length);
  return { lists: lists.length, levels: areTheirs ? levels : [] };
}

/** A whole number that a double cannot hold keeps its digits: two such labels would become one, or another's. */
function asWritten(_: string, value: unknown, { source }: { source?: string } = {}): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source) ? source : value;
}
