import { ModelError } from '../../shared/errors.ts';
import { type Expression, printed } from '../../shared/expressions/expressions.ts';
import { FUNCTIONS } from '../../shared/expressions/functions.ts';
import type { Feature, Level } from '../../shared/schema/features.ts';
import { type RValue, readText } from '../rds/values.ts';
import { polyColumns, scaleColumn } from './columns.ts';
import {
  type Argument,
  areTruths,
  type Call,
  constantsOf,
  finite,
  functionName,
  labelsOf,
  MAX_DEPTH,
  matchArguments,
  numberOf,
} from './constants.ts';
import { cutLabels } from './cut.ts';
import { deparse } from './deparse.ts';
import { type Scope, scopeOf } from './scope.ts';
import type { Terms, Variable } from './terms.ts';

/** Functions that give back what they are given, as far as a row is concerned. */
const WRAPPERS = ['(', 'I', 'identity', 'as.numeric', 'as.double', 'as.vector', 'offset'];
/** Functions that make a factor of what they are given, without changing its labels. */
const FACTORS = ['addNA', 'factor', 'as.factor', 'ordered', 'as.ordered', 'relevel', 'droplevels', 'C', 'as.character', '(', 'I'];
/** R's names of its own numbers; a feature of that name would hide them, but then it stands alone somewhere too. */
const CONSTANTS: Record<string, number> = { pi: Math.PI, T: 1, F: 0 };
/** Most breaks of one cut(). */
const MAX_BREAKS = 100_001;

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

  readonly #scope: Scope;

  /** `variables` are those of the whole formula; `levels` the levels of its factors by variable. */
  constructor({ variables, environment }: Pick<Terms, 'variables' | 'environment'>, levels: Map<string, Level[]>, thing: string) {
    this.#thing = thing;
    for (const { name, value, kind } of variables) {
      if (value.type === 'symbol') this.#declare(value.name, kind, levels.get(name));
      else this.#declareLabels(value, kind, levels.get(name));
    }
    this.#scope = scopeOf(
      environment,
      variables.map(({ value }) => value),
      new Set(this.#places.keys()),
    );
  }

  /** The features, in the order in which the formula names them. */
  get features(): Feature[] {
    return this.#features;
  }

  /** The columns a numeric variable makes: one, or as many as poly() and the like make. */
  columns({ value }: Variable): Expression[] {
    if (value.type !== 'language') return [this.number(value)];
    const { name, args } = this.#call(value);
    if (name === 'poly' || name === 'polym') return polyColumns(value, name, args, this);
    if (name === 'scale') return [scaleColumn(value, args, this)];
    if ((name === 'I' || name === '(') && args[0]?.value.type === 'language') return this.columns({ value: args[0].value } as Variable);
    return [this.number(value)];
  }

  /** A factor's or logical's place among its levels, from 1. */
  category(variable: Variable, levels: Level[] | undefined): Expression {
    if (variable.kind === 'logical') {
      return { call: '+', of: [{ call: 'logical', of: [this.number(variable.value)] }, 1] };
    }
    if (!levels) throw this.fail(variable.value, 'a factor without its levels', 'xlevels for it');
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
        throw this.fail(value, 'that', 'numbers, features and functions of them');
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
      throw this.fail(value, found, known ? 'its plain arguments' : `arithmetic, or one of ${shownFunctions()}`);
    }
    return { call: name, of: args.map((arg) => this.number(arg.value)) };
  }

  /** `x == "a"`, `x != "a"` and `x %in% c("a", "b")`, of texts or numbers; undefined for anything else. */
  #membership(value: Call, name: string, args: Argument[]): Expression | undefined {
    const [left, right] = [args[0]?.value, args[1]?.value];
    if (!left || !right || (name !== '==' && name !== '!=' && name !== '%in%')) return undefined;
    const constants = (part: RValue) => this.#constants(part);
    const [subject, constant] = constants(right) ? [left, right] : [right, left];
    const listed = constants(constant);
    // What is compared with TRUE or FALSE is a logical, where nothing else tells what it is.
    if (subject.type === 'symbol' && areTruths(constant) && !this.#places.has(subject.name))
      this.#add({ name: subject.name, type: 'logical' });
    if (!listed || (name === '%in%' && subject !== left)) return undefined;
    const feature = subject.type === 'symbol' ? this.#featureOf(subject.name) : undefined;
    const isText = typeof listed[0] === 'string';
    if (name !== '%in%' && listed.length !== 1) throw this.fail(value, 'a comparison with several values', '%in%');
    if (!isText && feature?.type !== 'factor') {
      if (name !== '%in%') return undefined;
      return { call: '>', of: [{ number: this.number(subject), in: listed.map((one) => printed(Number(one))) }, 0] };
    }
    if (subject.type !== 'symbol') throw this.fail(value, 'texts compared with a computed value', 'a feature');
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
    if (value.type !== 'language') throw this.fail(value, 'that as a factor', 'a feature');
    const { name, args } = this.#call(value);
    const first = args[0]?.value;
    if (first && name === 'cut') return this.#cut(value, args, levels);
    if (first && FACTORS.includes(name)) {
      const own = name === 'factor' || name === 'ordered' ? this.#relabelled(value, args, levels) : undefined;
      if (own) return own;
      return this.#labelled(first, levels);
    }
    if (FUNCTIONS[name] || WRAPPERS.includes(name)) return this.#numbered(value, this.number(value), levels);
    throw this.fail(value, `the function ${name}()`, `one of ${FACTORS.slice(0, -2).join(', ')}, cut`);
  }

  /** factor(x, levels = c(...), labels = c(...)); undefined where the labels are those of x. Without levels R would draw them from each request. */
  #relabelled(value: Call, args: Argument[], levels: Level[]): Expression | undefined {
    const given = matchArguments(args, ['x', 'levels', 'labels', 'exclude', 'ordered']);
    if (given.exclude && given.exclude.type !== 'null') throw this.fail(value, `exclude in ${deparse(value).split('(')[0]}()`, 'levels');
    if (given.x?.type === 'symbol' && areTruths(given.levels) && !this.#places.has(given.x.name))
      this.#add({ name: given.x.name, type: 'logical' });
    if (!given.labels) return undefined;
    const [from, to] = [labelsOf(given.levels), labelsOf(given.labels)];
    if (!given.x || !from || from.length !== to?.length)
      throw this.fail(value, 'labels without as many levels', 'levels = c(...), labels = c(...)');
    const known = new Set<Level>(to);
    if (levels.some((level) => !known.has(level)))
      throw this.fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, to.slice(0, 10).join(', '));
    return this.#placed(this.#labelled(given.x, from), to, levels);
  }

  /** Levels that were made from numbers, or from TRUE and FALSE. */
  #numbered(value: RValue, number: Expression, levels: Level[]): Expression {
    const codes = levels.map((level) => (level === 'TRUE' ? 1 : level === 'FALSE' ? 0 : numberOf(level)));
    if (!codes.every(Number.isFinite)) {
      throw this.fail(value, `the levels ${levels.slice(0, 10).join(', ')} of numbers`, 'levels that are numbers');
    }
    return { number, in: codes };
  }

  /** cut(x, breaks = c(...)): its intervals by their labels, since unused ones have no level. */
  #cut(value: Call, args: Argument[], levels: Level[]): Expression {
    const given = matchArguments(args, ['x', 'breaks', 'labels', 'include.lowest', 'right', 'dig.lab', 'ordered_result']);
    const breaks = constantsOf(given.breaks)?.map(Number);
    if (breaks && breaks.length > MAX_BREAKS) throw this.fail(value, `${breaks.length} breaks`, `at most ${MAX_BREAKS}`);
    const truth = (name: string, standard: boolean) => {
      const own = given[name];
      return own === undefined ? standard : constantsOf(own)?.[0] === 1;
    };
    const digits = given['dig.lab'] === undefined ? 3 : Number(constantsOf(given['dig.lab'])?.[0]);
    if (!given.x || !breaks || breaks.length < 2 || breaks.some(Number.isNaN)) {
      throw this.fail(value, 'cut() without the numbers of its breaks', 'breaks = c(...), as a count of them depends on the data');
    }
    const [right, lowest] = [truth('right', true), truth('include.lowest', false)];
    breaks.sort((a, b) => a - b);
    const labels = given.labels === undefined ? cutLabels(breaks, { right, lowest, digits }) : constantsOf(given.labels)?.map(String);
    if (labels?.length !== breaks.length - 1) throw this.fail(value, 'cut() with other labels', 'one for each interval');
    const known = new Set<Level>(labels);
    if (levels.some((level) => !known.has(level)))
      throw this.fail(value, `the levels ${levels.slice(0, 10).join(', ')}`, labels.slice(0, 10).join(', '));
    return this.#placed({ interval: this.number(given.x), breaks: breaks.map(finite), right, lowest }, labels, levels);
  }

  /** The place among `levels` of a label whose place among `labels` is known. */
  #placed(place: Expression, labels: string[], levels: Level[]): Expression {
    const places = new Map(levels.map((level, at): [Level, number] => [level, at + 1]));
    return { table: place, values: labels.map((label) => places.get(label) ?? 0) };
  }

  /** The values of a constant, which may be a variable of the formula's environment. */
  #constants(value: RValue): (number | string)[] | undefined {
    if (value.type !== 'symbol') return constantsOf(value);
    if (this.#places.has(value.name)) return undefined;
    const own = this.#scope(value.name);
    return own === undefined ? constantsOf(value) : [own];
  }

  #symbol(name: string): Expression {
    const own = this.#places.has(name) ? undefined : this.#scope(name);
    if (own !== undefined) {
      if (typeof own === 'number' && Number.isFinite(own)) return own;
      throw new ModelError(this.#thing, `the variable ${name} of the formula's environment, which is ${JSON.stringify(own)}`, 'a number');
    }
    if (!this.#places.has(name) && Object.hasOwn(CONSTANTS, name)) return CONSTANTS[name]!;
    const feature = this.#featureOf(name);
    if (feature?.type === 'factor') throw new ModelError(this.#thing, `arithmetic with the factor "${name}"`, 'numbers');
    return { feature: this.#place(name) };
  }

  /** as.numeric(f), which is a factor's code; for texts it would be the number they spell. */
  #code(value: Call, name: string): Expression {
    if (this.#featureOf(name)?.type === 'factor' && !this.#bare.has(name))
      throw this.fail(value, `the code of "${name}", whose levels are not told`, 'a factor');
    return { feature: this.#place(name) };
  }

  #constant(value: Extract<RValue, { type: 'integer' | 'logical' | 'double' }>): Expression {
    const [number] = constantsOf(value) ?? [];
    if (value.values.length !== 1 || typeof number !== 'number' || !Number.isFinite(number)) throw this.fail(value, 'that', 'one number');
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
    readText(feature.name, `${this.#thing}, a variable`);
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
        default: values[0]!,
      });
    } else if (levels.every((level) => level === 'TRUE' || level === 'FALSE')) this.#add({ name, type: 'logical' });
    else this.#add({ name, type: 'factor', levels });
  }

  /** A call's function and arguments. */
  #call(value: Call): { name: string; args: Argument[] } {
    const [head, ...rest] = value.values;
    const name = functionName(head);
    if (name === undefined) throw this.fail(value, 'a call of a computed function', 'a function by its name');
    return { name, args: rest.map((own, at) => ({ value: own, tag: value.tags[at + 1] })) };
  }

  #ordered(value: Call, args: Argument[], names: string[]): Expression[] {
    const given = matchArguments(args, names);
    const found = names.filter((name) => given[name] !== undefined);
    if (found.length !== args.length || found.some((name, at) => name !== names[at]))
      throw this.fail(value, 'other arguments', names.join(', '));
    return found.map((name) => this.number(given[name] as RValue));
  }

  /** The error for a part of the formula. */
  fail(value: RValue, found: string, expected: string): ModelError {
    return new ModelError(`${this.#thing}, ${deparse(value).slice(0, 100)}`, found, expected);
  }
}

function shownFunctions(): string {
  return Object.keys(FUNCTIONS)
    .filter((name) => /^[a-z]/.test(name) && name !== 'logical')
    .join(', ');
}
