import { quote } from './describe-value.ts';
import { EXPECTED_ASK, type ExplainAsk, type Explainable, knownTimes, misfitExplain } from './explain-ask.ts';
import { DEFAULT_LEVEL, INTERVALS, type Intervals, misfitInterval } from './spread/interval.ts';
import { type AnswerType, isCurve, isQuantiles, misfitSeMethod, SE_OF } from './spread/types.ts';

export type { AnswerType };

/** The rounds of a boosted model: how many there are, how many R's predict() uses where nothing is asked, and the trees of each. */
export type Rounds = { all: number; used: number; trees: number };

/** What of a model's schema its parameters depend on. */
export type Asked = { kind: string; types?: AnswerType[]; trees?: number; rounds?: Rounds; chosen?: string[]; classes?: string[] } & {
  explain?: Explainable;
  intervals?: Intervals;
  times?: number[];
};

/** The values that a parameter takes. */
export type ValueForm =
  | { is: 'flag' }
  | { is: 'whole'; least: number; most: (schema: Asked) => number }
  /** One of some texts; of those, some that a model offers, where it does not offer all. */
  | { is: 'choice'; of: readonly string[]; offered?: (schema: Asked) => readonly string[] }
  | { is: 'range'; most: (schema: Asked) => number }
  | { is: 'shares'; most: number }
  /** Some finite numbers. */
  | { is: 'numbers'; most: number }
  /** A number between 0 and 1, and neither of them. */
  | { is: 'level' }
  /** What a request asks of an explanation. */
  | { is: 'explain' }
  /** A time of the model's curve. */
  | { is: 'time' }
  /** A number, or one of the names that the model has for some (those that start with `names`). */
  | { is: 'named'; most: number; names: string };

/** All that a request asks for, before its members are known by their names. */
export type AllGiven = { readonly type: AnswerType; readonly also?: readonly AnswerType[]; readonly [name: string]: unknown };

/** The value of a parameter, by its form. */
type ValueOf<F extends ValueForm> = F extends { is: 'flag' }
  ? boolean
  : F extends { is: 'whole' }
    ? number
    : F extends { is: 'choice'; of: readonly (infer One)[] }
      ? One
      : F extends { is: 'named' }
        ? number | string
        : F extends { is: 'level' | 'time' }
          ? number
          : F extends { is: 'explain' }
            ? ExplainAsk | false
            : readonly number[];

/** A parameter beside `type`: one entry of the table is all that reading, the OpenAPI document and `describe` need. */
export type Parameter<F extends ValueForm = ValueForm> = {
  /** What it does, a sentence for people. */
  summary: string;
  form: F;
  /** Whether the answer to defaults, which a kernel gives, is also the answer with this value. */
  keepsAnswer(value: ValueOf<F>, schema: Asked): boolean;
  /** The value where none is given. */
  missing?(given: AllGiven): ValueOf<F> | undefined;
  /** What is wrong with a value beside the others that are given. */
  misfit?(value: ValueOf<F>, given: AllGiven, schema: Asked): string | undefined;
};

/** Parameters by their names. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** Most quantiles of one request, and most times. */
export const MAX_QUANTILES = 100;
const MAX_TIMES = 1_000;
/** A seed as ranger takes it: R's integers. */
const MAX_SEED = 2 ** 31 - 1;
/** ipred's aggregations. */
const AGGREGATIONS = ['majority', 'average', 'weighted'] as const;

/** All parameters beside `type`, under R's names for the arguments of `predict()`. */
export const PARAMETERS = {
  /** Every tree's answer instead of their mean or vote. */
  predictAll: parameter({
    summary: "Every tree's answer instead of their mean or vote.",
    form: { is: 'flag' },
    keepsAnswer: (value) => !value,
    misfit: (value, { type, also }) => {
      if (!value) return undefined;
      if (also) return 'found predictAll with several types, expected one type';
      return type === 'response' || type === 'chf' ? undefined : `found predictAll with type "${type}", expected type "response"`;
    },
  }),
  /** Use only the first so many trees; all where it is not given. */
  numTrees: parameter({
    summary: 'Use only the first so many trees.',
    form: { is: 'whole', least: 1, most: ({ trees = 0 }) => trees },
    keepsAnswer: (value, { trees }) => value === trees,
    misfit: (value, { type }, { kind, trees }) => {
      if (value === trees) return undefined;
      // R itself counts a response of 0 for every tree left out.
      if (type === 'quantiles') return 'found numTrees with type "quantiles", expected all trees';
      if (type !== 'se' || kind !== 'probability') return undefined;
      return 'found numTrees with type "se", expected all trees, as R does for probabilities';
    },
  }),
  /** Break ties between classes as R does with this seed and one thread. */
  seed: parameter({
    summary: 'Break ties between classes as R does with this seed.',
    // 0 asks ranger to make a seed.
    form: { is: 'whole', least: 1, most: () => MAX_SEED },
    keepsAnswer: () => false,
  }),
  /** The probabilities of the quantiles, from 0 to 1; with type `quantiles`. */
  quantiles: parameter({
    summary: 'The probabilities, with type "quantiles".',
    form: { is: 'shares', most: MAX_QUANTILES },
    keepsAnswer: () => false,
    // R's predict.ranger has the same three as its default.
    missing: ({ type }) => (isQuantiles(type) ? [0.1, 0.5, 0.9] : undefined),
    misfit: (_, { type }) => (isQuantiles(type) ? undefined : 'found quantiles, expected them with type "quantiles" only'),
  }),
  /** How standard errors are found: the infinitesimal jackknife where it is not given, or the jackknife; with type `se`. */
  seMethod: parameter({
    summary: 'How standard errors are found, with type "se".',
    form: { is: 'choice', of: ['infjack', 'jack'] },
    keepsAnswer: () => false,
    misfit: misfitSeMethod,
  }),
  /** What standard errors are of, where a model has them of several types; with type `se`. */
  seOf: parameter({
    summary: 'What the predictions and their standard errors are of, with type "se": of the default type where it is not given.',
    form: { is: 'choice', of: SE_OF, offered: ({ types = [] }) => SE_OF.filter((name) => types.includes(name)) },
    keepsAnswer: () => false,
    misfit: (_, { type }) => (type === 'se' ? undefined : 'found seOf, expected it with type "se" only'),
  }),
  /** The times at which a survival model gives its curves; with types `survival` and `expected`. */
  times: parameter({
    summary:
      'The times that curves are asked for, with type "survival" or "expected": those of the events of training where it is not given.',
    form: { is: 'numbers', most: MAX_TIMES },
    keepsAnswer: () => false,
    misfit: (_, { type, also = [] }) =>
      [type, ...also].some(isCurve) ? undefined : 'found times, expected them with type "survival" or "expected" only',
  }),
  /** The columns that the steps give to the body, beside the answer: they are another answer, called `steps`. */
  steps: parameter({
    summary: 'The columns that the model got from the steps before it, beside the answer, to find a difference.',
    form: { is: 'flag' },
    keepsAnswer: (value) => !value,
    misfit: (value, { type }) =>
      value && (type === 'se' || isQuantiles(type)) ? `found steps with type "${type}", expected another type` : undefined,
  }),
  /** Use only the first so many rounds of boosting; those up to the best iteration, or all, where it is not given. */
  nTrees: parameter({
    summary: 'Use only the first so many rounds of boosting (one round has a tree for each class).',
    form: { is: 'whole', least: 1, most: ({ rounds }) => rounds?.all ?? 0 },
    keepsAnswer: (value, { rounds }) => value === rounds?.used,
    misfit: (_, { iterationRange }) =>
      iterationRange === undefined ? undefined : 'found nTrees with iterationRange, expected one of them',
  }),
  /** Use only the rounds from the first number on, up to the second, which is left out; the first round is 1. */
  iterationRange: parameter({
    summary: 'Use only the rounds of boosting from the first number on and before the second; the first round is 1.',
    form: { is: 'range', most: ({ rounds }) => (rounds?.all ?? 0) + 1 },
    keepsAnswer: ([from, to], { rounds }) => from === 1 && to === (rounds?.used ?? 0) + 1,
  }),
  /** The penalty (lambda) whose coefficients are used; between two of the path their mixture. */
  s: parameter({
    summary: 'The penalty (lambda) whose coefficients are used.',
    form: { is: 'named', most: Number.MAX_VALUE, names: 'lambda.' },
    keepsAnswer: () => false,
  }),
  /** The part of the penalized coefficients in a blend with the relaxed ones. */
  gamma: parameter({
    summary: 'The part of the penalized coefficients in a blend with the relaxed ones, from 0 to 1.',
    form: { is: 'named', most: 1, names: 'gamma.' },
    keepsAnswer: () => false,
  }),
  random: parameter({
    summary: "Add the random effects of a row's groups; false is R's re.form = NA: a row of no group.",
    form: { is: 'flag' },
    keepsAnswer: (value) => value,
  }),
  /** What a hazard's linear predictor is 0 at. */
  reference: parameter({
    summary:
      'What a linear predictor is 0 at: the means within each stratum ("strata", R\'s default), those of all ("sample"), or columns of 0 ("zero").',
    form: { is: 'choice', of: ['strata', 'sample', 'zero'] },
    keepsAnswer: (value) => value === 'strata',
    misfit: (_, { type, also = [] }) => {
      const other = [type, ...also].find((one) => one !== 'lp' && one !== 'risk');
      return other && `found reference with type "${other}", expected it with "lp" or "risk" only`;
    },
  }),
  aggregation: parameter({
    summary: "How trees' answers are put together: by votes, by their average, or weighted by the training rows in each leaf.",
    form: { is: 'choice', of: AGGREGATIONS, offered: ({ kind }) => AGGREGATIONS.slice(kind === 'regression' ? 1 : 0) },
    keepsAnswer: (value, { kind }) => value === AGGREGATIONS[kind === 'regression' ? 1 : 0],
  }),
  allowNewLevels: parameter({
    summary: 'Take groups that training did not have: their random effects count as 0.',
    form: { is: 'flag' },
    keepsAnswer: (value) => !value,
  }),
  /** The level of an interval: how often it shall hold. */
  level: parameter({
    summary: 'How often an interval holds what it is for, with interval: 0.95 by default.',
    form: { is: 'level' },
    keepsAnswer: () => false,
    missing: ({ interval }) => (interval ? DEFAULT_LEVEL : undefined),
    misfit: (_, { interval }) => (interval === undefined ? 'found level, expected it with interval only' : undefined),
  }),
  /** An interval around the prediction instead of it alone; of classes the set of those that are likely enough. */
  interval: parameter({
    summary: 'An interval around the prediction: an object of fit, lower, upper and level; of classes, which of them are likely enough.',
    form: { is: 'choice', of: INTERVALS, offered: ({ intervals }) => intervals?.kinds ?? [] },
    keepsAnswer: () => false,
    misfit: (value, given, schema) => misfitInterval(value, given, schema),
  }),
  /** What each feature adds to the prediction, beside it. */
  explain: parameter({
    summary: 'What each feature adds to the prediction, beside it: true, or an object of wishes (top, output, background, class).',
    form: { is: 'explain' },
    keepsAnswer: (value) => value === false,
    misfit: (value, given, schema) => misfitExplain(value, given, schema),
  }),
  /** The time at which the chance to live on is explained. */
  time: parameter({
    summary: "The time whose survival probability is explained, with explain; the middle one of the model's times by default.",
    form: { is: 'time' },
    keepsAnswer: () => true,
    misfit: (_, { explain }) => (explain ? undefined : 'found time, expected it with explain only'),
  }),
};

/** What a body may ask for beside the type of answer. */
export type ParameterName = keyof typeof PARAMETERS;

/** The values of the parameters beside `type`, each where it is given. */
export type ParameterValues = {
  [Name in keyof typeof PARAMETERS]?: (typeof PARAMETERS)[Name] extends Parameter<infer F> ? ValueOf<F> : never;
};

/** ranger's `se.method`. */
export type SeMethod = NonNullable<ParameterValues['seMethod']>;

/** What a parameter's value must be, in words. */
export function expectedOf({ form }: Parameter, schema: Asked): string {
  switch (form.is) {
    case 'flag':
      return 'true or false';
    case 'whole':
      return `a whole number from ${form.least} to ${form.most(schema)}`;
    case 'choice':
      return choicesFor(form, schema).map(quote).join(' or ');
    case 'level':
      return 'a number above 0 and below 1';
    case 'range':
      return `two whole numbers from 1 to ${form.most(schema)}, the smaller one first`;
    case 'explain':
      return EXPECTED_ASK;
    case 'time': {
      const [from, to] = knownTimes(schema);
      return `a number from ${from} to ${to}, the model's last time`;
    }
    case 'shares':
      return `1 to ${form.most} numbers from 0 to 1`;
    case 'numbers':
      return `1 to ${form.most} finite numbers`;
    case 'named': {
      const range = form.most === Number.MAX_VALUE ? 'a number from 0 on' : `a number from 0 to ${form.most}`;
      return [range, ...namesFor(form, schema).map((name) => `"${name}"`)].join(' or ');
    }
  }
}

/** The texts that a model takes. */
export function choicesFor({ of, offered }: Extract<ValueForm, { is: 'choice' }>, schema: Asked): readonly string[] {
  return offered?.(schema) ?? of;
}

/** The names that a model has for some values of a parameter. */
export function namesFor({ names }: { names: string }, { chosen = [] }: Asked): string[] {
  return chosen.filter((name) => name.startsWith(names));
}

/** Gives an entry of the table the types of its form. */
function parameter<const F extends ValueForm>(entry: Parameter<F>): Parameter<F> {
  return entry;
}
