import type { RValue } from '../../rds/values.ts';
import { withShares } from '../earth/reader.ts';
import { asCaretMachine } from '../ksvm/reader.ts';
import type { Imported } from '../reader.ts';
import { atTunedPenalty } from './penalty.ts';

/**
 * What caret makes of a model's answers, by the method's name in train(): its modelInfo's closures predict and prob, which are
 * never evaluated. Classes that the model itself names need no word; where it has one number for two classes, `chance` says which class
 * that is the chance of.
 */
export type Method = {
  /** caret's names of the methods that answer so. */
  names: readonly string[];
  chance?: 'first' | 'second';
  /** False where caret has no probabilities, whatever the model could say. */
  prob?: false;
  /** How the number of rounds stands among the tuned parameters, where predict() asks for so many. */
  rounds?: 'n.trees';
  /** Whether predict() takes all rounds, also those behind the best one. */
  takesAll?: true;
  /** What caret asks of the model beside that: the tuned penalty, say. `final` is the object that it fitted. */
  adapt?(engine: Imported, final: RValue, label: string): Imported;
};

/** The methods whose model is read, one line for those that answer alike. A new family needs a line here. */
const METHODS: readonly Method[] = [
  { names: ['rf', 'parRF'] }, // randomForest
  { names: ['ranger'] },
  { names: ['rpart', 'rpart1SE', 'rpart2'] },
  { names: ['rpartCost'], prob: false },
  { names: ['lm', 'lmStepAIC', 'glm.nb', 'rlm'] },
  { names: ['glm', 'glmStepAIC', 'gam', 'bam'], chance: 'second' },
  { names: ['gbm'], chance: 'first', rounds: 'n.trees' },
  { names: ['glmnet'], adapt: atTunedPenalty },
  { names: ['knn', 'nnet', 'multinom', 'lda', 'qda', 'polr', 'treebag'] },
  { names: ['earth', 'gcvEarth'], adapt: withShares },
  { names: ['svmRadial', 'svmRadialCost', 'svmRadialSigma', 'svmLinear', 'svmPoly'], adapt: asCaretMachine }, // ksvm
  { names: ['xgbTree', 'xgbLinear'], chance: 'first' },
  { names: ['xgbDART'], chance: 'first', takesAll: true },
];

/** A method by its name in train(); undefined where its answers are not known. */
export function methodOf(name: string): Method | undefined {
  return METHODS.find(({ names }) => names.includes(name));
}

/** The names of all methods that are read. */
export function methodNames(): string[] {
  return METHODS.flatMap(({ names }) => names);
}
