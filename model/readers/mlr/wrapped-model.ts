import type { Outcome } from '../../../shared/bodies/outcome.ts';
import { ModelError } from '../../../shared/errors.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';
import { readLevels } from '../../formula/terms.ts';
import { classOf, element, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { Frame, type FrameColumn } from '../../steps/frame.ts';
import type { Imported } from '../reader.ts';
import { connect, outcomeOf } from '../workflow/engine.ts';
import { withMissing } from '../workflow/missing.ts';

/** Learners of mlr whose answers are known (R/RLearner_*.R): their predictLearner() is never run. */
const LEARNERS = [
  ...['classif.randomForest', 'classif.ranger', 'classif.rpart', 'classif.logreg', 'classif.multinom'],
  ...['regr.randomForest', 'regr.ranger', 'regr.rpart', 'regr.lm', 'regr.glm'],
];

/** What mlr's train() returned: the learner's model, with mlr's answers. Throws a ModelError that names what is not served. */
export function readWrappedModel(value: RValue, label: string, inner: (value: RValue, label: string) => Imported): Imported {
  const learner = element(value, 'learner');
  const model = element(value, 'learner.model');
  if (!learner || !model) throw new ModelError(label, 'a WrappedModel without its learner or its model', 'what train() returned');
  // Tuning only looks for the parameters of the model that it holds.
  const next = classOf(model).includes('TuneModel') ? element(model, 'next.model') : undefined;
  if (next) return readWrappedModel(next, label, inner);
  const [name = typeOf(learner)] = classOf(learner);
  if (!LEARNERS.includes(name)) throw new ModelError(label, `mlr's learner ${name}, which is not served`, `one of ${LEARNERS.join(', ')}`);
  const threshold = element(learner, 'predict.threshold');
  if (threshold) throw new ModelError(`${label}'s predict.threshold`, typeOf(threshold), 'none');
  const engine = inner(model, `${label}'s learner.model`);
  const { features, frame } = columnsOf(value, engine, label);
  const steps = connect(frame, engine, label);
  const answers = answersOf(value, learner, engine, features, label);
  const made = { body: engine.body, steps, ...answers };
  const version = engine.version === undefined ? {} : { version: engine.version };
  const { intervalParts, cover, means } = engine;
  const beside = { ...(intervalParts ? { intervalParts } : {}), ...(cover ? { cover } : {}), ...(means ? { means } : {}) };
  return { ...made, schema: withMissing(made, label), call: `${name}: ${engine.call}`, ...version, ...beside };
}

/** The columns of the task, factors by their levels, where the model itself may only have their codes. */
function columnsOf(value: RValue, engine: Imported, label: string): { features: Feature[]; frame: Frame } {
  const levels = readLevels(element(value, 'factor.levels'), `${label}'s factor.levels`);
  const features = engine.schema.features.map((feature): Feature => {
    const known = levels.get(feature.name);
    return known && feature.type === 'number' ? { name: feature.name, type: 'factor', levels: known } : feature;
  });
  const columns = features.map((feature): FrameColumn => {
    if (feature.type === 'factor') return { name: feature.name, kind: 'factor', levels: feature.levels };
    return { name: feature.name, kind: feature.type === 'integer64' ? 'number' : feature.type };
  });
  return { features, frame: new Frame(columns, label) };
}

/** mlr's answers: the number, or the class and, where the learner was asked for them, the probabilities, whose largest is the class. */
function answersOf(
  value: RValue,
  learner: RValue,
  engine: Imported,
  features: Feature[],
  label: string,
): Pick<Imported, 'schema' | 'outcome'> {
  const task = element(value, 'task.desc');
  const type = textOf(task && element(task, 'type'), `${label}'s type`);
  const { kind, types: [first = 'response'] = [], trees } = engine.schema;
  const size = trees === undefined ? {} : { trees };
  if (type === 'regr') {
    if (kind !== 'regression') throw new ModelError(label, `a model of the kind ${kind} for regression`, 'one of regression');
    return { schema: { kind, features, takesMissing: false, types: [first], ...size } };
  }
  if (type !== 'classif') throw new ModelError(`${label}'s type`, type, 'regr or classif');
  const classes = textsOf(task && element(task, 'class.levels'), `${label}'s class.levels`);
  const outcome = outcomeOf(engine, classes, false, label);
  const hasShares = textOf(element(learner, 'predict.type'), `${label}'s predict.type`) === 'prob';
  const { class: classType, prob } = outcome.types;
  if (!classType || (hasShares && !prob))
    throw new ModelError(label, `a model of the kind ${kind}`, hasShares ? 'probabilities' : 'classes');
  const made: Outcome['types'] =
    kind === 'regression'
      ? { class: { ...classType, by: 'overHalf' }, ...(hasShares && prob ? { prob } : {}) }
      : hasShares && prob
        ? { class: { of: prob.of, by: 'largest' }, prob }
        : { class: classType };
  const schema: Schema = {
    kind: 'classification',
    features,
    classes,
    takesMissing: false,
    types: hasShares ? ['class', 'prob'] : ['class'],
  };
  return { schema, outcome: { ...outcome, types: made } };
}
