import { ModelError } from '../../errors.ts';
import { type CharacterSet, hasKnownCase, isInClass, isInSet, otherCase } from './characters.ts';
import { hasPlace, isNullable, type Node, type PatternOptions, parsePattern } from './parse.ts';

/** An instruction of the automaton: a character to read, a place to be at, two ways to go on, or the end of a match. */
type Instruction =
  | { is: 'set'; set: CharacterSet }
  | { is: 'at'; place: Extract<Node, { is: 'at' }>['place'] }
  | { is: 'split'; to: [number, number] }
  | { is: 'jump'; to: number }
  | { is: 'match' };

/** Most instructions of a pattern. */
const MAX_INSTRUCTIONS = 4000;
/** How often each character may be read by each instruction, on the mean: more than once only where matches are looked for anew. */
const MOST_VISITS = 6;

/** How many steps of looking through texts are left to whoever asks: an instruction at a character is one. Below 0 there are none. */
export type StepsLeft = { left: number };

/** A pattern that can be looked for. What depends on the machine of R, or would take too long, is undefined. */
export type Pattern = {
  /** Whether a text has a match (grepl). */
  isIn(text: string, steps?: StepsLeft): boolean | undefined;
  /** How many matches it has, each the longest of those that begin first, one behind the other (gregexpr). */
  count(text: string, steps?: StepsLeft): number | undefined;
};

/** Makes a pattern of R's; `isCounted` where its matches are counted. Throws a ModelError that names what is not served. */
export function compilePattern(pattern: string, options: PatternOptions, isCounted: boolean, label: string): Pattern {
  const program: Instruction[] = [];
  const tree = parsePattern(pattern, options, label);
  if (isNullable(tree) && (isCounted || hasPlace(tree)))
    throw new ModelError(label, 'a pattern that an empty text matches', 'one of at least one character');
  emit(tree, program, label);
  program.push({ is: 'match' });
  const folds = options.ignoreCase === true && options.fixed !== true;
  return {
    isIn: (text, steps) => {
      const search = new Search(program, text, folds);
      const found = search.next(0, false);
      if (steps) steps.left -= search.taken;
      return search.isUnknown ? undefined : found !== undefined;
    },
    count: (text, steps) => {
      const search = new Search(program, text, folds);
      let count = 0;
      let from = 0;
      while (from < search.length) {
        const found = search.next(from, true);
        if (!found) break;
        count += 1;
        // R looks on behind a match, or behind the character at which an empty one was.
        from = found.end > found.start ? found.end : found.start + 1;
      }
      if (steps) steps.left -= search.taken;
      return search.isUnknown ? undefined : count;
    },
  };
}

function emit(node: Node, program: Instruction[], label: string): void {
  if (program.length > MAX_INSTRUCTIONS)
    throw new ModelError(label, 'a pattern with too many repetitions', `at most ${MAX_INSTRUCTIONS} parts`);
  switch (node.is) {
    case 'set':
    case 'at':
      program.push(node);
      return;
    case 'all':
      for (const part of node.of) emit(part, program, label);
      return;
    case 'any':
      emitAny(node.of, program, label);
      return;
    case 'repeat': {
      for (let done = 0; done < node.least; done += 1) emit(node.of, program, label);
      if (node.most === Number.POSITIVE_INFINITY) {
        const start = program.length;
        program.push({ is: 'split', to: [start + 1, start + 1] });
        emit(node.of, program, label);
        program.push({ is: 'jump', to: start });
        program[start] = { is: 'split', to: [start + 1, program.length] };
        return;
      }
      const splits: number[] = [];
      for (let done = node.least; done < node.most; done += 1) {
        splits.push(program.length);
        program.push({ is: 'match' });
        emit(node.of, program, label);
      }
      for (const at of splits) program[at] = { is: 'split', to: [at + 1, program.length] };
    }
  }
}

function emitAny(of: Node[], program: Instruction[], label: string): void {
  const jumps: number[] = [];
  of.forEach((part, at) => {
    const split = program.length;
    const isLast = at === of.length - 1;
    if (!isLast) program.push({ is: 'match' });
    emit(part, program, label);
    if (isLast) return;
    jumps.push(program.length);
    program.push({ is: 'match' });
    program[split] = { is: 'split', to: [split + 1, program.length] };
  });
  for (const at of jumps) program[at] = { is: 'jump', to: program.length };
}

/** The states that are reached at one place of the text, each with where its match began, the earliest first. */
type States = { at: Int32Array; start: Int32Array; count: number };

/** Looks through one text: all states at once (Thompson), so that no pattern takes more than its size times the text's length. */
class Search {
  isUnknown = false;
  readonly length: number;
  readonly #codes: Int32Array;
  readonly #program: readonly Instruction[];
  readonly #folds: boolean;
  readonly #seen: Int32Array;
  readonly #stack: number[] = [];
  #now: States;
  #next: States;
  #visits: number;
  #mark = 0;

  constructor(program: readonly Instruction[], text: string, folds: boolean) {
    this.#program = program;
    this.#codes = Int32Array.from(text, (char) => char.codePointAt(0)!);
    this.length = this.#codes.length;
    this.#folds = folds;
    this.#seen = new Int32Array(program.length).fill(-1);
    const states = () => ({ at: new Int32Array(program.length), start: new Int32Array(program.length), count: 0 });
    [this.#now, this.#next] = [states(), states()];
    this.#visits = this.#most();
  }

  /** The steps that it took; to make ready for a text takes one an instruction. */
  get taken(): number {
    return this.#most() - this.#visits + this.#program.length;
  }

  #most(): number {
    return MOST_VISITS * (this.length + 1) * this.#program.length;
  }

  /** The first match from a place on: the longest where `longest` says so. R begins anew there, as if no character stood before it. */
  next(from: number, longest: boolean): { start: number; end: number } | undefined {
    let found: { start: number; end: number } | undefined;
    this.#now.count = 0;
    this.#mark += 1;
    for (let place = from; place <= this.length && !this.isUnknown; place += 1) {
      if (!found) this.#add(0, place, from, place);
      const { at, start, count } = this.#now;
      this.#next.count = 0;
      // The marks of the states before this place are of no use now.
      this.#mark += 1;
      for (let state = 0; state < count && !this.isUnknown; state += 1) {
        if (found && start[state]! > found.start) break;
        this.#visits -= 1;
        const instruction = this.#program[at[state]!]!;
        if (instruction.is === 'match') {
          found = { start: start[state]!, end: place };
          if (!longest) return found;
        } else if (instruction.is === 'set' && place < this.length && this.#isIn(instruction.set, this.#codes[place]!))
          this.#step(at[state]! + 1, start[state]!, from, place + 1);
      }
      if (this.#visits < 0) this.isUnknown = true;
      [this.#now, this.#next] = [this.#next, this.#now];
      if (found && this.#now.count === 0) break;
    }
    return this.isUnknown ? undefined : found;
  }

  /** Adds a state, and those that it leads to without a character, to the states at this place. */
  #add(state: number, start: number, from: number, place: number): void {
    this.#reach(this.#now, state, start, from, place);
  }

  #step(state: number, start: number, from: number, place: number): void {
    this.#reach(this.#next, state, start, from, place);
  }

  #reach(states: States, first: number, start: number, from: number, place: number): void {
    this.#stack.push(first);
    while (this.#stack.length > 0) {
      const state = this.#stack.pop()!;
      if (this.#seen[state] === this.#mark) continue;
      this.#seen[state] = this.#mark;
      this.#visits -= 1;
      const instruction = this.#program[state]!;
      if (instruction.is === 'split') this.#stack.push(instruction.to[1], instruction.to[0]);
      else if (instruction.is === 'jump') this.#stack.push(instruction.to);
      else if (instruction.is === 'at') {
        if (this.#isAt(instruction.place, from, place)) this.#stack.push(state + 1);
      } else {
        states.at[states.count] = state;
        states.start[states.count] = start;
        states.count += 1;
      }
    }
  }

  #isAt(kind: Extract<Node, { is: 'at' }>['place'], from: number, place: number): boolean {
    if (kind === 'start') return place === 0;
    if (kind === 'end') return place === this.length;
    const [before, after] = [place > from && this.#isWord(place - 1), place < this.length && this.#isWord(place)];
    // TRE takes the text's ends for edges, whatever stands there.
    const isEnd = place === from || place === this.length;
    switch (kind) {
      case 'edge':
        return isEnd || before !== after;
      case 'inside':
        return !isEnd && before === after;
      case 'wordStart':
        return !before && after;
      case 'wordEnd':
        return before && !after;
    }
  }

  #isWord(place: number): boolean {
    const isWord = isInClass('word', this.#codes[place]!);
    this.isUnknown ||= isWord === undefined;
    return isWord === true;
  }

  #isIn(set: CharacterSet, code: number): boolean {
    const isIn = this.#folds ? this.#isInFolded(set, code) : isInSet(set, code);
    this.isUnknown ||= isIn === undefined;
    return isIn === true;
  }

  /** A set is asked for both cases of a letter, and what is not in it for neither. */
  #isInFolded({ isNegated, ...set }: CharacterSet, code: number): boolean | undefined {
    if (!hasKnownCase(code)) return undefined;
    const plain = { ...set, isNegated: false };
    const other = otherCase(code);
    const [one, two] = [isInSet(plain, code), other === undefined ? false : isInSet(plain, other)];
    if (one === undefined || two === undefined) return undefined;
    return (one || two) !== isNegated;
  }
}
