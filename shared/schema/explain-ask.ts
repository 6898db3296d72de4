import { describe, quote } from './describe-value.ts';

/** The number that contributions add up to: a sum before its transform, the answer itself, or a class's share. */
export type ExplainOutput = 'margin' | 'response' | 'probability';
const OUTPUTS: readonly string[] = ['margin', 'response', 'probability'] satisfies ExplainOutput[];

/**
 * What an input that is not known is: `path`, what the training rows in the leaves say; `rows`, what it is in each background row; `means`,
 * what makes its summand the mean in the training data.
 */
export type Background = TreeBackground | 'means';
/** Those that trees have. */
export type TreeBackground = 'path' | 'rows';
const BACKGROUNDS: readonly string[] = ['path', 'rows', 'means'] satisfies Background[];

/**
 * What a request asks of an explanation; what it does not name has the model's default. `time` is the time of a curve whose number is
 * explained; a request names it beside `explain` (the parameter `time`).
 */
export type ExplainAsk = { top?: number; output?: ExplainOutput; background?: Background; class?: string; time?: number };

/** What of a model its curve over time depends on. */
type Curve = { kind: string; classes?: readonly string[]; times?: readonly number[] };

/** Whether an explained number is of a curve at one time: the chance to live past it, or a survival forest's cumulative hazard up to it. */
export function isOfTime({ kind, classes, times = [] }: Curve, output: ExplainOutput): boolean {
  return times.length > 0 && (kind === 'survival' || (output === 'probability' && !classes));
}

/** The times at which a curve is known: from 0 (nothing has happened yet) or the model's first time, to its last one. */
export function knownTimes({ times = [] }: Pick<Curve, 'times'>): [from: number, to: number] {
  return [Math.min(0, times[0] ?? 0), times.at(-1) ?? 0];
}

/** What is asked of a curve with its time and its number in it: a type of answer that is a curve, or a time, means that curve's number. */
export function withTime(ask: ExplainAsk, { type, time }: { type: string; time?: number | undefined }, curve: Curve): ExplainAsk {
  const isCurve = type === 'survival' || (time !== undefined && curve.kind !== 'survival');
  const output = ask.output ?? (isCurve ? 'probability' : type === 'chf' ? 'margin' : undefined);
  return { ...ask, ...(output ? { output } : {}), ...(time === undefined ? {} : { time }) };
}

/** The time of a curve that is explained: the one that is asked for, else the middle one of the model's; undefined where the number is of none. */
export function timeOf(curve: Curve, { time }: ExplainAsk, output: ExplainOutput): number | undefined {
  if (!isOfTime(curve, output)) return undefined;
  const { times = [] } = curve;
  return time ?? times[Math.floor((times.length - 1) / 2)];
}

/** What a model's explanations rest on. An artifact's schema has it not: who opens it finds it. */
export type Explainable = {
  /** The hash of the section of the artifact that explanations are computed from. */
  sha256: string;
  /** The ways to explain an answer, the default first. */
  ways: ExplainWay[];
  /** Whether the model adds 32-bit floats, so that a rounding stands beside the contributions. */
  isRounded: boolean;
  /** Whether the background rows are rows of the training data. */
  isReal: boolean;
  /** The mean of the absolute contributions of each feature over the background rows, where there are any. */
  importance?: Float64Array;
  permutation?: Permutation;
  /** Background rows, side by side, where they were drawn and are no training rows: those may be shown to whoever may ask the model. */
  drawnRows?: Float64Array;
};

/** What is measured of a model's answers beside what came: the root of the mean squared error, the mean log loss, or the share of wrong classes. */
export const LOSSES = ['rmse', 'logLoss', 'error'] as const;
export type Loss = (typeof LOSSES)[number];

/** How much worse a model's answers get where the values of one feature are shuffled among the rows. */
export type Permutation = {
  loss: Loss;
  /** The column of the data that has what the model predicts. */
  target: string;
  /** How many rows of the data were asked. */
  rows: number;
  /** The loss of the model's answers. */
  base: number;
  /** How much greater the loss is with each feature shuffled, in the mean of some shuffles. */
  increases: Float64Array;
};

/** A way to explain: its background, the numbers that can be explained by it (the default first), and how long a row takes, in steps (explainMs). */
export type ExplainWay = {
  background: Background;
  outputs: ExplainOutput[];
  /** Infinity where the model's trees are too large to be explained. */
  work: number;
  /** How many steps a row takes that lacks a value, where these are more. */
  workOfMissing?: number;
  /** How many milliseconds rows take here, of the class at a place, which is found by computing some; where work cannot tell well. */
  msOf?(rows: Float64Array, place: number): number;
  /** Whether each contribution has a standard error, as orders of features are drawn. */
  isDrawn?: true;
};

/** The way that answers what is asked: of the background that is named, and which has the number that is named. Undefined where there is none. */
export function wayOf({ ways }: Pick<Explainable, 'ways'>, { background, output }: ExplainAsk): ExplainWay | undefined {
  return ways.find((way) => (background ?? way.background) === way.background && (!output || way.outputs.includes(output)));
}

/** The types of answer that go with an explanation: the model's own number or class, in one of its forms. */
const TYPES: readonly string[] = ['response', 'prob', 'vote', 'vector', 'class', 'link', 'margin', 'lp', 'survival', 'chf'];

/** What a request asks for: `true`, or an object of wishes. Undefined where it is neither, or a wish has no such value. */
export function readExplainAsk(given: unknown): ExplainAsk | false | undefined {
  if (given === true) return {};
  if (given === false) return false;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const ask: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    // R's jsonlite writes a single value as an array of one.
    const single: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (!isWish(name, single)) return undefined;
    ask[name] = single;
  }
  return ask as ExplainAsk;
}

function isWish(name: string, value: unknown): boolean {
  if (name === 'top') return typeof value === 'number' && Number.isInteger(value) && value >= 1;
  if (name === 'output') return OUTPUTS.includes(value as string);
  if (name === 'background') return BACKGROUNDS.includes(value as string);
  return name === 'class' && typeof value === 'string';
}

/** The values of the parameter in words. */
export const EXPECTED_ASK = `true, false, or an object of some of: top (a whole number from 1), output (${OUTPUTS.map(quote).join(', ')}), background (${BACKGROUNDS.map(quote).join(', ')}), class (a label)`;

/** What of a model and of a request an explanation depends on. */
type Asking = { type: string; also?: unknown; [name: string]: unknown };

/** What is wrong with what is asked for, beside the other parameters; undefined where nothing is. */
export function misfitExplain(
  ask: ExplainAsk | false,
  { type, also, predictAll, steps }: Asking,
  { explain, ...curve }: Curve & { explain?: Explainable },
): string | undefined {
  if (ask === false || !explain) return undefined;
  if (also || predictAll || steps) return 'found explain with other lists of answers, expected one type alone';
  if (!TYPES.includes(type)) return `found explain with type "${type}", expected a type that is the answer itself`;
  const { output, background, class: label, time } = ask;
  const { classes } = curve;
  if (time !== undefined && output && !isOfTime(curve, output)) return `found time with output "${output}", expected output "probability"`;
  const own = explain.ways.filter((way) => (background ?? way.background) === way.background);
  if (background && own.length === 0) return `found explain with background "${background}", ${LACKING[background]}`;
  if (!wayOf(explain, ask)) {
    if (output && isOfTime(curve, output) && explain.ways.every(({ outputs }) => !outputs.includes(output)))
      return `found explain with output "${output}", expected background rows for it; import the model with --data training.csv`;
    const known = [...new Set(own.flatMap(({ outputs }) => outputs))].map(quote).join(' or ');
    const by = background ? ` and background "${background}"` : '';
    return `found explain with output "${output}"${by}, expected ${known} for this model`;
  }
  if (label === undefined || classes?.includes(label)) return undefined;
  const expected = classes ? `one of ${classes.map(quote).join(', ')}` : 'none, as the model has no classes';
  return `found explain with class ${quote(label)}, expected ${expected}`;
}

/** What a background that an artifact lacks needs. */
const LACKING: Record<Background, string> = {
  path: 'expected another one: the artifact has no counts of training rows in its leaves',
  rows: 'expected another one: the artifact has no background rows; import the model with --data training.csv',
  means: 'expected another one: the artifact has no means of a sum whose parts are of one feature each',
};

/** What of a model a refusal of its explanations depends on. */
type Unexplained = { kind: string; types?: readonly string[]; margins?: number };

/** What helps where a model has nothing that explanations could be computed from. */
export function notExplained(given: unknown, schema: Unexplained): string {
  return `found ${describe(given)}, but this model cannot be explained: ${reasonOf(schema)}`;
}

function reasonOf({ kind, types = ['response'], margins = 1 }: Unexplained): string {
  if (kind === 'columns' || (kind === 'regression' && margins > 1)) return 'its answer is several numbers, and not one';
  const hasShares = kind !== 'classification' || types.some((type) => type === 'prob' || type === 'vote' || type === 'response');
  if (!hasShares) return 'its answer is a class without probabilities; fit it with those';
  return 'its artifact has no counts of training rows, and no background rows; import it with --data training.csv';
}
