import { BAG } from './bag/body.ts';
import { BOOSTING } from './boosting/body.ts';
import { BOOSTED_SUM } from './boosting/sum-body.ts';
import { CENTRES } from './centres/body.ts';
import { COLUMNS_BODY } from './columns/body.ts';
import { COX } from './cox/body.ts';
import { DISCRIMINANT } from './discriminant/body.ts';
import { EARTH } from './earth/body.ts';
import { FOREST } from './forest/body.ts';
import { GAM } from './gam/body.ts';
import type { BodyKind } from './kind.ts';
import { LINEAR } from './linear/body.ts';
import { MACHINE } from './machine/body.ts';
import { MIXED } from './mixed/body.ts';
import { NAIVE_BAYES } from './naive-bayes/body.ts';
import { NEAREST } from './nearest/body.ts';
import { NETWORK } from './network/body.ts';
import { ORDINAL } from './ordinal/body.ts';
import { PENALIZED } from './penalized/body.ts';
import { RPART } from './rpart/body.ts';
import { SURVREG } from './survreg/body.ts';
import { VECTORS } from './vectors/body.ts';

/** Every kind of body, one line each. Packaging leaves out those that the packaged artifact does not name (model/bundle/lean.ts). */
export const BODIES: readonly BodyKind<unknown>[] = [
  FOREST, // trees by the hundred: ranger, randomForest
  RPART, // one tree with surrogate splits: rpart
  BAG, // trees like rpart's that vote: ipred's bagging
  BOOSTING, // trees whose leaves add up: xgboost, LightGBM, gbm
  BOOSTED_SUM, // a sum of inputs by weights that boosting found: xgboost's gblinear
  LINEAR, // a sum of columns and a link: lm, aov, glm
  MIXED, // fixed and random effects: lme4's lmer, glmer
  COLUMNS_BODY, // nothing: the columns of a pipeline are the answer
  GAM, // smooth terms: mgcv
  EARTH, // sums of hinge terms: earth
  SURVREG, // times around a sum of inputs: survival's survreg
  COX, // proportional hazards: survival's coxph
  PENALIZED, // a sum of inputs for each penalty of a path: glmnet
  DISCRIMINANT, // distances to the means of classes: MASS's lda, qda
  ORDINAL, // ordered classes by a sum of inputs: MASS's polr
  NAIVE_BAYES, // a table for each input: e1071's naiveBayes
  NEAREST, // the nearest training rows: caret's knn3, knnreg
  VECTORS, // support vectors of libsvm: e1071's svm
  MACHINE, // support vectors of kernlab: ksvm
  NETWORK, // layers of units: nnet, multinom
  CENTRES, // the nearest centre: kmeans
];
