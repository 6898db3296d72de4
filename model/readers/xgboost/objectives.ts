import type { Objective } from '../../../shared/bodies/boosting/transforms.ts';
import { ModelError } from '../../../shared/errors.ts';
import { expf } from '../../../shared/math/expf.ts';
import { logf } from '../../../shared/math/logf.ts';
import type { Kind } from '../../../shared/schema/features.ts';
import { type Booster, marginsOf } from './booster.ts';

const { fround } = Math;

/** How an objective's margins become its answer, how its base score becomes a margin, and what it predicts. */
type Rule = { transform: string; link: 'none' | 'logit' | 'log'; kind: Kind };

const NUMBER: Rule = { transform: 'identity', link: 'none', kind: 'regression' };
const SHARE: Rule = { transform: 'sigmoidFloat', link: 'logit', kind: 'regression' };
const POSITIVE: Rule = { transform: 'expFloat', link: 'log', kind: 'regression' };

/** xgboost's objectives by their names (src/objective/). One that is not here is refused. */
const OBJECTIVES: Readonly<Record<string, Rule>> = {
  'reg:squarederror': NUMBER,
  'reg:linear': NUMBER,
  'reg:squaredlogerror': NUMBER,
  'reg:pseudohubererror': NUMBER,
  'reg:absoluteerror': NUMBER,
  'reg:quantileerror': NUMBER,
  'reg:expectileerror': NUMBER,
  'binary:logitraw': NUMBER,
  'rank:pairwise': NUMBER,
  'rank:ndcg': NUMBER,
  'rank:map': NUMBER,
  'reg:logistic': SHARE,
  'binary:logistic': SHARE,
  'count:poisson': POSITIVE,
  'reg:gamma': POSITIVE,
  'reg:tweedie': POSITIVE,
  'survival:cox': POSITIVE,
  'survival:aft': POSITIVE,
  'binary:hinge': { transform: 'step', link: 'none', kind: 'regression' },
  'multi:softprob': { transform: 'softmaxFloat', link: 'none', kind: 'probability' },
  'multi:softmax': { transform: 'identity', link: 'none', kind: 'classification' },
};

/** The version from which on a base score is kept this far from 0 and 1, and from which on quantiles are sorted. */
const BOUNDED = [3, 2];
const SORTED = [3, 4];
/** Versions whose survival:aft takes exp() of a double and rounds it (seen: 2.1, 3.0, 3.1, 3.2); the others take expf() (seen: 1.7, 2.0). */
const OF_DOUBLE = { from: [2, 1], to: [3, 4] };
const LEAST_SHARE = fround(1e-6);

/** What a booster's objective says of its answers. Throws a ModelError that names an objective that has none here. */
export function readObjective(booster: Booster, label: string): { kind: Kind; objective: Objective } {
  const { transform, kind } = ruleOf(booster, label);
  const isSorted = booster.objective === 'reg:quantileerror' && booster.targets > 1 && isFrom(booster, SORTED);
  const isOfDouble = booster.objective === 'survival:aft' && isFrom(booster, OF_DOUBLE.from) && !isFrom(booster, OF_DOUBLE.to);
  return { kind, objective: { transform: isSorted ? 'ascending' : isOfDouble ? 'expRoundedFloat' : transform } };
}

/**
 * The margin that a booster's trees add to, one number for each: its base score through the objective's link, in 32-bit floats
 * (ProbToMargin). Binary files before 1.0 hold a margin already, which newer versions turn into a score and back.
 */
export function baseMargins(booster: Booster, label: string): Float64Array {
  const { baseScore, isMargin, objective } = booster;
  const count = marginsOf(booster);
  const rule = ruleOf(booster, label);
  const scores = baseScore.length === 1 ? Array.from({ length: count }, () => baseScore[0]!) : baseScore;
  if (scores.length !== count) throw new ModelError(`${label}'s base_score`, `${scores.length} numbers`, `1, or ${count}`);
  const toScore = isMargin && !objective.startsWith('multi:');
  return Float64Array.from(scores, (given) => {
    const margin = linked(rule, toScore ? unlinked(rule, given) : given, isFrom(booster, BOUNDED));
    if (Number.isFinite(margin)) return margin;
    throw new ModelError(`${label}'s base_score`, String(given), `a number that ${objective} can take`);
  });
}

function linked({ link }: Rule, score: number, isBounded: boolean): number {
  if (link === 'none') return score;
  if (link === 'log') return logf(score);
  const share = isBounded ? Math.min(Math.max(score, LEAST_SHARE), fround(1 - LEAST_SHARE)) : score;
  return -logf(fround(fround(1 / share) - 1));
}

function unlinked({ link, transform }: Rule, margin: number): number {
  if (transform === 'step') return margin > 0 ? 1 : 0;
  if (link === 'none') return margin;
  return link === 'log' ? expf(margin) : fround(1 / fround(expf(Math.min(-margin, fround(88.7))) + 1));
}

function ruleOf({ objective, targets }: Booster, label: string): Rule {
  const rule = Object.hasOwn(OBJECTIVES, objective) ? OBJECTIVES[objective] : undefined;
  const expected = `one of ${Object.keys(OBJECTIVES).join(', ')}`;
  if (!rule) throw new ModelError(`${label}'s objective`, JSON.stringify(objective), expected);
  if (objective === 'reg:expectileerror' && targets > 1)
    throw new ModelError(`${label}'s objective`, `${objective} of ${targets} levels`, 'of one level');
  return rule;
}

/** Whether a file's version is at least this one. */
function isFrom({ version = [0] }: Booster, least: readonly number[]): boolean {
  const [major = 0, minor = 0] = version;
  return major > least[0]! || (major === least[0] && minor >= least[1]!);
}
