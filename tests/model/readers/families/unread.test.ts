import { describe, expect, test } from '@jest/globals';
import { readModel } from '../../../../model/artifact/import.ts';
import { named } from '../../../support/r-objects.ts';

describe('a family that is not served is refused by its class, with what helps', () => {
  test.each<[string[], string]>([
    [['C5.0'], 'expected a forest of ranger() or randomForest()'],
    [['cubist'], 'expected a forest of ranger()'],
    [['rfsrc', 'grow', 'class'], 'expected a forest of ranger()'],
    [['cforest', 'constparties', 'parties'], 'expected a forest of ranger()'],
    [['train.kknn', 'kknn'], "expected caret's knn3() or knnreg()"],
    [['loess'], 'expected a formula with ns() or bs() in lm()'],
    [['glmmTMB'], 'expected lmer() or glmer() of lme4, which are served, or lm() or glm() with the groups as a factor'],
    [['glmmPQL', 'lme'], 'expected lmer() or glmer() of lme4'],
    [['nlme', 'lme'], 'expected nls(), whose parameters may go by a factor'],
    [['gls'], 'expected lm(), with weights where it has them'],
    [['nlmerMod'], 'expected lm() or glm() with the groups as a factor'],
    [['lme'], 'expected lmer() or glmer() of lme4, which are served'],
    [['simpleparty', 'party'], 'expected a tree of rpart()'],
    [['lmtree', 'modelparty', 'party'], 'expected a tree of rpart()'],
    [['glmtree', 'modelparty', 'party'], 'expected a tree of rpart()'],
    [['mob'], 'expected a tree of rpart()'],
    [['BinaryTree'], 'expected a tree of rpart()'],
    [['survbagg'], 'expected a forest of ranger()'],
    [['boosting'], 'expected a forest of ranger()'],
    [['ada'], 'expected a forest of ranger()'],
    [['blackboost', 'mboost'], 'expected a forest of ranger()'],
    [['glmboost', 'mboost'], 'expected glmnet() or gam()'],
    [['gamboost', 'glmboost', 'mboost'], 'expected glmnet() or gam()'],
    [['forecast_ARIMA', 'ARIMA', 'Arima'], 'expected a service that keeps its series'],
    [['prophet', 'list'], 'expected a service that keeps its series'],
    [['keras.engine.sequential.Sequential', 'keras.engine.training.Model'], 'expected the runtime of its own package'],
    [['nn_module'], 'expected the runtime of its own package'],
    [['H2OBinomialModel'], 'expected the runtime of its own package'],
  ])('%s', (classes, expected) => {
    const read = () => readModel(named({}, ...classes), 'm.RDS');
    expect(read).toThrow(`found an object of class ${classes.join(', ')}, ${expected}`);
  });

  test('a class that nobody knows gets the list of families', () => {
    expect(() => readModel(named({}, 'mine'), 'm.RDS')).toThrow('found an object of class mine, expected a ranger forest');
  });
});
