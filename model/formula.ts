import { ModelError } from '../shared/errors.ts';
import { type Expression, printed } from '../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../shared/expressions/functions.ts';
import type { Feature, Level } from '../shared/features.ts';
import { cutLabels } from './cut.ts';
import { deparse } from './deparse.ts';
import { attributesOf, element, NA_INTEGER, type RValue } from './r-values.ts';
import type { Variable } from './terms.ts';

type Call = Extract<RValue, { type: 'pairlist' | 'language' }>;

/** Functions that give back what they are given, as far as a row is concerned. */
const WRAPPERS = ['(', 'I', 'identity', 'as.numeric', 'as.double', 'as.vector', 'offset'];
/** Functions that make a factor of what they are given, without changing its labels. */
const FACTORS = ['addNA', 'factor', 'as.factor', 'ordered', 'as.ordered', 'relevel', 'droplevels', 'C', 'as.character', '(', 'I'];
/** R's names of its own numbers; a feature of that name would hide them, but then it stands alone somewhere too. */
const CONSTANTS: Record<string, number> = { pi: Math.PI, T: 1, F: 0 };
const MAX_DEPTH = 100;
/** Most numbers or texts of one constant. */
const MAX_CONSTANTS = 2 ** 20;
/** Most breaks of one cut(). */
const MAX_BREAKS = 100_001;
/** Most columns one variable of a formula makes. */
const MAX_DEGREE = 100;

/**
 * Turns the variables of a formula into expressions of a row's features, and tells what those features are. Only what gives
 * each row an answer of its own is taken; all else is refused by name.
 */
export class FormulaReader {
  readonly #thing: string;
  readonly #places = new Map<string, number>();
  readonly #features: Feature[] = [];
  /** Features whose class in R is told: they stand alone in the formula. */
  readonly #bare = new Set<string>();
  #depth = 0;

  /** `variables` are those of the whole formula; `levels` the levels of its factors by variable. */
  constructor(variables: Variable[], levels: Map<string, Level[]>, thing: string) {
    this.#thing = thing;
    for (const { name, value, kind } of variables) {
      if (value.type === 'symbol') this.#declare(value.name, kind, levels.get(name));
      else this.#declareLabels(value, kind, levels.get(name));
    }
  }

  /** The features, in the order in which the formula names them. */
  get features(): Feature[] {
    return this.#features;
  }

  /** The columns a numeric variable makes: one, or as many as poly() and the like make. */
  columns({ value }: Variable): Expression[] {
    if (value.type !== 'language') return [this.number(value)];
    const { name, args } = this.#call(value);
    if (name === 'poly') return this.#poly(value, args);
    if (name === 'scale') return [this.#scale(value, args)];
    if ((name === 'I' || name === '(') && args[0]?.value.type === 'language') return this.columns({ value: args[0].value } as Variable);
    return [this.number(value)];
  }

  /** A factor's or logical's place among its levels, from 1. */
  category(variable: Variable, levels: Level[] | undefined): Expression {
    if (variable.kind === 'logical') {
      return { call: '+', of: [{ call: 'logical', of: [this.number(variable.value)] }, 1] };
    }
    if (!levels) throw this.#fail(variable.value, 'a factor without its levels', 'xlevels for it');
    return this.#labelled(variable.value, levels);
  }

  /** A numeric expression. */
  number(value: RValue): Expression {
    switch (value.type) {
      case 'symbol':
        return this.#symbol(value.name);
      case 'integer':
      case 'logical':
      case 'double':
        return this.#constant(value);
      case 'language':
        break;
      default:
        throw this.#fail(value, 'that', 'numbers, features and functions of them');
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ModelError(this.#thing, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
    const made = this.#numberCall(value);
    this.#depth -= 1;
    return made;
  }

  #numberCall(value: Call): Expression {
    const { name, args } = this.#call(value);
    const first = args[0]?.value;
    const isPlain = args.every(({ tag }) => tag === undefined);
    if (first && WRAPPERS.includes(name) && args.length === 1) {
      const isCode = (name === 'as.numeric' || name === 'as.double') && first.type === 'symbol';
      return isCode ? this.#code(value, first.name) : this.number(first);
    }
    if (name === 'as.integer' && args.length === 1 && first) {
      return first.type === 'symbol' && this.#featureOf(first.name)?.type === 'factor'
        ? this.#code(value, first.name)
        : { call: 'trunc', of: [this.number(first)] };
    }
    if (name === 'as.logical' && args.length === 1 && first) return { call: 'logical', of: [this.number(first)] };
    if (name === 'log' || name === 'ifelse')
      return { call: name, of: this.#ordered(value, args, name === 'log' ? ['x', 'base'] : ['test', 'yes', 'no']) };
    const among = this.#membership(value, name, args);
    if (among) return among;
    const known = Object.hasOwn(FUNCTIONS, name) && name !== 'logical' ? FUNCTIONS[name] : undefined;
    if (!known || !isPlain || args.length < known.least || args.length > known.most) {
      const found = known ? `${args.length} arguments of ${name}()${isPlain ? '' : ', some by name'}` : `the function ${name}()`;
      throw this.#fail(value, found, known ? 'its plain arguments' : `arithmetic, or one of ${shownFunctions()}`);
    }
    return { call: name, of: args.map((arg) => this.number(arg.value)) };
  }

  /** `x == "a"`, `x != "a"` and `x %in% c("a", "b")`, of texts or numbers; undefined for anything else. */
  #membership(value: Call, name: string, args: Argument[]): Expression | undefined {
    const [left, right] = [args[0]?.value, args[1]?.value];
    if (!left || !right || (name !== '==' && name !== '!=' && name !== '%in%')) return undefined;
    const [subject, constant] = constantsOf(right) ? [left, right] : [right, left];
    const listed = constantsOf(constant);
    if (!listed || (name === '%in%' && subject !== left)) return undefined;
    const feature = subject.type === 'symbol' ? this.#featureOf(subject.name) : undefined;
    const isText = typeof listed[0] === 'string';
    if (name !== '%in%' && listed.length !== 1) throw this.#fail(value, 'a comparison with several values', '%in%');
    if (!isText && feature?.type !== 'factor') {
      if (name !== '%in%') return undefined;
      return { call: '>', of: [{ number: this.number(subject), in: listed.map((one) => printed(Number(one))) }, 0] };
    }
    if (subject.type !== 'symbol') throw this.#fail(value, 'texts compared with a computed value', 'a feature');
    const found: Expression = { label: this.#place(subject.name), in: listed.map(String) };
    return { call: name === '!=' ? '==' : '>', of: [found, 0] };
  }

  /** The place of a variable's label among levels, whatever makes the label. */
  #labelled(value: RValue, levels: Level[]): Expression {
    if (value.type === 'symbol') {
      const feature = this.#featureOf(value.name);
      if (feature?.type === 'factor') {
        const isSame = feature.levels.length === levels.length && feature.levels.every((level, at) => level === levels[at]);
        const place = this.#place(value.name);
        return isSame ? { feature: place } : { label: place, in: levels };
      }
      return this.#numbered(value, this.number(value), levels);
    }
    if (value.type !== 'language') throw this.#fail(value, 'that as a factor', 'a feature');
    const { name, args } = this.#call(value);
    const first = args[0]?.value;
    if (first && name === 'cut') return this.#cut(value, args, levels);
    if (first && FACTORS.includes(name)) {
      const own = name === 'factor' || name === 'ordered' ? this.#relabelled(value, args, levels) : undefined;
      if (own) return own;
      return this.#labelled(first, levels);
    }
    if (FUNCTIONS[name] || WRAPPERS.includes(name)) return this.#numbered(value, this.number(value), levels);
    throw this.#fail(value, `the function ${name}()`, `one of ${FACTORS.slice(0, -2).join(', ')}, cut`);
  }

  /** factor(x, levels = c(...), labels = c(...)); undefined where the labels are those of x. Without levels R would draw them from each request. */
  #relabelled(value: Call, args: Argument[], levels: Level[]): Expression | undefined {
    const given = matchArguments(args, ['x', 'levels', 'labels', 'exclude', 'ordered']);
    if (given.exclude && given.exclude.type !== 'null') throw this.#fail(value, `exclude in ${deparse(value).split('(')[0]}()`, 'levels');
    if (!given.labels) return undefined;
    const [from, to] = [constantsOf(given.levels)?.map(String), constantsOf(given.labels)?.map(String)];
    if (!given.x || !from || from.length !== to?.length)
      throw this.#fail(value, 'labels without as many levels', 'levels = c(...), labels = c(...)');
    const known = new Set<Level>(to);
    if (levels.some((level) => !known.has(level)))
      throw this.#fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, to.slice(0, 10).join(', '));
    return this.#placed(this.#labelled(given.x, from), to, levels);
  }

  /** Levels that were made from numbers, or from TRUE and FALSE. */
  #numbered(value: RValue, number: Expression, levels: Level[]): Expression {
    const codes = levels.map((level) => (level === 'TRUE' ? 1 : level === 'FALSE' ? 0 : numberOf(level)));
    if (!codes.every(Number.isFinite)) {
      throw this.#fail(value, `the levels ${levels.slice(0, 10).join(', ')} of numbers`, 'levels that are numbers');
    }
    return { number, in: codes };
  }

  /** cut(x, breaks = c(...)): its intervals by their labels, since unused ones have no level. */
  #cut(value: Call, args: Argument[], levels: Level[]): Expression {
    const given = matchArguments(args, ['x', 'breaks', 'labels', 'include.lowest', 'right', 'dig.lab', 'ordered_result']);
    const breaks = constantsOf(given.breaks)?.map(Number);
    if (breaks && breaks.length > MAX_BREAKS) throw this.#fail(value, `${breaks.length} breaks`, `at most ${MAX_BREAKS}`);
    const truth = (name: string, standard: boolean) => {
      const own = given[name];
      return own === undefined ? standard : constantsOf(own)?.[0] === 1;
    };
    const digits = given['dig.lab'] === undefined ? 3 : Number(constantsOf(given['dig.lab'])?.[0]);
    if (!given.x || !breaks || breaks.length < 2 || breaks.some(Number.isNaN)) {
      throw this.#fail(value, 'cut() without the numbers of its breaks', 'breaks = c(...), as a count of them depends on the data');
    }
    const [right, lowest] = [truth('right', true), truth('include.lowest', false)];
    breaks.sort((a, b) => a - b);
    const labels = given.labels === undefined ? cutLabels(breaks, { right, lowest, digits }) : constantsOf(given.labels)?.map(String);
    if (labels?.length !== breaks.length - 1) throw this.#fail(value, 'cut() with other labels', 'one for each interval');
    const known = new Set<Level>(labels);
    if (levels.some((level) => !known.has(level)))
      throw this.#fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, labels.slice(0, 10).join(', '));
    return this.#placed({ interval: this.number(given.x), breaks: breaks.map(finite), right, lowest }, labels, levels);
  }

  /** The place among `levels` of a label whose place among `labels` is known. */
  #placed(place: Expression, labels: string[], levels: Level[]): Expression {
    const places = new Map(levels.map((level, at): [Level, number] => [level, at + 1]));
    return { table: place, values: labels.map((label) => places.get(label) ?? 0) };
  }

  /** poly() as predvars has it, with its coefficients, or raw. */
  #poly(value: Call, args: Argument[]): Expression[] {
    const given = matchArguments(args, ['x', 'degree', 'coefs', 'raw', 'simple']);
    const degree = given.degree === undefined ? 1 : Number(constantsOf(given.degree)?.[0]);
    if (!given.x || !(Number.isInteger(degree) && degree >= 1 && degree <= MAX_DEGREE)) {
      throw this.#fail(value, 'poly() of another form', 'poly(x, degree) of one variable');
    }
    const inner = this.number(given.x);
    const each = Array.from({ length: degree }, (_, at) => at + 1);
    if (given.raw !== undefined && constantsOf(given.raw)?.[0] === 1) return each.map((power) => ({ call: '^', of: [inner, power] }));
    const [alpha, norm2] = ['alpha', 'norm2'].map((part) => this.#member(given.coefs, part));
    if (!alpha || !norm2 || alpha.length < degree || norm2.length < degree + 2) {
      throw this.#fail(value, 'poly() without its coefficients', 'a model that predict() can use');
    }
    return each.map((power) => ({ poly: inner, alpha: alpha.slice(0, power), norm2: norm2.slice(0, power + 2) }));
  }

  /** The numbers of a member of a list, be it a value or a call of list(). */
  #member(value: RValue | undefined, name: string): number[] | undefined {
    if (value === undefined) return undefined;
    const at = value.type === 'language' ? value.tags.indexOf(name) : -1;
    const own = value.type === 'language' ? value.values[at] : element(value, name);
    const numbers = own && constantsOf(own);
    return numbers?.every((number) => typeof number === 'number' && Number.isFinite(number)) ? (numbers as number[]) : undefined;
  }

  /** scale() as predvars has it, with the numbers of the training data. */
  #scale(value: Call, args: Argument[]): Expression {
    const given = matchArguments(args, ['x', 'center', 'scale']);
    if (!given.x) throw this.#fail(value, 'scale() of nothing', 'scale(x)');
    let made = this.number(given.x);
    for (const [name, call] of [
      ['center', '-'],
      ['scale', '/'],
    ] as const) {
      const own = given[name];
      if (own?.type === 'logical' && own.values[0] === 0) continue;
      const numbers = own && constantsOf(own);
      if (own?.type === 'logical' || numbers?.length !== 1)
        throw this.#fail(value, `scale() without its ${name}`, 'a model that predict() can use');
      made = { call, of: [made, finite(Number(numbers[0]))] };
    }
    return made;
  }

  #symbol(name: string): Expression {
    if (!this.#places.has(name) && Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name] as number;
    const feature = this.#featureOf(name);
    if (feature?.type === 'factor') throw new ModelError(this.#thing, `arithmetic with the factor "${name}"`, 'numbers');
    return { feature: this.#place(name) };
  }

  /** as.numeric(f), which is a factor's code; for texts it would be the number they spell. */
  #code(value: Call, name: string): Expression {
    if (this.#featureOf(name)?.type === 'factor' && !this.#bare.has(name))
      throw this.#fail(value, `the code of "${name}", whose levels are not told`, 'a factor');
    return { feature: this.#place(name) };
  }

  #constant(value: Extract<RValue, { type: 'integer' | 'logical' | 'double' }>): Expression {
    const [number] = constantsOf(value) ?? [];
    if (value.values.length !== 1 || typeof number !== 'number' || !Number.isFinite(number)) throw this.#fail(value, 'that', 'one number');
    return number;
  }

  #featureOf(name: string): Feature | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.#features[place];
  }

  #place(name: string): number {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    // Nothing is known of its values; 1 is where most functions have one of theirs, as log(0) has not.
    this.#add({ name, type: 'number', default: 1 });
    return this.#features.length - 1;
  }

  #add(feature: Feature): void {
    this.#places.set(feature.name, this.#features.length);
    this.#features.push(feature);
  }

  /** A variable that stands alone, of the class that R noted. */
  #declare(name: string, kind: string, levels: Level[] | undefined): void {
    this.#bare.add(name);
    const known = this.#featureOf(name);
    const feature: Feature = levels ? { name, type: 'factor', levels } : { name, type: kind === 'logical' ? 'logical' : 'number' };
    if (!known) this.#add(feature);
    else this.#features[this.#places.get(name) as number] = feature;
    // as.numeric() of a text is the number it spells, not a code.
    if (kind === 'character') this.#bare.delete(name);
    if (levels === undefined && !['numeric', 'logical', 'other', 'unknown'].includes(kind)) {
      throw new ModelError(
        `${this.#thing}, variable ${name}`,
        kind === 'factor' || kind === 'ordered' ? 'no levels' : `the class ${kind}`,
        'a number, a logical, or a factor with its levels',
      );
    }
  }

  /** factor(x) and the like: where the levels are no numbers, x is a factor or a text of those labels. */
  #declareLabels(value: RValue, kind: string, levels: Level[] | undefined): void {
    if (!levels || !['factor', 'ordered', 'character'].includes(kind)) return;
    let inner: RValue | undefined = value;
    while (inner?.type === 'language') {
      const head: RValue | undefined = inner.values[0];
      if (head?.type !== 'symbol' || !FACTORS.includes(head.name) || inner.tags.includes('labels') || inner.values.length > 3) return;
      inner = inner.values[1];
    }
    if (inner?.type !== 'symbol' || this.#places.has(inner.name)) return;
    const { name } = inner;
    const values = levels.map(numberOf);
    if (values.every(Number.isFinite)) {
      this.#add({
        name,
        type: 'number',
        range: [values.reduce((least, value) => Math.min(least, value)), values.reduce((most, value) => Math.max(most, value))],
        default: values[0] as number,
      });
    } else if (levels.every((level) => level === 'TRUE' || level === 'FALSE')) this.#add({ name, type: 'logical' });
    else this.#add({ name, type: 'factor', levels });
  }

  /** A call's function and arguments. */
  #call(value: Call): { name: string; args: Argument[] } {
    const [head, ...rest] = value.values;
    const name = functionName(head);
    if (name === undefined) throw this.#fail(value, 'a call of a computed function', 'a function by its name');
    return { name, args: rest.map((own, at) => ({ value: own, tag: value.tags[at + 1] })) };
  }

  #ordered(value: Call, args: Argument[], names: string[]): Expression[] {
    const given = matchArguments(args, names);
    const found = names.filter((name) => given[name] !== undefined);
    if (found.length !== args.length || found.some((name, at) => name !== names[at]))
      throw this.#fail(value, 'other arguments', names.join(', '));
    return found.map((name) => this.number(given[name] as RValue));
  }

  #fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#thing}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}

/** The name of the function a call is of: that of stats::poly is poly, that of another package's keeps the package. */
function functionName(head: RValue | undefined): string | undefined {
  if (head?.type === 'symbol') return head.name;
  const [operator, from, name] = head?.type === 'language' ? head.values : [];
  if (operator?.type !== 'symbol' || operator.name !== '::' || from?.type !== 'symbol' || name?.type !== 'symbol') return undefined;
  return from.name === 'base' || from.name === 'stats' ? name.name : `${from.name}::${name.name}`;
}

type Argument = { value: RValue; tag: string | undefined };

/** Arguments by the names of a function's parameters: those named (in full), then the rest in order. */
function matchArguments(args: Argument[], names: string[]): Partial<Record<string, RValue>> {
  const matched: Record<string, RValue> = {};
  for (const { tag, value } of args) if (tag !== undefined) matched[tag] = value;
  const left = names.filter((name) => !Object.hasOwn(matched, name));
  for (const { tag, value } of args) {
    const name = tag === undefined ? left.shift() : undefined;
    if (name !== undefined) matched[name] = value;
  }
  return matched;
}

/** The values of a constant or of a c(...) of constants; undefined for anything else. NA is NaN. */
function constantsOf(value: RValue | undefined): (number | string)[] | undefined {
  const out: (number | string)[] = [];
  return value !== undefined && addConstants(value, out) ? out : undefined;
}

/** Adds them to a list, so that each is put there once however deep the calls of c() are. False where one is none. */
function addConstants(value: RValue, out: (number | string)[], depth = 0): boolean {
  if ('values' in value && out.length + value.values.length > MAX_CONSTANTS) return false;
  switch (value.type) {
    case 'double':
      for (const one of value.values) out.push(one);
      return true;
    case 'integer':
    case 'logical':
      if (attributesOf(value).has('levels')) return false;
      for (const one of value.values) out.push(one === NA_INTEGER ? Number.NaN : one);
      return true;
    case 'character':
      for (const one of value.values) {
        if (one === null) return false;
        out.push(one);
      }
      return true;
    case 'symbol':
      if (value.name !== 'Inf') return false;
      out.push(Number.POSITIVE_INFINITY);
      return true;
    case 'language':
      return depth < MAX_DEPTH && addConstantCall(value, out, depth + 1);
    default:
      return false;
  }
}

/** The number that a level spells; NaN for none. */
function numberOf(level: Level): number {
  return level === null || level.trim() === '' ? Number.NaN : Number(level);
}

function addConstantCall({ values: [head, ...rest] }: Call, out: (number | string)[], depth: number): boolean {
  if (head?.type !== 'symbol' || !CONSTANT_CALLS.includes(head.name)) return false;
  const start = out.length;
  if (!rest.every((part) => addConstants(part, out, depth))) return false;
  const count = out.length - start;
  const [from, to] = [out[start], out[start + 1]] as [number, number];
  switch (head.name) {
    case 'c':
      return true;
    case '(':
      return rest.length === 1;
    case '-':
      out[start] = -from;
      return count === 1 && typeof from === 'number';
    default:
      if (!(count === 2 && typeof from === 'number' && typeof to === 'number' && to - from < 1000 && to >= from)) return false;
      out.length = start;
      for (let at = 0; from + at <= to; at += 1) out.push(from + at);
      return true;
  }
}

/** Calls that are constants where what they are given is. */
const CONSTANT_CALLS = ['c', '(', '-', ':'];

/** Infinite breaks of cut() as the ends of the doubles: JSON has no infinity, and values are finite. */
function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

function shownFunctions(): string {
  return Object.keys(FUNCTIONS)
    .filter((name) => /^[a-z]/.test(name) && name !== 'logical')
    .join(', ');
}
