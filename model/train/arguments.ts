import { ModelError } from '../../shared/errors.ts';
import { SPLIT_RULES, type SplitRule } from './settings.ts';

/** ranger's arguments by ranger's names; what is left out has ranger's default. */
export type RangerArguments = {
  'num.trees'?: number;
  mtry?: number;
  importance?: 'none' | 'impurity' | 'permutation';
  probability?: boolean;
  classification?: boolean;
  'min.node.size'?: number;
  'max.depth'?: number;
  replace?: boolean;
  /** One share of the rows, or one a class in the order of the target's levels. */
  'sample.fraction'?: number[];
  /** The column that holds each row's weight. In R it would be given as data$column. */
  'case.weights'?: string;
  /** One weight a class, in the order of the target's levels. */
  'class.weights'?: number[];
  splitrule?: SplitRule;
  'num.random.splits'?: number;
  alpha?: number;
  minprop?: number;
  'respect.unordered.factors'?: 'ignore' | 'order' | 'partition';
  'keep.inbag'?: boolean;
  'oob.error'?: boolean;
  quantreg?: boolean;
  /** 0: one a processor. */
  'num.threads'?: number;
};

type Reader = (text: string, name: string) => number | number[] | boolean | string;

const READERS: { [name in keyof Required<RangerArguments>]: Reader } = {
  'num.trees': integer(1, 100_000),
  mtry: integer(1, 65_535),
  importance: oneOf('none', 'impurity', 'permutation'),
  probability: flag,
  classification: flag,
  'min.node.size': integer(1, 2 ** 31 - 1),
  'max.depth': integer(0, 2 ** 31 - 1),
  replace: flag,
  'sample.fraction': numbers(0, 1),
  'case.weights': (text) => text,
  'class.weights': numbers(0, Number.MAX_VALUE),
  splitrule: oneOf(...SPLIT_RULES),
  'num.random.splits': integer(1, 10_000),
  alpha: number(0, 1),
  minprop: number(0, 0.5),
  'respect.unordered.factors': (text, name) => {
    // The old form: TRUE is order, FALSE is ignore.
    if (/^(?:TRUE|T|true)$/.test(text)) return 'order';
    return /^(?:FALSE|F|false)$/.test(text) ? 'ignore' : oneOf('ignore', 'order', 'partition')(text, name);
  },
  'keep.inbag': flag,
  'oob.error': flag,
  quantreg: flag,
  'num.threads': integer(0, 1024),
};

/** Names of the arguments that are read. */
export const ARGUMENT_NAMES = Object.keys(READERS) as (keyof RangerArguments)[];
/** Those of them that are TRUE or FALSE. */
const FLAG_NAMES = ARGUMENT_NAMES.filter((name) => READERS[name] === flag);

/** ranger's arguments that are refused, each with its reason. */
export const REFUSED: Record<string, string> = {
  'min.bucket': 'ranger 0.14.1, which these forests equal, does not have it',
  'always.split.variables': 'wrong in ranger 0.14.1, which these forests equal',
  'split.select.weights': 'not supported',
  'scale.permutation.importance': 'not supported',
  'local.importance': 'not supported',
  'regularization.factor': 'not supported',
  'regularization.usedepth': 'not supported',
  inbag: 'not supported',
  holdout: 'not supported',
  'save.memory': 'not needed: the forest is the same, and memory is less than ranger takes',
  'write.forest': 'the forest is always written',
  'dependent.variable.name': 'give --formula "name ~ ."',
  'status.variable.name': 'give --formula "Surv(time, status) ~ ."',
  'na.action': 'rows with missing values are refused, as by ranger 0.14.1',
  'time.interest': 'ranger 0.14.1 does not have it',
  'node.stats': 'ranger 0.14.1 does not have it',
  'poisson.tau': 'ranger 0.14.1 does not have it',
  verbose: 'progress is shown where standard error is a terminal',
};

/** ranger's arguments from texts by name, as a command line gives them. Throws a ModelError that names the argument. */
export function readArguments(texts: Record<string, string>): RangerArguments {
  const read = Object.entries(texts).map(([name, text]) => {
    if (Object.hasOwn(REFUSED, name)) throw new ModelError(name, `${name}=${text}`, `it left out: ${REFUSED[name]}`);
    if (!Object.hasOwn(READERS, name)) throw new ModelError(name, 'no argument of ranger', `one of ${ARGUMENT_NAMES.join(', ')}`);
    return [name, READERS[name as keyof RangerArguments](text, name)];
  });
  return Object.fromEntries(read) as RangerArguments;
}

/** The arguments as a help text lists them: options, in lines of at most 110 characters. */
export function argumentLines(): string {
  const out = [''];
  for (const name of ARGUMENT_NAMES.map((one) => `--${one}`)) {
    const last = out[out.length - 1] as string;
    if (last.length + name.length > 108) out.push(name);
    else out[out.length - 1] = last === '' ? name : `${last} ${name}`;
  }
  return out.join('\n  ');
}

/**
 * A command line with ranger's arguments as parseArgs wants it: TRUE behind a flag's name that no TRUE or FALSE follows, and a negative seed
 * joined to its name.
 */
export function withFlagValues(args: string[]): string[] {
  const flags = new Set(FLAG_NAMES.map((name) => `--${name}`));
  return args.flatMap((arg, at) => {
    if (arg === '--seed' && /^-\d+$/.test(args[at + 1] ?? '')) return [`${arg}=${args[at + 1]}`];
    if (args[at - 1] === '--seed' && /^-\d+$/.test(arg)) return [];
    return flags.has(arg) && !/^(?:TRUE|FALSE|T|F|true|false)$/.test(args[at + 1] ?? '') ? [arg, 'TRUE'] : [arg];
  });
}

/** A seed as set.seed() (`seed`) or ranger's argument (`ranger-seed`) takes it. Throws a ModelError that names it as `label`. */
export function readSeed(name: 'seed' | 'ranger-seed', text: string, label: string): number {
  const value = Number(text);
  const [least, most] = name === 'seed' ? [-2147483647, 2147483647] : [1, 4294967295];
  if (/^-?\d{1,10}$/.test(text) && value >= least && value <= most) return value;
  throw new ModelError(label, text, `a whole number from ${least} to ${most}`);
}

/** The arguments as R code, for a call that people read. */
export function writeArguments(given: RangerArguments): string {
  const write = (value: unknown): string => {
    if (Array.isArray(value)) return value.length === 1 ? String(value[0]) : `c(${value.join(', ')})`;
    if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  };
  const shown = Object.entries(given).filter(([name]) => name !== 'num.threads');
  return shown.map(([name, value]) => `, ${name} = ${name === 'case.weights' ? `data$${value}` : write(value)}`).join('');
}

function integer(least: number, most: number): Reader {
  return (text, name) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new ModelError(name, text, `a whole number from ${least} to ${most}`);
  };
}

function number(least: number, most: number): Reader {
  return (text, name) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new ModelError(name, text, `a number from ${least} to ${most}`);
  };
}

function numbers(least: number, most: number): Reader {
  return (text, name) => text.split(',').map((part) => number(least, most)(part, name) as number);
}

function flag(text: string, name: string): boolean {
  if (/^(?:TRUE|T|true)$/.test(text)) return true;
  if (/^(?:FALSE|F|false)$/.test(text)) return false;
  throw new ModelError(name, text, 'TRUE or FALSE');
}

function oneOf(...choices: string[]): Reader {
  return (text, name) => {
    if (choices.includes(text)) return text;
    throw new ModelError(name, text, `one of ${choices.join(', ')}`);
  };
}
