import { ModelError } from '../../../shared/errors.ts';
import { type Members, textOf } from './members.ts';

const LINE_END = 10;
const END = 'end of trees';
const PANDAS = Buffer.from('pandas_categorical:');
const NOTHING = Buffer.alloc(0);
/** Most characters of a key. */
const MAX_KEY = 100;
/** Most members of a block. A tree has about twenty, a header a dozen. */
const MAX_MEMBERS = 64;

/** The members of a tree that say what it answers, and why; the others say how it was grown. */
const OF_TREE = new Set([
  ...['num_leaves', 'num_cat', 'split_feature', 'threshold', 'decision_type', 'left_child', 'right_child', 'leaf_value', 'leaf_count'],
  ...['cat_boundaries', 'cat_threshold', 'is_linear', 'leaf_const', 'num_features', 'leaf_features', 'leaf_coeff'],
]);

/** The lines of a text model, one after another, without copies of the rest. */
class Lines {
  readonly #bytes: Buffer;
  readonly #label: string;
  #at = 0;
  #number = 0;

  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
  }

  /** Whether the text has ended. */
  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next line, its value as a view; without one it has no `=`. Undefined at the end. */
  next(): { key: string; value: Buffer | undefined } | undefined {
    const line = this.bytes();
    if (!line) return undefined;
    const equals = line.indexOf('=');
    const key = line.toString('latin1', 0, Math.min(equals < 0 ? line.length : equals, MAX_KEY));
    return { key, value: equals < 0 ? undefined : line.subarray(equals + 1) };
  }

  /** The next line as it is. Undefined at the end. */
  bytes(): Buffer | undefined {
    return this.isDone ? undefined : this.#bytes.subarray(...this.#line());
  }

  /** Where the next line starts and ends. */
  #line(): [from: number, end: number] {
    const from = this.#at;
    const found = this.#bytes.indexOf(LINE_END, from);
    let end = found < 0 ? this.#bytes.length : found;
    this.#at = end + 1;
    this.#number += 1;
    if (end > from && this.#bytes[end - 1] === 13) end -= 1;
    return [from, end];
  }

  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, line ${this.#number}`, found, expected);
  }
}

/** A model in text, in parts: its header, how many trees there were, and pandas' categories behind them (JSON). */
export type TextModel<Tree> = { header: Members; trees: Tree[]; pandas: string | undefined };

/**
 * Takes a text model apart (gbdt_model_text.cpp): a header, a block for each tree up to "end of trees", then what is for people,
 * and last the categories of a pandas data frame. `readTree` makes a tree of its members. Throws a ModelError where the text is
 * cut off.
 */
export function splitText<Tree>(
  bytes: Uint8Array,
  label: string,
  readTree: (members: Members, place: number, header: Members) => Tree,
): TextModel<Tree> {
  const lines = new Lines(bytes, label);
  const keeps = (key: string) => OF_TREE.has(key);
  const header = new Map<string, Buffer>();
  let line = lines.next();
  for (; line && line.key !== 'Tree' && line.key !== END; line = lines.next()) {
    if (line.key !== '') addMember(header, line, lines);
  }
  const trees: Tree[] = [];
  while (line?.key === 'Tree') {
    const tree = new Map<string, Buffer>();
    line = lines.next();
    for (; line?.value !== undefined && line.key !== 'Tree'; line = lines.next()) {
      if (keeps(line.key)) addMember(tree, line, lines);
    }
    trees.push(readTree(tree, trees.length, header));
    // Empty lines stand between the trees.
    while (line && line.key === '') line = lines.next();
  }
  if (line?.key !== END)
    throw lines.error(line ? JSON.stringify(line.key.slice(0, 40)) : 'the end of the text (cut off?)', JSON.stringify(END));
  return { header, trees, pandas: pandasLine(lines, label) };
}

function addMember(members: Map<string, Buffer>, { key, value }: { key: string; value: Buffer | undefined }, lines: Lines): void {
  members.set(key, value ?? NOTHING);
  if (members.size > MAX_MEMBERS) throw lines.error(`more than ${MAX_MEMBERS} members`, 'those that LightGBM writes');
}

/** What follows pandas_categorical in the lines that are left: JSON. */
function pandasLine(lines: Lines, label: string): string | undefined {
  let found: Buffer | undefined;
  for (let line = lines.bytes(); line !== undefined; line = lines.bytes()) {
    if (line.subarray(0, PANDAS.length).equals(PANDAS)) found = line.subarray(PANDAS.length);
  }
  return found && textOf(found, `${label}'s pandas_categorical`);
}
