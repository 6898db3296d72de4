import type { Objective } from '../../../shared/bodies/boosting/transforms.ts';
import { ModelError } from '../../../shared/errors.ts';

/** Objectives that are called otherwise in older files (config.h, ParseObjectiveAlias). */
const ALIASES: Record<string, string> = {
  ...{ regression_l2: 'regression', l2: 'regression', mean_squared_error: 'regression', mse: 'regression', l1: 'regression_l1' },
  ...{
    xentropy: 'cross_entropy',
    xentlambda: 'cross_entropy_lambda',
    softmax: 'multiclass',
    multiclass_ova: 'multiclassova',
    ova: 'multiclassova',
  },
};

/** The margin is the answer; of a regression with reg_sqrt its square with its sign (regression_objective.hpp: all of these are RegressionL2loss). */
const REGRESSIONS = ['regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape'];
const IDENTITY = ['lambdarank', 'rank_xendcg', 'custom', 'none'];

/** What a text model says of its objective: its name, the transform of margins into answers, and whether an answer has a class for each margin. */
export type ReadObjective = { name: string; objective: Objective; isMulticlass: boolean };

/**
 * The objective by the header's line (src/objective, ConvertOutput): "binary sigmoid:1". Without the line the margin is the answer, as
 * for an objective that a user wrote. Throws a ModelError for one that LightGBM does not have.
 */
export function readObjective(line: string | undefined, label: string): ReadObjective {
  const [given = '', ...options] = (line ?? 'custom').trim().split(/ +/);
  const name = Object.hasOwn(ALIASES, given) ? ALIASES[given]! : given;
  const one = (transform: string, parameter?: number): ReadObjective => {
    return { name, objective: { transform, ...(parameter === undefined ? {} : { parameter }) }, isMulticlass: false };
  };
  if (REGRESSIONS.includes(name)) return one(options.includes('sqrt') ? 'signedSquare' : 'identity');
  if (IDENTITY.includes(name)) return one('identity');
  switch (name) {
    case 'poisson':
    case 'gamma':
    case 'tweedie':
      return one('exp');
    case 'binary':
      return one('sigmoid', sigmoidOf(options, label));
    case 'cross_entropy':
      return one('sigmoid', 1);
    case 'cross_entropy_lambda':
      return one('log1pExp');
    case 'multiclass':
      return { ...one('softmax'), isMulticlass: true };
    case 'multiclassova':
      return { ...one('sigmoid', sigmoidOf(options, label)), isMulticlass: true };
    default:
      throw new ModelError(`${label}'s objective`, JSON.stringify(given.slice(0, 60)), 'one of LightGBM, or custom');
  }
}

const SIGMOID = /^sigmoid:(\d{1,15})(?:\.(\d{1,15}))?(?:e([-+]?\d{1,2}))?$/;

/** The factor of the margin in the sigmoid, read as LightGBM's Atof does: digits before and after the point, each exact, and their sum. */
function sigmoidOf(options: string[], label: string): number {
  const given = options.find((option) => option.startsWith('sigmoid:'));
  if (given === undefined) throw new ModelError(`${label}'s objective`, 'no sigmoid', '"sigmoid:1" or another factor');
  const parts = SIGMOID.exec(given);
  if (!parts) throw new ModelError(`${label}'s objective`, JSON.stringify(given.slice(0, 60)), '"sigmoid:1" or another factor above 0');
  const [, whole = '0', digits = '', exponent = '0'] = parts;
  const mantissa = Number(whole) + (digits === '' ? 0 : Number(digits) / 10 ** digits.length);
  const scale = 10 ** Math.abs(Number(exponent));
  const factor = Number(exponent) < 0 ? mantissa / scale : mantissa * scale;
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new ModelError(`${label}'s objective`, given, 'a factor above 0');
}
