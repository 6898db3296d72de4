import { ModelError } from '../../errors.ts';
import { type CharacterSet, CLASSES, type ClassName } from './characters.ts';

/** A regular expression as a tree. */
export type Node =
  | { is: 'set'; set: CharacterSet }
  | { is: 'at'; place: 'start' | 'end' | 'edge' | 'inside' | 'wordStart' | 'wordEnd' }
  | { is: 'all' | 'any'; of: Node[] }
  | { is: 'repeat'; of: Node; least: number; most: number };

/** How R's grepl() and gregexpr() are called. */
export type PatternOptions = { fixed?: boolean; ignoreCase?: boolean };

/** Longest pattern, deepest nesting of groups, and most repetitions of a part. */
const MAX_LENGTH = 1000;
const MAX_DEPTH = 50;
const MAX_REPEATS = 255;

const PLACES: Record<string, Extract<Node, { is: 'at' }>['place']> = { b: 'edge', B: 'inside', '<': 'wordStart', '>': 'wordEnd' };
const CONTROLS: Record<string, number> = { t: 9, n: 10, r: 13, f: 12 };
const WORDS: Record<string, ClassName> = { d: 'digit', w: 'word', s: 'space' };

/**
 * Reads a regular expression of R (extended, as its library TRE has it): characters, sets and classes, groups, alternatives, repetitions,
 * anchors and edges of words. What makes matching costly, or what PCRE alone has, is refused by name. Throws a ModelError.
 */
export function parsePattern(pattern: string, { fixed = false }: PatternOptions, label: string): Node {
  const parser = new Parser(pattern, label);
  return fixed ? parser.literal() : parser.whole();
}

class Parser {
  readonly #codes: number[];
  readonly #label: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, label: string) {
    this.#codes = Array.from(pattern, (char) => char.codePointAt(0)!);
    this.#label = label;
    if (this.#codes.length > MAX_LENGTH) throw this.#fail(`${this.#codes.length} characters`, `at most ${MAX_LENGTH}`);
  }

  literal(): Node {
    return { is: 'all', of: this.#codes.map(one) };
  }

  whole(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#codes.length) throw this.#fail('a ) without its (', 'one for each (');
    return node;
  }

  #alternatives(): Node {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#fail('groups nested too deep', `at most ${MAX_DEPTH} deep`);
    const of = [this.#sequence()];
    while (this.#take('|')) of.push(this.#sequence());
    this.#depth -= 1;
    return of.length === 1 ? (of[0] as Node) : { is: 'any', of };
  }

  #sequence(): Node {
    const of: Node[] = [];
    while (this.#at < this.#codes.length && !this.#isNext('|') && !this.#isNext(')')) of.push(this.#repeated(this.#atom()));
    // Elsewhere TRE has answers of its own.
    const wrong = of.find((part, at) => (hasPlace(part, 'start') && at > 0) || (hasPlace(part, 'end') && at < of.length - 1));
    if (wrong) throw this.#fail('^ or $ inside of a pattern', '^ at its beginning, $ at its end');
    return { is: 'all', of };
  }

  #repeated(of: Node): Node {
    const char = this.#peek();
    const bounds =
      char === '{' ? this.#bounds() : { '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] }[char];
    if (!bounds) return of;
    if (char !== '{') this.#at += 1;
    if (hasPlace(of)) throw this.#fail('a repetition of an anchor', 'one of characters or groups of them');
    if ('*+?{'.includes(this.#peek() || ' ')) throw this.#fail('a repetition of a repetition, or a lazy one', 'one of *, +, ?, {m,n}');
    const [least, most] = bounds as [number, number];
    const isCopied = least > 1 || (most > 1 && most !== Number.POSITIVE_INFINITY);
    // A fault of TRE: its copies of a negated class are other ones, and so are those of a repetition.
    if (isCopied && !isCopyable(of))
      throw this.#fail('{m,n} of a negated class or of another {m,n}', 'a repetition of characters, sets and groups of them');
    return { is: 'repeat', of, least, most };
  }

  /** {3}, {3,}, {3,5}. */
  #bounds(): [number, number] {
    const end = this.#codes.indexOf(125, this.#at);
    const text = end < 0 ? '' : String.fromCodePoint(...this.#codes.slice(this.#at + 1, end));
    const [, from = '', comma, to = ''] = /^(\d{1,3})(,?)(\d{0,3})$/.exec(text) ?? [];
    const isBounds = from !== '';
    const least = Number(from);
    const most = to !== '' ? Number(to) : comma ? Number.POSITIVE_INFINITY : least;
    const isFit = isBounds && least <= most && least <= MAX_REPEATS && (most <= MAX_REPEATS || most === Number.POSITIVE_INFINITY);
    if (!isFit) throw this.#fail(`the repetition {${text}}`, `{m,n} of numbers up to ${MAX_REPEATS}`);
    this.#at = end + 1;
    return [least, most];
  }

  #atom(): Node {
    const char = this.#peek();
    this.#at += 1;
    switch (char) {
      case '(': {
        if (this.#isNext('?')) throw this.#fail('a group that begins with (?', 'a plain group');
        const node = this.#alternatives();
        if (!this.#take(')')) throw this.#fail('a ( without its )', 'one for each (');
        return node;
      }
      case '[':
        return { is: 'set', set: this.#set() };
      case '.':
        return { is: 'set', set: { isNegated: true, ranges: [], classes: [] } };
      case '^':
        return { is: 'at', place: 'start' };
      case '$':
        return { is: 'at', place: 'end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
      case '{':
        throw this.#fail(`${char} at the beginning`, 'what is repeated before it');
      default:
        return one(this.#codes[this.#at - 1] as number);
    }
  }

  #escape(): Node {
    const char = this.#peek();
    this.#at += 1;
    const place = PLACES[char];
    if (place) return { is: 'at', place };
    const control = CONTROLS[char];
    if (control !== undefined) return one(control);
    const name = WORDS[char.toLowerCase()];
    if (name) return { is: 'set', set: { isNegated: char !== char.toLowerCase(), ranges: [], classes: [name] } };
    if (/^[0-9]$/.test(char)) throw this.#fail(`\\${char}, a reference to a group`, 'a pattern without it');
    if (char === '' || /^[A-Za-z]$/.test(char)) throw this.#fail(`the escape \\${char}`, '\\d, \\w, \\s, \\b and escaped signs');
    return one(this.#codes[this.#at - 1] as number);
  }

  /** A set in brackets, in which a backslash is a character as any other. */
  #set(): CharacterSet {
    const set: CharacterSet = { isNegated: this.#take('^'), ranges: [], classes: [] };
    for (let isFirst = true; isFirst || !this.#isNext(']'); isFirst = false) {
      const low = this.#codes[this.#at];
      if (low === undefined) throw this.#fail('a [ without its ]', 'one for each [');
      this.#at += 1;
      if (low === 91 && /^[.:=]$/.test(this.#peek())) {
        set.classes.push(this.#className());
        continue;
      }
      const isRange = this.#isNext('-') && this.#codes[this.#at + 1] !== undefined && this.#codes[this.#at + 1] !== 93;
      const high = isRange ? (this.#codes[this.#at + 1] as number) : low;
      if (isRange) this.#at += 2;
      if (high < low || (isRange && high === 91)) throw this.#fail('a range whose end is before its start', 'a range such as a-z');
      set.ranges.push([low, high]);
    }
    this.#at += 1;
    return set;
  }

  /** [:alpha:], behind its first bracket. */
  #className(): ClassName {
    const end = this.#codes.indexOf(93, this.#at);
    const text = String.fromCodePoint(...this.#codes.slice(this.#at, Math.max(this.#at, end)));
    const name = /^:([a-z]+):$/.exec(text)?.[1];
    if (name === undefined || name === 'word' || !Object.hasOwn(CLASSES, name)) throw this.#fail(`[${text}]`, 'a class such as [:alpha:]');
    this.#at = end + 1;
    return name as ClassName;
  }

  #peek(): string {
    const code = this.#codes[this.#at];
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #isNext(char: string): boolean {
    return this.#peek() === char;
  }

  #take(char: string): boolean {
    if (!this.#isNext(char)) return false;
    this.#at += 1;
    return true;
  }

  #fail(found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, character ${this.#at + 1}`, found, expected);
  }
}

/** Whether an anchor, or one of this kind, is a part of a tree. */
export function hasPlace(node: Node, place?: Extract<Node, { is: 'at' }>['place']): boolean {
  if (node.is === 'set') return false;
  if (node.is === 'at') return place === undefined || node.place === place;
  return node.is === 'repeat' ? hasPlace(node.of, place) : node.of.some((part) => hasPlace(part, place));
}

/** Whether an empty text has a match, whatever anchors say. */
export function isNullable(node: Node): boolean {
  switch (node.is) {
    case 'set':
      return false;
    case 'at':
      return true;
    case 'all':
      return node.of.every(isNullable);
    case 'any':
      return node.of.some(isNullable);
    case 'repeat':
      return node.least === 0 || isNullable(node.of);
  }
}

function isCopyable(node: Node): boolean {
  switch (node.is) {
    case 'set':
      return !(node.set.isNegated && node.set.classes.length > 0);
    case 'repeat':
      return isCopyable(node.of) && node.least < 2 && (node.most < 2 || node.most === Number.POSITIVE_INFINITY);
    case 'at':
      return false;
    default:
      return node.of.every(isCopyable);
  }
}

function one(code: number): Node {
  return { is: 'set', set: { isNegated: false, ranges: [[code, code]], classes: [] } };
}
