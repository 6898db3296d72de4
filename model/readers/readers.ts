import { CARET_READER } from './caret/reader.ts';
import { EARTH_READER } from './earth/reader.ts';
import { GAM_READER } from './gam/reader.ts';
import { GBM_READER } from './gbm/reader.ts';
import { GLMNET_READER } from './glmnet/reader.ts';
import { IPRED_READER } from './ipred/reader.ts';
import { KMEANS_READER } from './kmeans/reader.ts';
import { KNN_READER } from './knn/reader.ts';
import { KSVM_READER } from './ksvm/reader.ts';
import { LIGHTGBM_READER } from './lightgbm/reader.ts';
import { LINEAR_READER } from './linear/reader.ts';
import { LME4_READER } from './lme4/reader.ts';
import { DISCRIMINANT_READER, POLR_READER, RLM_READER } from './mass/reader.ts';
import { MLR_READER } from './mlr/reader.ts';
import { NAIVE_BAYES_READER } from './naive-bayes/reader.ts';
import { NLS_READER } from './nls/reader.ts';
import { NNET_READER } from './nnet/reader.ts';
import { PARTYKIT_READER } from './partykit/reader.ts';
import { PRCOMP_READER } from './prcomp/reader.ts';
import { RQ_READER } from './quantreg/reader.ts';
import { RANDOM_FOREST_READER } from './random-forest/reader.ts';
import { RANGER_READER } from './ranger/reader.ts';
import type { Reader } from './reader.ts';
import { RPART_READER } from './rpart/reader.ts';
import { COXPH_READER, SURVREG_READER } from './survival/reader.ts';
import { SVM_READER } from './svm/reader.ts';
import { WORKFLOW_READER } from './workflow/reader.ts';
import { XGBOOST_READER } from './xgboost/reader.ts';

/** Every family that is read, one line each, in the order in which an error lists them. */
export const READERS: readonly Reader[] = [
  RANGER_READER, // ranger()
  RANDOM_FOREST_READER, // randomForest()
  RPART_READER, // rpart()
  IPRED_READER, // ipred's bagging()
  PARTYKIT_READER, // partykit's ctree()
  XGBOOST_READER, // xgb.train(), xgboost()
  LIGHTGBM_READER, // lgb.train(), lightgbm()
  GBM_READER, // gbm(), gbm.fit()
  LINEAR_READER, // lm(), aov(), glm(), glm.nb()
  RLM_READER, // MASS's rlm()
  PRCOMP_READER, // prcomp()
  KMEANS_READER, // kmeans()
  NLS_READER, // nls()
  RQ_READER, // quantreg's rq()
  GAM_READER, // mgcv's gam(), bam()
  LME4_READER, // lme4's lmer(), glmer()
  EARTH_READER, // earth()
  GLMNET_READER, // glmnet(), cv.glmnet(), relaxed ones too
  COXPH_READER, // survival's coxph()
  SURVREG_READER, // survival's survreg()
  NNET_READER, // nnet(), multinom()
  DISCRIMINANT_READER, // MASS's lda(), qda()
  POLR_READER, // MASS's polr()
  NAIVE_BAYES_READER, // e1071's naiveBayes()
  SVM_READER, // e1071's svm()
  KSVM_READER, // kernlab's ksvm()
  KNN_READER, // caret's knn3(), knnreg()
  WORKFLOW_READER, // tidymodels: workflow, model_fit, last_fit
  CARET_READER, // caret: train, preProcess, dummyVars
  MLR_READER, // mlr: WrappedModel
];
