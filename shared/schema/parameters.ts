import type { Problem } from '../errors.ts';
import { describe, quote } from './describe-value.ts';
import type { AnswerType, ParameterName, Schema } from './features.ts';

/** Most quantiles of one request. */
export const MAX_QUANTILES = 100;
/** A seed as ranger takes it: R's integers. */
const MAX_SEED = 2 ** 31 - 1;

/** What a body asks for beside its rows, under R's own names for the arguments of `predict()`. */
export type Parameters = {
  type: AnswerType;
  /** Every tree's answer instead of their mean or vote. */
  predictAll: boolean;
  /** Use only the first so many trees; all where it is undefined. */
  numTrees?: number;
  /** Break ties between classes as R does with this seed and one thread. */
  seed?: number;
  /** The probabilities asked for, with type `quantiles`. */
  quantiles?: number[];
  /** How the standard errors of type `se` are found: the infinitesimal jackknife where it is not given, or the jackknife. */
  seMethod?: SeMethod;
};

/** ranger's `se.method`. */
export type SeMethod = 'infjack' | 'jack';
/** Most rows for which R's infinitesimal jackknife is not calibrated at random (rInfJack in ranger's R/infinitesimalJackknife.R). */
const MAX_UNCALIBRATED = 20;

/** The types of answer of a model, the default first. */
export function answerTypes(schema: Schema): AnswerType[] {
  return schema.types ?? ['response'];
}

const DEFAULTS = new WeakMap<Schema, Parameters>();

/** What is computed where a body asks for nothing else; one frozen object for a schema. */
export function defaultParameters(schema: Schema): Parameters {
  let parameters = DEFAULTS.get(schema);
  if (!parameters) {
    parameters = Object.freeze({ type: answerTypes(schema)[0] as AnswerType, predictAll: false });
    DEFAULTS.set(schema, parameters);
  }
  return parameters;
}

/** Reads a body's `parameters`; the problems name each member at fault by its path, and what the model takes. */
export function readParameters(schema: Schema, value: unknown, path: string): { parameters: Parameters; problems: Problem[] } {
  const parameters = { ...defaultParameters(schema) };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { parameters, problems: [{ path, message: `found ${describe(value)}, expected an object` }] };
  }
  const takes: string[] = ['type', ...(schema.takes ?? [])];
  const problems = Object.entries(value).flatMap(([name, given]): Problem[] => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!takes.includes(name)) return [{ path: at, message: `unknown parameter ${quote(name)}; this model takes: ${takes.join(', ')}` }];
    const expected = setParameter(schema, parameters, name as ParameterName | 'type', unboxed(name, given));
    return expected === undefined ? [] : [{ path: at, message: `found ${describe(given)}, expected ${expected}` }];
  });
  if (problems.length === 0) {
    const expected = misfit(schema, parameters);
    if (expected !== undefined) problems.push({ path, message: expected });
  }
  return { parameters, problems };
}

/** A value as it was meant: R's jsonlite writes a single value as an array of one, and an array of one as a single value. */
function unboxed(name: string, given: unknown): unknown {
  if (name === 'quantiles') return typeof given === 'number' ? [given] : given;
  return Array.isArray(given) && given.length === 1 ? given[0] : given;
}

/** Sets one parameter; gives what was expected where the value does not fit. */
function setParameter(schema: Schema, parameters: Parameters, name: ParameterName | 'type', given: unknown): string | undefined {
  const trees = schema.trees ?? 0;
  switch (name) {
    case 'type': {
      const types = answerTypes(schema);
      if (!types.includes(given as AnswerType)) return `one of ${types.map(quote).join(', ')}`;
      parameters.type = given as AnswerType;
      return undefined;
    }
    case 'predictAll':
      if (typeof given !== 'boolean') return 'true or false';
      parameters.predictAll = given;
      return undefined;
    case 'numTrees':
      if (!isWhole(given, 1, trees)) return `a whole number from 1 to ${trees}`;
      parameters.numTrees = given;
      return undefined;
    case 'seed':
      // 0 asks ranger for a seed of its own making.
      if (!isWhole(given, 1, MAX_SEED)) return `a whole number from 1 to ${MAX_SEED}`;
      parameters.seed = given;
      return undefined;
    case 'quantiles': {
      const isShare = (share: unknown) => typeof share === 'number' && share >= 0 && share <= 1;
      const fits = Array.isArray(given) && given.length > 0 && given.length <= MAX_QUANTILES && given.every(isShare);
      if (!fits) return `1 to ${MAX_QUANTILES} numbers from 0 to 1`;
      parameters.quantiles = given as number[];
      return undefined;
    }
    case 'seMethod':
      if (given !== 'infjack' && given !== 'jack') return '"infjack" or "jack"';
      parameters.seMethod = given;
      return undefined;
  }
}

/** What is wrong with parameters that are each good alone. R's predict.ranger has the same three quantiles as its default. */
function misfit(schema: Schema, parameters: Parameters): string | undefined {
  const { type, predictAll, quantiles, seMethod } = parameters;
  const fewer = parameters.numTrees !== undefined && parameters.numTrees !== schema.trees;
  if (type === 'quantiles') parameters.quantiles = quantiles ?? [0.1, 0.5, 0.9];
  else if (quantiles) return 'found quantiles, expected them with type "quantiles" only';
  if (predictAll && type !== 'response' && type !== 'chf') return `found predictAll with type "${type}", expected type "response"`;
  if (type !== 'se' && seMethod) return 'found seMethod, expected it with type "se" only';
  if (seMethod === 'jack' && schema.kind !== 'regression')
    return 'found seMethod "jack", expected "infjack": R has the jackknife for regression only';
  if (seMethod === 'jack' && parameters.numTrees === 1) return 'found numTrees 1 with seMethod "jack", expected at least 2';
  // R itself counts a response of 0 for every tree left out.
  if (type === 'quantiles' && fewer) return 'found numTrees with type "quantiles", expected all trees';
  if (type === 'se' && schema.kind === 'probability' && fewer)
    return 'found numTrees with type "se", expected all trees, as R does for probabilities';
  return undefined;
}

/** What is wrong with parameters for that many rows. */
export function misfitRows({ type, seMethod }: Parameters, rows: number): Problem | undefined {
  if (type !== 'se' || seMethod === 'jack' || rows <= MAX_UNCALIBRATED) return undefined;
  const message = `found ${rows} rows, expected at most ${MAX_UNCALIBRATED}: for more, R calibrates the infinitesimal jackknife at random`;
  return { path: '/parameters/type', message };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
