import { ModelError } from '../../shared/errors.ts';
import { type Expression, printed } from '../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../shared/expressions/functions.ts';
import { PIPELINE_FUNCTIONS } from '../../shared/steps/pipeline-functions.ts';
import { BaseNames } from '../formula/base-names.ts';
import { type Argument, type Call, constantsOf, functionName, MAX_DEPTH, matchArguments, numberOf } from '../formula/constants.ts';
import { deparse } from '../formula/deparse.ts';
import { INTEGER_CALLS, OVERFLOWING } from '../formula/integers.ts';
import { labelsOf } from '../formula/labels.ts';
import { type Around, aroundOf, checkFunctions, type Scope, scopeOf } from '../formula/scope.ts';
import { NA_INTEGER, type RValue } from '../rds/values.ts';
import { compared, isWhole, kindOfConstant, placeOfNumber, type Typed } from './compare.ts';
import { type Frame, MISSING_VALUE } from './frame.ts';
import { recode } from './step-values.ts';

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='];
const LOGICAL = [...COMPARISONS, '!', '&', '|', 'is.na', 'between', 'logical'];
/** Functions that give back what they are given. */
const WRAPPERS = ['(', 'I', 'identity', 'as.vector', 'c'];
/** The table of what a call may name, without those for steps alone. */
const NUMERIC = { ...FUNCTIONS, ...PIPELINE_FUNCTIONS };
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
  #depth = 0;

  /** `environment` is that of the calls: where R looks for what is no column. */
  constructor(frame: Frame, calls: RValue[], environment: RValue | undefined, label: string) {
    this.#frame = frame;
    this.#label = label;
    checkFunctions(environment, calls, label);
    const names = new Set(frame.columns.map(({ name }) => name));
    const parts = { environment, variables: calls, bare: names, data: names };
    this.#around = aroundOf(parts);
    this.#names = new BaseNames(this.#around, parts, label);
    this.#scope = scopeOf(this.#around, parts, label);
  }

  /** The value of an expression. Throws a ModelError that names what is not taken. */
  read(given: RValue): Typed {
    const value = this.#names.settled(given);
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
    return made;
  }

  /** A value that has to be a number, or TRUE or FALSE. */
  number(value: RValue): Expression {
    return this.#plain(value).value;
  }

  #plain(value: RValue): Exclude<Typed, { levels: unknown }> {
    const made = this.read(value);
    if (!('levels' in made)) return made;
    throw this.#fail(value, `arithmetic with a ${made.kind}`, 'numbers');
  }

  #symbol(value: Extract<RValue, { type: 'symbol' }>): Typed {
    const { name } = value;
    if (this.#frame.has(name)) {
      const column = this.#frame.column(name, this.#label);
      const found = this.#frame.value(name, this.#label);
      return 'levels' in column ? { kind: column.kind, levels: column.levels, value: found } : { kind: column.kind, value: found };
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
    if (name === 'ifelse' || name === 'if_else') return this.#choice(value, name, args);
    if (name === 'case_when') return this.#cases(value, args);
    if (name === '%in%') return this.#among(value, args);
    if (name === 'as.character') return this.#text(value, first);
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
    const known = Object.hasOwn(NUMERIC, name) && !name.startsWith('(') ? NUMERIC[name] : undefined;
    const given = this.#arguments(name, args);
    const kind = LOGICAL.includes(name) ? 'logical' : 'number';
    if (given.left) {
      const of = given.of.map((argument) => this.#skipping(name, argument, given.of));
      const isInteger = INTEGER_CALLS.includes(name) && isWhole(given.of.map((argument) => this.read(argument)));
      return { kind: isInteger ? 'integer' : kind, value: of.reduce((all, one) => ({ call: name, of: [all, one] })) };
    }
    if (!known || given.of.length < known.least || given.of.length > known.most) {
      const found = known ? `${args.length} arguments of ${name}()` : `the function ${name}()`;
      throw this.#fail(value, found, known ? 'its plain arguments' : 'arithmetic, ifelse(), case_when() and other functions of one row');
    }
    const parts = given.of.map((argument) => this.#plain(argument));
    const made: Expression = { call: name, of: parts.map((part) => part.value) };
    if (!isWhole(parts) || !INTEGER_CALLS.includes(name)) return { kind, value: made };
    // R's integers end at 2^31 - 1: beyond it their sum or product is NA.
    return { kind: 'integer', value: OVERFLOWING.includes(name) ? { call: 'as.integer', of: [made] } : made };
  }

  /** A call's arguments in their order; `left` says that missing values are left out (na.rm = TRUE). */
  #arguments(name: string, args: Argument[]): { of: RValue[]; left: boolean } {
    const left = args.find(({ tag }) => tag === 'na.rm');
    const others = args.filter((arg) => arg !== left);
    const isLeft = (name === 'pmin' || name === 'pmax') && left !== undefined && constantsOf(left.value)?.[0] === 1;
    const names = { log: ['x', 'base'], between: ['x', 'left', 'right'] }[name];
    if (!names) return { of: others.map((arg) => arg.value), left: isLeft };
    const matched = matchArguments(others, names);
    return { of: names.flatMap((one) => matched[one] ?? []), left: isLeft };
  }

  /** An argument of pmin() or pmax(), which counts as another one where it is missing. */
  #skipping(name: string, argument: RValue, all: RValue[]): Expression {
    const others = all.filter((other) => other !== argument).map((other) => this.number(other));
    const value = this.number(argument);
    return name === 'pmin' || name === 'pmax' ? { call: 'coalesce', of: [value, ...others] } : value;
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
    const given = matchArguments(args, names);
    const parts = names.flatMap((one) => given[one] ?? []);
    if (parts.length !== args.length || parts.length < 3) throw this.#fail(value, 'other arguments', names.join(', '));
    const [test, ...branches] = parts as [RValue, ...RValue[]];
    const condition = this.number(test);
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

  /** One of several values: of texts the place among the levels of all. */
  #joined(value: Call, branches: Typed[], make: (of: Expression[]) => Expression): Typed {
    const texts = branches.filter((branch) => 'levels' in branch);
    if (texts.length === 0) {
      const isLogical = branches.every(({ kind }) => kind === 'logical');
      const kind = isLogical ? 'logical' : isWhole(branches) ? 'integer' : 'number';
      return { kind, value: make(branches.map((branch) => branch.value)) };
    }
    const areTexts = branches.every((branch) => 'levels' in branch || branch.value === MISSING_VALUE);
    if (!areTexts) throw this.#fail(value, 'texts and numbers in one column', 'values of one class');
    if (functionName(value.values[0]) === 'ifelse' && texts.some(({ kind }) => kind !== 'text'))
      throw this.#fail(value, 'a factor in ifelse(), which R takes as its codes', 'as.character() of it');
    const levels = [...new Set(texts.flatMap((branch) => branch.levels))];
    const places = branches.map((branch) => {
      return 'levels' in branch ? recode(branch.value, { name: '', ...branch }, levels, { beyond: levels.length + 1 }) : branch.value;
    });
    return { kind: 'text', levels, value: make(places) };
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
    const given = matchArguments(args, ['x', 'levels', 'labels']);
    const made = given.x && this.read(given.x);
    if (!made || given.labels) throw this.#fail(value, 'other arguments', 'x and levels');
    const listed = labelsOf(given.levels);
    if (given.levels && !listed) throw this.#fail(value, 'other levels', 'levels = c(...), without NA');
    if (!('levels' in made)) {
      const numbers = listed?.map(numberOf);
      if (!listed || !numbers?.every(Number.isFinite)) throw this.#fail(value, 'a factor of numbers without its levels', 'levels = c(...)');
      const place: Expression = { number: made.value, in: numbers.map(printed) };
      return { kind: 'factor', levels: listed, value: { pick: place, values: listed.map((_, at) => at + 1), missing: null, beyond: null } };
    }
    if (!listed && made.kind === 'text')
      throw this.#fail(value, 'a factor of texts, whose levels depend on each request', 'levels = c(...)');
    const levels = listed ?? made.levels;
    const kind = made.kind === 'ordered' ? 'ordered' : 'factor';
    return { kind, levels, value: recode(made.value, { name: '', ...made }, levels) };
  }

  #fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}
