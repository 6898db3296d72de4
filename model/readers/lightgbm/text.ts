import { ModelError } from '../../../shared/errors.ts';

const LINE_END = 10;
const END = 'end of trees';
const PANDAS = 'pandas_categorical:';
/** Most bytes of one line that is read: the widest is a list of thresholds, or of the names of all features. */
const MAX_LINE = 2 ** 28;
/** Most members of a block. A tree has about twenty, a header a dozen. */
const MAX_MEMBERS = 64;

/** `key=value` lines by their keys; a line without a value has the empty text. */
export type Members = ReadonlyMap<string, string>;

/** The members of a tree that say what it answers; the others say how it was grown. */
const OF_TREE = new Set([
  ...['num_leaves', 'num_cat', 'split_feature', 'threshold', 'decision_type', 'left_child', 'right_child', 'leaf_value'],
  ...['cat_boundaries', 'cat_threshold', 'is_linear', 'leaf_const', 'num_features', 'leaf_features', 'leaf_coeff'],
]);

/** The lines of a text model, one after another, without copies of the rest. */
class Lines {
  readonly #bytes: Buffer;
  readonly #thing: string;
  #at = 0;
  #number = 0;

  constructor(bytes: Uint8Array, thing: string) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#thing = thing;
  }

  /** Whether the text has ended. */
  get isDone(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** The next line; `keeps` says by its key whether its value is wanted, and else it is empty. Undefined at the end. */
  next(keeps: (key: string) => boolean = () => true): { key: string; value: string | undefined } | undefined {
    if (this.isDone) return undefined;
    const [from, end] = this.#line();
    const equals = this.#bytes.subarray(from, end).indexOf('=');
    if (equals < 0) return { key: this.#bytes.toString('utf8', from, end), value: undefined };
    const key = this.#bytes.toString('latin1', from, from + Math.min(equals, 100));
    return { key, value: keeps(key) ? this.#bytes.toString('utf8', from + equals + 1, end) : '' };
  }

  /** The next line as it is. Undefined at the end. */
  text(): string | undefined {
    return this.isDone ? undefined : this.#bytes.toString('utf8', ...this.#line());
  }

  /** Where the next line starts and ends. */
  #line(): [from: number, end: number] {
    const from = this.#at;
    const found = this.#bytes.indexOf(LINE_END, from);
    let end = found < 0 ? this.#bytes.length : found;
    this.#at = end + 1;
    this.#number += 1;
    if (end > from && this.#bytes[end - 1] === 13) end -= 1;
    if (end - from > MAX_LINE) throw this.error(`a line of ${end - from} bytes`, `at most ${MAX_LINE}`);
    return [from, end];
  }

  error(found: string, expected: string): ModelError {
    return new ModelError(`${this.#thing}, line ${this.#number}`, found, expected);
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
  thing: string,
  readTree: (members: Members, place: number, header: Members) => Tree,
): TextModel<Tree> {
  const lines = new Lines(bytes, thing);
  const keeps = (key: string) => OF_TREE.has(key);
  const header = new Map<string, string>();
  let line = lines.next();
  for (; line && line.key !== 'Tree' && line.key !== END; line = lines.next()) {
    if (line.key !== '') addMember(header, line, lines);
  }
  const trees: Tree[] = [];
  while (line?.key === 'Tree') {
    const tree = new Map<string, string>();
    line = lines.next(keeps);
    for (; line?.value !== undefined && line.key !== 'Tree'; line = lines.next(keeps)) {
      if (keeps(line.key)) addMember(tree, line, lines);
    }
    trees.push(readTree(tree, trees.length, header));
    // Empty lines stand between the trees.
    while (line && line.key === '') line = lines.next(keeps);
  }
  if (line?.key !== END)
    throw lines.error(line ? JSON.stringify(line.key.slice(0, 40)) : 'the end of the text (cut off?)', JSON.stringify(END));
  return { header, trees, pandas: pandasLine(lines) };
}

function addMember(members: Map<string, string>, { key, value = '' }: { key: string; value: string | undefined }, lines: Lines): void {
  members.set(key, value);
  if (members.size > MAX_MEMBERS) throw lines.error(`more than ${MAX_MEMBERS} members`, 'those that LightGBM writes');
}

/** What follows pandas_categorical in the lines that are left: JSON. */
function pandasLine(lines: Lines): string | undefined {
  let found: string | undefined;
  for (let text = lines.text(); text !== undefined; text = lines.text()) {
    if (text.startsWith(PANDAS)) found = text.slice(PANDAS.length);
  }
  return found;
}

const INTEGER = /^-?\d{1,10}$/;
const DOUBLE = /^[-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d{1,4})?|inf|nan)$/;

/** The whole numbers of a member, so many of them, each from `least` to 2^32 - 1. Throws a ModelError. */
export function integersIn(members: Members, key: string, count: number, thing: string, least = 0): number[] {
  return tokensIn(members, key, count, thing).map((token) => {
    const number = Number(token);
    if (INTEGER.test(token) && number >= least && number < 2 ** 32) return number;
    throw new ModelError(`${thing}'s ${key}`, JSON.stringify(token.slice(0, 40)), `a whole number from ${least} on`);
  });
}

/** The doubles of a member, so many of them, rounded as strtod() does. Throws a ModelError. */
export function doublesIn(members: Members, key: string, count: number, thing: string): Float64Array {
  return Float64Array.from(tokensIn(members, key, count, thing), (token) => {
    if (!DOUBLE.test(token)) throw new ModelError(`${thing}'s ${key}`, JSON.stringify(token.slice(0, 40)), 'a number');
    if (token.endsWith('nan')) return Number.NaN;
    return token.endsWith('inf') ? (token.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number(token);
  });
}

/** A whole number that a member is alone; `missing` where there is none. */
export function integerIn(members: Members, key: string, thing: string, missing?: number): number {
  if (!members.has(key) && missing !== undefined) return missing;
  return integersIn(members, key, 1, thing)[0]!;
}

function tokensIn(members: Members, key: string, count: number, thing: string): string[] {
  const text = members.get(key);
  if (text === undefined) throw new ModelError(thing, `no ${key}`, 'a model as LightGBM saves it');
  const found = countTokens(text);
  if (found === count) return count === 0 ? [] : text.trim().split(/ +/);
  throw new ModelError(`${thing}'s ${key}`, `${found} values`, String(count));
}

/** How many words with blanks between them a text has. Counted before they are cut: each takes many times its characters. */
export function countTokens(text: string): number {
  const line = text.trim();
  let count = line === '' ? 0 : 1;
  for (let at = line.indexOf(' '); at !== -1; at = line.indexOf(' ', at + 1)) if (line.charCodeAt(at + 1) !== 0x20) count += 1;
  return count;
}
