import { ModelError } from '../../shared/errors.ts';
import type { Expression } from '../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../shared/expressions/functions.ts';
import type { Feature, Level } from '../../shared/schema/features.ts';
import type { RValue } from '../rds/values.ts';
import { BaseNames } from './base-names.ts';
import { polyColumns, scaleColumn } from './columns.ts';
import {
  type Argument,
  areTruths,
  type Call,
  constantsOf,
  functionName,
  isDifference,
  MAX_DEPTH,
  matchArguments,
  numberOf,
} from './constants.ts';
import { ContrastTables } from './contrasts.ts';
import { deparse } from './deparse.ts';
import { FACTORS, FeatureTable, type Read } from './feature-table.ts';
import { isInteger, OVERFLOWING } from './integers.ts';
import { interactionLevels } from './interaction.ts';
import { labelOf, labelsOf } from './labels.ts';
import { cutLevels, relabelled } from './levels.ts';
import { aroundOf, checkFunctions, type Scope, scopeOf } from './scope.ts';
import { type FormulaSplines, isSpline } from './splines.ts';
import type { Terms, Variable } from './terms.ts';

/** Functions that give back what they are given, as far as a row is concerned. */
const WRAPPERS = ['(', 'I', 'identity', 'as.numeric', 'as.double', 'as.vector', 'offset'];
/** The functions that an error offers. */
const SHOWN = Object.keys(FUNCTIONS).filter((name) => /^[a-z]/.test(name) && name !== 'logical');
/** Calls beside which T and F are TRUE and FALSE, and no column called T. */
const TRUTHFUL = ['==', '!=', '&', '|', '!'];
/**
 * Turns the variables of a formula into expressions of a row's features, and finds what those features are. Only what gives
 * each row an answer that depends on that row alone is taken; all else is refused by name.
 */
export class FormulaReader {
  readonly #label: string;
  readonly #table: FeatureTable;
  #depth = 0;
  /** The contrasts of its factors. */
  readonly tables = new ContrastTables();
  readonly #scope: Scope;
  readonly #names: BaseNames;
  readonly #data: ReadonlySet<string> | undefined;
  readonly #splines: FormulaSplines | undefined;

  /** `variables`: of the whole formula; `levels`: of its factors by variable. `splines` takes its ns() and bs(); without it they are refused. */
  constructor(
    { variables, environment, data }: Pick<Terms, 'variables' | 'environment' | 'data'>,
    levels: Map<string, Level[]>,
    label: string,
    splines?: FormulaSplines,
  ) {
    this.#label = label;
    this.#splines = splines;
    this.#data = data;
    this.#table = new FeatureTable(variables, levels, label);
    const values = variables.map(({ value }) => value);
    checkFunctions(environment, values, label);
    const parts = { environment, variables: values, bare: this.#table.names, data };
    const around = aroundOf(parts);
    this.#names = new BaseNames(around, parts, label);
    this.#scope = scopeOf(around, parts, label);
  }

  /** The features, in the order in which the formula names them. */
  get features(): Feature[] {
    return this.#table.features;
  }

  /** What no sidecar makes a factor (FeatureTable). */
  get read(): Read {
    return { ...this.#table.read, assumed: [...this.#names.assumed] };
  }

  /** The columns a numeric variable makes: one, or as many as poly() and the like make. */
  columns({ value: given, kind }: Pick<Variable, 'value' | 'kind'>): Expression[] {
    const value = this.#names.settled(given);
    // A class of its own is a difftime here, in days of two dates, but of two times in a unit that hangs on the data.
    if (kind === 'other' && isDifference(value)) throw this.fail(value, 'a difference of dates or times', 'as.numeric() of each of them');
    if (value.type !== 'language') return [this.number(value)];
    const { name, args } = this.#call(value);
    if (name === 'poly' || name === 'polym') return polyColumns(value, name, args, this);
    if (name === 'scale') return [scaleColumn(value, args, this)];
    // survival's ridge(x, y) is the matrix of its variables.
    if (name === 'ridge' || name === 'survival::ridge')
      return args.flatMap((arg) => (arg.tag === undefined ? [this.number(arg.value)] : []));
    if (this.#splines && isSpline(name)) return this.#splines.columns(value, name, args, this);
    if ((name === 'I' || name === '(') && args[0]?.value.type === 'language') return this.columns({ value: args[0].value, kind });
    return [this.number(value)];
  }

  /** A factor's or logical's place among its levels, from 1. */
  category(variable: Variable, levels: Level[] | undefined): Expression {
    if (variable.kind === 'logical') {
      return { call: '+', of: [{ call: 'logical', of: [this.number(variable.value)] }, 1] };
    }
    if (!levels) throw this.fail(variable.value, 'a factor without its levels', 'xlevels for it');
    return this.labelled(variable.value, levels);
  }

  /** A numeric expression. */
  number(given: RValue): Expression {
    const value = this.#names.settled(given);
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
        throw this.fail(value, 'that', 'numbers, features and functions of them');
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new ModelError(this.#label, 'a formula nested too deep', `at most ${MAX_DEPTH} deep`);
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
      return first.type === 'symbol' ? this.#integerOf(value, first.name) : { call: 'as.integer', of: [this.number(first)] };
    }
    if (name === 'as.logical' && args.length === 1 && first) return { call: 'logical', of: [this.number(first)] };
    if (name === 'log' || name === 'ifelse')
      return { call: name, of: this.#ordered(value, args, name === 'log' ? ['x', 'base'] : ['test', 'yes', 'no']) };
    const among = this.#membership(value, name, args);
    if (among) return among;
    const known = Object.hasOwn(FUNCTIONS, name) && name !== 'logical' ? FUNCTIONS[name] : undefined;
    if (!known || !isPlain || args.length < known.least || args.length > known.most) {
      const found = known ? `${args.length} arguments of ${name}()${isPlain ? '' : ', some by name'}` : `the function ${name}()`;
      throw this.fail(value, found, known ? 'its plain arguments' : `arithmetic, or one of ${SHOWN.join(', ')}`);
    }
    const isCompared = TRUTHFUL.includes(name);
    const made = { call: name, of: args.map((arg) => (isCompared ? this.#truthOrNumber(arg.value) : this.number(arg.value))) };
    // R's integers end at 2^31, beyond which they are NA, and so is a whole quotient by 0.
    return OVERFLOWING.includes(name) && isInteger(value) ? { call: 'as.integer', of: [made] } : made;
  }

  /** `x == "a"`, `x != "a"` and `x %in% c("a", "b")`, of texts or numbers; undefined for anything else. */
  #membership(value: Call, name: string, args: Argument[]): Expression | undefined {
    const [left, right] = [args[0]?.value, args[1]?.value];
    if (!left || !right || (name !== '==' && name !== '!=' && name !== '%in%')) return undefined;
    const constants = (part: RValue) => this.constants(part);
    const [subject, constant] = constants(right) ? [left, right] : [right, left];
    const listed = constants(constant);
    // What is compared with TRUE or FALSE is a logical, where nothing else says what it is.
    if (subject.type === 'symbol' && areTruths(constant) && !this.#table.has(subject.name))
      this.#table.add({ name: subject.name, type: 'logical' });
    if (!listed || (name === '%in%' && subject !== left)) return undefined;
    const feature = subject.type === 'symbol' ? this.#table.featureOf(subject.name) : undefined;
    if (name !== '%in%' && listed.length !== 1) throw this.fail(value, 'a comparison with several values', '%in%');
    if (!listed.some((one) => typeof one === 'string') && feature?.type !== 'factor') {
      if (name !== '%in%') return undefined;
      // match() compares doubles as they are, and finds no NaN.
      const among: Expression = { number: this.number(subject), in: listed.map(Number), exact: true };
      return { call: '>', of: [among, 0] };
    }
    if (subject.type !== 'symbol') throw this.fail(value, 'texts compared with a computed value', 'a feature');
    const labels = this.#labels(constant);
    if (!labels) throw this.fail(value, 'a comparison with NA, or with values of several kinds', 'values of one kind');
    const found: Expression = { label: this.#table.place(subject.name), in: labels };
    return { call: name === '!=' ? '==' : '>', of: [found, 0] };
  }

  /** The place of a variable's label among levels, whatever makes the label. */
  labelled(given: RValue, levels: Level[]): Expression {
    const value = this.#names.settled(given);
    if (value.type === 'symbol') {
      const feature = this.#table.featureOf(value.name);
      if (feature?.type === 'factor') {
        const isSame = feature.levels.length === levels.length && feature.levels.every((level, at) => level === levels[at]);
        const place = this.#table.place(value.name);
        return isSame ? { feature: place } : { label: place, in: levels };
      }
      return this.#numbered(value, this.number(value), levels);
    }
    if (value.type !== 'language') throw this.fail(value, 'that as a factor', 'a feature');
    const { name, args } = this.#call(value);
    const first = args[0]?.value;
    if (first && name === 'cut') return cutLevels({ value, args, levels }, this);
    if (first && name === 'interaction') return interactionLevels({ value, args, levels }, this, this.#table);
    if (first && FACTORS.includes(name)) {
      const coded = name === 'factor' || name === 'ordered' ? relabelled({ value, args, levels }, this, this.#table) : undefined;
      if (coded) return coded;
      return this.labelled(first, levels);
    }
    if (FUNCTIONS[name] || WRAPPERS.includes(name)) return this.#numbered(value, this.number(value), levels);
    throw this.fail(value, `the function ${name}()`, `one of ${FACTORS.slice(0, -2).join(', ')}, cut, interaction`);
  }

  /** Levels that were made from numbers, or from TRUE and FALSE. */
  #numbered(value: RValue, number: Expression, levels: Level[]): Expression {
    const codes = levels.map((level) => (level === 'TRUE' ? 1 : level === 'FALSE' ? 0 : numberOf(level)));
    if (!codes.every(Number.isFinite)) {
      throw this.fail(value, `the levels ${levels.slice(0, 10).join(', ')} of numbers`, 'levels that are numbers');
    }
    return { number, in: codes };
  }

  /** The values of a constant, which may be a variable of the formula's environment. */
  constants(value: RValue): (number | string)[] | undefined {
    if (value.type !== 'symbol' || this.#isTruth(value)) return constantsOf(value);
    if (this.#table.has(value.name)) return undefined;
    const constant = this.#scope(value.name);
    return constant === undefined ? constantsOf(value) : [constant];
  }

  /** The same as texts, as R compares them with labels. */
  #labels(value: RValue): string[] | undefined {
    const isNamed = value.type === 'symbol' && !this.#table.has(value.name) && !this.#isTruth(value);
    const constant = isNamed ? this.#scope(value.name) : undefined;
    return constant === undefined ? labelsOf(value) : [labelOf(constant)];
  }

  /** Whether a name is T or F where a column is not to be expected: in a comparison, or as what ifelse() gives. */
  #isTruth(value: RValue): boolean {
    return value.type === 'symbol' && areTruths(value) && !this.#table.has(value.name) && !this.#data?.has(value.name);
  }

  #truthOrNumber(value: RValue): Expression {
    return this.#isTruth(value) ? (constantsOf(value)?.[0] as number) : this.number(value);
  }

  #symbol(name: string): Expression {
    const constant = this.#table.has(name) ? undefined : this.#scope(name);
    if (constant !== undefined) {
      if (typeof constant === 'number' && Number.isFinite(constant)) return constant;
      throw new ModelError(
        this.#label,
        `the variable ${name} of the formula's environment, which is ${JSON.stringify(constant)}`,
        'a number',
      );
    }
    const feature = this.#table.featureOf(name);
    if (feature?.type === 'factor') throw new ModelError(this.#label, `arithmetic with the factor "${name}"`, 'numbers');
    this.#table.reads(name, 'number');
    return { feature: this.#table.place(name) };
  }

  /** as.numeric(f), which is a factor's code; for texts it would be the number they spell. */
  #code(value: Call, name: string): Expression {
    if (this.#table.featureOf(name)?.type === 'factor' && !this.#table.isBare(name))
      throw this.fail(value, `the code of "${name}", whose levels are not known`, 'a factor');
    this.#table.reads(name, 'code');
    return { feature: this.#table.place(name) };
  }

  /** as.integer() of a name: a factor's code, or a number without its fraction. */
  #integerOf(value: Call, name: string): Expression {
    if (this.#table.featureOf(name)?.type === 'factor') return this.#code(value, name);
    const isConstant = !this.#table.has(name) && this.#scope(name) !== undefined;
    return { call: 'as.integer', of: [isConstant ? this.#symbol(name) : this.#code(value, name)] };
  }

  #constant(value: Extract<RValue, { type: 'integer' | 'logical' | 'double' }>): Expression {
    const [number] = constantsOf(value) ?? [];
    if (value.values.length !== 1 || typeof number !== 'number' || !Number.isFinite(number)) throw this.fail(value, 'that', 'one number');
    return number;
  }

  /** A call's function and arguments. */
  #call(value: Call): { name: string; args: Argument[] } {
    const [head, ...rest] = value.values;
    const name = functionName(head);
    if (name === undefined) throw this.fail(value, 'a call of a computed function', 'a function by its name');
    return { name, args: rest.map((argument, at) => ({ value: argument, tag: value.tags[at + 1] })) };
  }

  #ordered(value: Call, args: Argument[], names: string[]): Expression[] {
    const given = matchArguments(args, names, (found, expected) => this.fail(value, found, expected));
    const found = names.filter((name) => given[name] !== undefined);
    if (found.some((name, at) => name !== names[at])) throw this.fail(value, 'other arguments', names.join(', '));
    return found.map((name) => {
      const part = given[name] as RValue;
      return name === 'yes' || name === 'no' ? this.#truthOrNumber(part) : this.number(part);
    });
  }

  /** The error for a part of the formula. */
  fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#label}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}
