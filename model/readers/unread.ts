import { classOf, element, type RValue, typeOf } from '../rds/values.ts';

/** What is said of an object that no reader takes: what it is, and what would help where something does. */
export type Unread = { found: string; help: string | undefined };

/** Elements that hold what a wrapper's package fitted, by the wrapper's class. */
const INNER: Record<string, string[]> = {
  WrappedModel: ['learner.model'],
};
/** Whose class it is, where its name does not say it. */
const PACKAGES: Record<string, string> = {
  WrappedModel: 'mlr',
};

const FOREST = 'a forest of ranger() or randomForest(), or boosting of xgboost or lightgbm';
const TERMS = 'glmnet() or gam() of mgcv, whose terms are chosen or smooth too';
const TREE = 'a tree of rpart()';
const GROUPS = 'lm() or glm() with the groups as a factor, where each group was in training';
const MIXED = 'lmer() or glmer() of lme4, which are served';
const SERIES = 'a service that keeps its series: its answers follow from the last training values, and not from features';
const RUNTIME = 'the runtime of its own package: the file holds only a handle or its state';
/** What helps where a family that people know is not served, by the object's class. */
const ADVICE: Record<string, string> = {
  ...{ 'C5.0': FOREST, cubist: FOREST, rfsrc: FOREST, cforest: FOREST, RandomForest: FOREST },
  ...{ kknn: "caret's knn3() or knnreg()", 'train.kknn': "caret's knn3() or knnreg()" },
  loess: 'a formula with ns() or bs() in lm(), which is as smooth and is served',
  ...{
    glmmTMB: `${MIXED}, or ${GROUPS}`,
    lme: MIXED,
    glmmPQL: MIXED,
    nlmerMod: GROUPS,
    nlme: 'nls(), whose parameters may go by a factor: a[g]',
  },
  gls: 'lm(), with weights where it has them',
  ...{
    party: TREE,
    simpleparty: TREE,
    BinaryTree: TREE,
    modelparty: TREE,
    lmtree: TREE,
    glmtree: TREE,
    mob: TREE,
    survbagg: FOREST,
    // Of adabag both.
    boosting: FOREST,
    bagging: FOREST,
    ada: FOREST,
    blackboost: FOREST,
    mboost: TERMS,
    glmboost: TERMS,
    gamboost: TERMS,
  },
  ...{ Arima: SERIES, ARIMA: SERIES, ets: SERIES, bats: SERIES, tbats: SERIES, forecast: SERIES, HoltWinters: SERIES, prophet: SERIES },
  ...{ 'keras.engine.training.Model': RUNTIME, nn_module: RUNTIME, luz_module_fitted: RUNTIME },
  ...{ H2OBinomialModel: RUNTIME, H2ORegressionModel: RUNTIME, H2OMultinomialModel: RUNTIME },
};

/** An object that no reader takes. */
export function describeUnread(value: RValue): Unread {
  const classes = classOf(value);
  if (classes.length === 0) return { found: `an object without a class (${typeOf(value)})`, help: undefined };
  const kind = classes.find((name) => Object.hasOwn(PACKAGES, name));
  const inner = kind === undefined ? undefined : innerOf(value, INNER[kind] ?? []);
  const [engine] = inner ? classOf(inner) : [];
  const from = kind === undefined ? '' : ` of ${PACKAGES[kind]}${engine === undefined ? '' : ` around one of class ${engine}`}`;
  const found = `an object of class ${classes.slice(0, 10).join(', ')}${from}`;
  if (kind !== undefined) return { found, help: 'a learner without anything around it but its tuning' };
  const known = classes.find((name) => Object.hasOwn(ADVICE, name));
  return { found, help: known === undefined ? undefined : ADVICE[known] };
}

function innerOf(value: RValue, way: string[]): RValue | undefined {
  let inner: RValue | undefined = value;
  for (const name of way) inner = inner && element(inner, name);
  return inner;
}
