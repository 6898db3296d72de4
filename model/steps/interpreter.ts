import { ModelError } from '../../shared/errors.ts';
import { type Expression, featuresOf } from '../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../shared/expressions/functions.ts';
import { PIPELINE_FUNCTIONS } from '../../shared/steps/pipeline-functions.ts';
import { BaseNames } from '../formula/base-names.ts';
import { type Argument, type Call, constantsOf, functionName, MAX_DEPTH, matchArguments, numberOf } from '../formula/constants.ts';
import { deparse } from '../formula/deparse.ts';
import { INTEGER_CALLS, OVERFLOWING } from '../formula/integers.ts';
import { labelsOf } from '../formula/labels.ts';
import { type Around, aroundOf, checkFunctions, type Scope, scopeOf } from '../formula/scope.ts';
import { NA_INTEGER, type RValue } from '../rds/values.ts';
import { compared, placeOfNumber } from './compare.ts';
import { type Frame, MISSING_VALUE } from './frame.ts';
import { factorOf, isTime, isWhole, joined, kindOfCall, kindOfConstant, type Plain, type Typed, withoutClass } from './kinds.ts';

/** Functions that give back what they are given. */
const WRAPPERS = ['(', 'I', 'identity', 'c'];
/** The table of what a call may name, without those for steps alone. */
const NUMERIC = { ...FUNCTIONS, ...PIPELINE_FUNCTIONS };
/** What steps call by these names is nothing that R has by them. */
const NOT_OF_R = ['logical', 'logit', 'invlogit'];
/** Packages whose functions are known by their names alone. */
const PACKAGES = /^(?:dplyr|tidyr|base|stats)::/;

/**
 * Turns R's calls in a recipe (step_mutate) into expressions of a frame's columns. Only what gives each row an answer that depends on that row alone is
 * taken: no mean(), rank() or lag(). Nothing is evaluated.
 */
export class Interpreter {
  readonly #frame: Frame;
  readonly #label: string;
  readonly #scope: Scope;
  readonly #names: BaseNames;
  readonly #around: Around;
  /** What was read: some calls ask for a part several times, and nested ones would read it twice as often with each. */
  readonly #known = new WeakMap<RValue, Typed>();
  #depth = 0;

  /** `environment` is that of the calls: where R looks for what is no column. */
  constructor(frame: Frame, calls: RValue[], environment: RValue | undefined, label: string) {
    this.#frame = frame;
    this.#label = label;
    checkFunctions(environment, calls, label);
    const parts = { environment, variables: calls, bare: frame.names, data: frame.names };
    this.#around = aroundOf(parts);
    this.#names = new BaseNames(this.#around, parts, label);
    this.#scope = scopeOf(this.#around, parts, label);
  }

  /** The value of an expression. Throws a ModelError that names what is not taken. */
  read(given: RValue): Typed {
    const made = this.#known.get(given) ?? this.#read(this.#names.settled(given));
    this.#known.set(given, made);
    if (this.#depth === 0) this.#frame.parts.take(made.value, this.#label);
    return made;
  }

  #read(value: RValue): Typed {
    switch (value.type) {
      case 'symbol':
        return this.#symbol(value);
      case 'language':
        break;
      case 'character':
      case 'double':
      case 'integer':
      case 'logical':
        return this.#constant(value);
      default:
        throw this.#fail(value, 'that', 'columns, constants and functions of them');
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ModelError(this.#label, 'calls nested too deep', `at most ${MAX_DEPTH} deep`);
    const made = this.#call(value);
    this.#depth -= 1;
    this.#frame.parts.check(made.value, this.#label);
    return made;
  }

  /** A value that has to be a number, or TRUE or FALSE. */
  number(value: RValue): Expression {
    return this.#plain(value).value;
  }

  #plain(value: RValue): Plain {
    const made = this.read(value);
    if (!('levels' in made)) return made;
    throw this.#fail(value, `arithmetic with a ${made.kind}`, 'numbers');
  }

  #symbol(value: Extract<RValue, { type: 'symbol' }>): Typed {
    const { name } = value;
    if (this.#frame.has(name)) {
      const column = this.#frame.column(name, this.#label);
      const found = this.#frame.value(name, this.#label);
      const { name: _, ...kind } = column;
      return { ...kind, value: found };
    }
    const found = this.#scope(name);
    if ((name === 'T' || name === 'F') && found === Number(name === 'T')) return { kind: 'logical', value: found };
    if (typeof found === 'number') return { kind: kindOfConstant(this.#around.innermost.get(name)), value: found };
    if (typeof found === 'string') return { kind: 'text', levels: [found], value: 1 };
    throw this.#fail(value, `the variable ${name}`, 'a column, or a number of the environment of the recipe: !!name keeps it');
  }

  #constant(value: Extract<RValue, { type: 'character' | 'double' | 'integer' | 'logical' }>): Typed {
    const [one] = value.values;
    if (value.values.length !== 1 || one === undefined) throw this.#fail(value, `${value.values.length} values`, 'one');
    if (typeof one === 'string') return { kind: 'text', levels: [one], value: 1 };
    const isMissing = one === null || Number.isNaN(one) || (value.type !== 'double' && one === NA_INTEGER);
    if (value.type === 'character') return { kind: 'text', levels: [], value: MISSING_VALUE };
    const kind = value.type === 'double' ? 'number' : value.type;
    if (!isMissing && !Number.isFinite(one)) throw this.#fail(value, String(one), 'a finite number');
    return { kind, value: isMissing ? MISSING_VALUE : one };
  }

  #call(value: Call): Typed {
    const [head, ...rest] = value.values;
    const name = functionName(head)?.replace(PACKAGES, '');
    if (name === undefined) throw this.#fail(value, 'a call of a computed function', 'a function by its name');
    const args = rest.map((argument, at) => ({ value: argument, tag: value.tags[at + 1] }));
    const first = args[0]?.value;
    if (name === '$' || name === '[[') return this.#member(value, args);
    if (!first) throw this.#fail(value, 'no arguments', 'what it is of');
    if (WRAPPERS.includes(name) && args.length === 1) return this.read(first);
    if (name === 'as.vector' && args.length === 1) return withoutClass(this.read(first));
    if (name === 'ifelse' || name === 'if_else') return this.#choice(value, name, args);
    if (name === 'case_when') return this.#cases(value, args);
    if (name === '%in%') return this.#among(value, args);
    if (name === 'as.character' && args.length === 1) return this.#text(value, first);
    if (name === 'factor' || name === 'as.factor') return this.#factor(value, args);
    const converted = this.#converted(name, first, args.length);
    if (converted) return converted;
    if (name === '==' || name === '!=') {
      const [left, right] = args.map((arg) => this.read(arg.value)) as [Typed, Typed];
      const made = args.length === 2 ? compared(name, left, right, this.#label) : undefined;
      if (made) return made;
    }
    if (name === 'is.na' && args.length === 1) return { kind: 'logical', value: { call: 'is.na', of: [this.read(first).value] } };
    if (name === 'coalesce') {
      const branches = args.map((arg) => this.read(arg.value));
      return this.#joined(value, branches, (of) => ({ call: name, of }));
    }
    return this.#numeric(value, name, args);
  }

  /** .data$x and .data[["x"]]. */
  #member(value: Call, args: Argument[]): Typed {
    const [of, member] = args.map((arg) => arg.value);
    const name = member?.type === 'symbol' ? member.name : member?.type === 'character' ? member.values[0] : undefined;
    if (of?.type === 'symbol' && of.name === '.data' && typeof name === 'string' && this.#frame.has(name)) {
      return this.#symbol({ type: 'symbol', name });
    }
    throw this.#fail(value, 'a part of something', 'a column, as .data$x');
  }

  #numeric(value: Call, name: string, args: Argument[]): Typed {
    const known = Object.hasOwn(NUMERIC, name) && !name.startsWith('(') && !NOT_OF_R.includes(name) ? NUMERIC[name] : undefined;
    const given = this.#arguments(value, name, args);
    if (!known || given.of.length < known.least || given.of.length > known.most) {
      const found = known ? `${args.length} arguments of ${name}()` : `the function ${name}()`;
      throw this.#fail(value, found, known ? 'its plain arguments' : 'arithmetic, ifelse(), case_when() and other functions of one row');
    }
    const parts = given.of.map((argument) => this.#plain(argument));
    const kind = kindOfCall(name, parts, (found, expected) => this.#fail(value, found, expected));
    const isInteger = isWhole(parts) && INTEGER_CALLS.includes(name);
    if (given.left) {
      const of = given.of.map((argument) => this.#skipping(argument, given.of));
      return { ...(isInteger ? { kind: 'integer' } : kind), value: of.reduce((all, one) => ({ call: name, of: [all, one] })) };
    }
    const made: Expression = { call: name, of: parts.map((part) => part.value) };
    if (!isInteger) return { ...kind, value: made };
    // R's integers end at 2^31 - 1: beyond it their sum or product is NA.
    return { kind: 'integer', value: OVERFLOWING.includes(name) ? { call: 'as.integer', of: [made] } : made };
  }

  /** A call's arguments in their order; `left` says that missing values are left out (na.rm = TRUE). */
  #arguments(value: Call, name: string, args: Argument[]): { of: RValue[]; left: boolean } {
    const isLeast = name === 'pmin' || name === 'pmax';
    const left = isLeast ? args.find(({ tag }) => tag === 'na.rm') : undefined;
    const others = args.filter((arg) => arg !== left);
    const skips = left ? constantsOf(left.value)?.[0] : 0;
    if (skips !== 0 && skips !== 1) throw this.#fail(value, 'another na.rm', 'TRUE or FALSE');
    const names = { log: ['x', 'base'], between: ['x', 'left', 'right'], atan2: ['y', 'x'] }[name];
    if (!names) return { of: others.map((arg) => arg.value), left: skips === 1 };
    const matched = this.#matched(value, others, names);
    return { of: names.flatMap((one) => matched[one] ?? []), left: false };
  }

  #matched(value: Call, args: Argument[], names: string[]): Partial<Record<string, RValue>> {
    return matchArguments(args, names, (found, expected) => this.#fail(value, found, expected));
  }

  /** An argument of pmin() or pmax(), which counts as another one where it is missing. */
  #skipping(argument: RValue, all: RValue[]): Expression {
    const others = all.filter((other) => other !== argument).map((other) => this.number(other));
    return { call: 'coalesce', of: [this.number(argument), ...others] };
  }

  #converted(name: string, first: RValue, count: number): Typed | undefined {
    if (count !== 1 || !['as.numeric', 'as.double', 'as.integer', 'as.logical'].includes(name)) return undefined;
    const made = this.read(first);
    const kind = name === 'as.integer' ? 'integer' : name === 'as.logical' ? 'logical' : 'number';
    if (kind === 'logical') return { kind, value: { call: 'logical', of: [this.number(first)] } };
    if (!('levels' in made)) return { kind, value: kind === 'integer' ? { call: 'as.integer', of: [made.value] } : made.value };
    if (made.kind !== 'text') return { kind, value: made.value };
    // A text that is no number is NA.
    const numbers = made.levels.map((level) => (Number.isFinite(numberOf(level)) ? numberOf(level) : null));
    const values = numbers.map((number) =>
      number === null || kind === 'number' ? number : Math.abs(number) < 2 ** 31 ? Math.trunc(number) : null,
    );
    return { kind, value: { pick: made.value, values, missing: null, beyond: null } };
  }

  #choice(value: Call, name: string, args: Argument[]): Typed {
    const names = name === 'ifelse' ? ['test', 'yes', 'no'] : ['condition', 'true', 'false', 'missing'];
    const given = this.#matched(value, args, names);
    const parts = names.flatMap((one) => given[one] ?? []);
    if (parts.length < 3) throw this.#fail(value, `${parts.length} arguments`, names.join(', '));
    const [test, ...branches] = parts as [RValue, ...RValue[]];
    const condition = this.number(test);
    // The test is gone through here, and in each call around it.
    this.#frame.parts.take(condition, this.#label);
    // R's ifelse() gives as many values as its test has: those of the first row, for all.
    if (name === 'ifelse' && featuresOf(condition).length === 0) throw this.#fail(value, 'a test of no column', 'a test of each row');
    return this.#joined(
      value,
      branches.map((branch) => this.read(branch)),
      (of) => ({ call: name, of: [condition, ...of] }),
    );
  }

  /** case_when(a ~ b, ..., TRUE ~ c), and its .default. */
  #cases(value: Call, args: Argument[]): Typed {
    const conditions: Expression[] = [];
    const branches: Typed[] = [];
    // .default counts where no condition holds, wherever it stands.
    const inOrder = [...args.filter(({ tag }) => tag !== '.default'), ...args.filter(({ tag }) => tag === '.default')];
    for (const { tag, value: argument } of inOrder) {
      const isFormula = argument.type === 'language' && functionName(argument.values[0]) === '~' && argument.values.length === 3;
      if (!isFormula && tag !== '.default') throw this.#fail(value, 'another argument', 'condition ~ value');
      conditions.push(isFormula ? this.number(argument.values[1] as RValue) : 1);
      branches.push(this.read(isFormula ? (argument.values[2] as RValue) : argument));
    }
    return this.#joined(value, branches, (of) => ({ call: 'case_when', of: of.flatMap((one, at) => [conditions[at] as Expression, one]) }));
  }

  #joined(value: Call, branches: Typed[], make: (of: Expression[]) => Expression): Typed {
    const name = functionName(value.values[0]) ?? '';
    return joined(name, branches, make, (found, expected) => this.#fail(value, found, expected));
  }

  /** x %in% c(...): never missing. */
  #among(value: Call, args: Argument[]): Typed {
    const [left, right] = args.map((arg) => arg.value);
    const listed = constantsOf(right);
    const labels = labelsOf(right);
    if (!left || !listed || !labels) throw this.#fail(value, '%in% of other values', 'x %in% c(...), without NA');
    const made = this.read(left);
    if ('levels' in made) {
      const known = new Set(labels);
      const values = made.levels.map((level) => (level !== null && known.has(level) ? 1 : 0));
      return { kind: 'logical', value: { pick: made.value, values, missing: 0, beyond: 0 } };
    }
    if (isTime(made)) throw this.#fail(value, `a ${made.kind} in %in%`, 'numbers or texts');
    // R compares a number with texts by its own text.
    if (listed.some((one) => typeof one === 'string'))
      return { kind: 'logical', value: { call: '>', of: [placeOfNumber(made, labels, this.#label), 0] } };
    // match() compares doubles as they are, and finds no missing value here.
    const found: Expression = { number: made.value, in: listed.map(Number), exact: true };
    return { kind: 'logical', value: { call: '>', of: [found, 0] } };
  }

  #text(value: Call, first: RValue): Typed {
    const made = this.read(first);
    if ('levels' in made) return { ...made, kind: 'text' };
    if (made.kind === 'logical') return { kind: 'text', levels: ['FALSE', 'TRUE'], value: { call: '+', of: [made.value, 1] } };
    throw this.#fail(value, 'texts made of numbers', 'texts of a factor or a logical');
  }

  #factor(value: Call, args: Argument[]): Typed {
    const given = this.#matched(value, args, ['x', 'levels', 'labels', 'exclude', 'ordered']);
    const made = given.x && this.read(given.x);
    if (!made || given.labels || given.exclude) throw this.#fail(value, 'other arguments', 'x, levels and ordered');
    const ordered = given.ordered ? constantsOf(given.ordered)?.[0] : Number(made.kind === 'ordered');
    if (ordered !== 0 && ordered !== 1) throw this.#fail(value, 'another ordered', 'TRUE or FALSE');
    const listed = labelsOf(given.levels);
    if (given.levels && !listed) throw this.#fail(value, 'other levels', 'levels = c(...), without NA');
    if (!listed && !('levels' in made)) throw this.#fail(value, 'a factor of numbers without its levels', 'levels = c(...)');
    const isItself = functionName(value.values[0]) === 'as.factor' && made.kind !== 'text';
    if (!listed && !isItself)
      throw this.#fail(value, 'a factor whose levels depend on each request', 'as.factor() of a factor, or levels = c(...)');
    const levels = listed ?? ('levels' in made ? made.levels : []);
    return factorOf(made, levels, ordered === 1, (plain) => placeOfNumber(plain, levels, this.#label));
  }

  #fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}
