import { ModelError } from '../../../shared/errors.ts';
import type { PipelineStep } from '../../../shared/schema/card.ts';
import { readLevels, readTerms } from '../../formula/terms.ts';
import { attributesOf, classOf, element, NA_INTEGER, numbersOf, type RValue, textOf, textsOf, typeOf } from '../../rds/values.ts';
import { Frame } from '../../steps/frame.ts';
import { describeStep } from '../../steps/recipe.ts';
import type { Imported } from '../reader.ts';
import { answersOf, connect } from '../workflow/engine.ts';
import { withMissing } from '../workflow/missing.ts';
import type { RawColumns } from '../workflow/raw-columns.ts';
import { dataColumns, formulaColumns, numberColumns } from './columns.ts';
import { applyMatrix } from './matrix.ts';
import { type Method, methodNames, methodOf } from './methods.ts';
import { applyPreProcess, methodsOf } from './pre-process.ts';

/** Reads the model that caret fitted by its family's reader. */
export type Inner = (value: RValue, label: string) => Imported;

/**
 * What train() returned: the raw columns, its formula's matrix, preProcess, and the final model with caret's answers (R/predict.train.R).
 * Throws a ModelError that names what is not served.
 */
export function readTrain(value: RValue, label: string, inner: Inner): Imported {
  const name = textOf(element(value, 'method'), `${label}'s method`);
  const final = element(value, 'finalModel');
  if (!final) throw new ModelError(`${label}'s finalModel`, 'nothing', 'the model that caret fitted');
  const method = methodOf(name);
  if (!method) {
    const found = `caret's method "${name}" (a model of class ${classOf(final)[0] ?? typeOf(final)}), which is not served`;
    throw new ModelError(label, found, `train() with one of the methods ${methodNames().join(', ')}`);
  }
  const fitted = inner(asAsked(final, method, label), `${label}'s finalModel`);
  const engine = method.adapt?.(fitted, final, label) ?? fitted;
  checkBounds(value, label);
  const { raw, frame, pipeline } = columnsBefore(value, engine, label);
  const steps = connect(frame, byPlace(engine, final, frame), label);
  const classes = classesOf(value, engine, label);
  const answered = { mode: classes ? 'classification' : 'regression', levels: classes, eventFirst: method.chance === 'first' };
  const { schema: answers, outcome } = answersOf(engine, answered, raw.features, label);
  if (outcome && method.prob === false) {
    delete outcome.types.prob;
    answers.types = ['class'];
  }
  const model = { schema: answers, body: engine.body, steps, ...(outcome ? { outcome } : {}) };
  return {
    ...model,
    schema: withMissing(model, label),
    ...(pipeline.length > 0 ? { pipeline } : {}),
    call: `train(method = "${name}"): ${engine.call}`,
    ...(engine.version === undefined ? {} : { version: engine.version }),
    ...(engine.intervalParts ? { intervalParts: engine.intervalParts } : {}),
    ...(engine.cover ? { cover: engine.cover } : {}),
    ...(engine.means ? { means: engine.means } : {}),
  };
}

/** A model whose file has no names takes the columns that train() gave it, in their order. */
function byPlace(engine: Imported, final: RValue, frame: Frame): Imported {
  if (!engine.isUnnamed) return engine;
  const known = element(final, 'xNames');
  const given = new Set(known?.type === 'character' ? known.values : []);
  const isAsked = frame.columns.some(({ name }) => given.has(name));
  const columns = frame.columns.filter(({ name }) => !isAsked || given.has(name));
  const { features } = engine.schema;
  if (columns.length !== features.length) return engine;
  return { ...engine, schema: { ...engine.schema, features: features.map((feature, at) => ({ ...feature, name: columns[at]!.name })) } };
}

type Before = { raw: RawColumns; frame: Frame; pipeline: PipelineStep[] };

/** What train() does to the columns before the model has them. */
function columnsBefore(value: RValue, engine: Imported, label: string): Before {
  const pre = element(value, 'preProcess');
  const terms = element(value, 'terms');
  const pipeline: PipelineStep[] = [];
  let raw: RawColumns;
  let frame: Frame;
  if (terms || classOf(value).includes('train.formula')) {
    const read = readTerms(terms, `${label}'s terms`);
    const xlevels = element(value, 'xlevels');
    raw = formulaColumns(read, xlevels, value, label);
    frame = new Frame(raw.columns, label);
    const names = element(value, 'coefnames');
    const coding = {
      levels: readLevels(xlevels, `${label}'s xlevels`),
      contrasts: element(value, 'contrasts'),
      standard: 'contr.treatment' as const,
      names: names && textsOf(names, `${label}'s coefnames`),
    };
    applyMatrix(frame, read, coding, `${label}'s formula`);
    const step = describeStep('formula', raw.columns, frame.columns);
    if (step.gives ?? step.drops) pipeline.push(step);
  } else {
    raw = dataColumns(value, label) ?? numberColumns(namesBefore(value, pre, engine, label));
    frame = new Frame(raw.columns, label);
  }
  if (pre) pipeline.push(...applyPreProcess(pre, frame, `${label}'s preProcess`));
  return { raw, frame, pipeline };
}

/** The names of the columns where the object has none of its data: those of preProcess, and those that the model takes. */
function namesBefore(value: RValue, pre: RValue | undefined, engine: Imported, label: string): string[] {
  const methods = pre ? methodsOf(pre, `${label}'s preProcess`) : new Map<string, string[]>();
  const used = [...methods].flatMap(([name, columns]) => (name === 'remove' ? [] : columns));
  const isMade = methods.has('pca') || methods.has('ica');
  const wanted = engine.schema.features.map(({ name }) => name).filter((name) => !isMade || !/^(?:PC|ICA)\d+$/.test(name));
  const final = element(value, 'finalModel');
  const known = final && element(final, 'xNames');
  const names = !isMade && known ? textsOf(known, `${label}'s xNames`) : wanted;
  return [...new Set([...names, ...used])];
}

/** The classes in their order; undefined for a regression. */
function classesOf(value: RValue, engine: Imported, label: string): string[] | undefined {
  const type = textOf(element(value, 'modelType'), `${label}'s modelType`);
  if (type === 'Regression') return undefined;
  if (type !== 'Classification') throw new ModelError(`${label}'s modelType`, type, 'Regression or Classification');
  const final = element(value, 'finalModel');
  const levels = element(value, 'levels') ?? (final && element(final, 'obsLevels'));
  if (levels?.type === 'character') return textsOf(levels, `${label}'s levels`);
  if (engine.schema.classes && !engine.isCoded) return engine.schema.classes;
  throw new ModelError(`${label}'s levels`, typeOf(levels), 'the labels of its classes');
}

const NONE: RValue = { type: 'null' };

/** The final model as caret's predict() asks it: with so many rounds as were tuned. */
function asAsked(final: RValue, { rounds, takesAll }: Method, label: string): RValue {
  if (final.type !== 'list') return final;
  if (takesAll) return withMembers(final, { best_iteration: NONE });
  const tuned = rounds && element(final, 'tuneValue');
  const [count] = tuned ? numbersOf(element(tuned, rounds), `${label}'s tuneValue`) : [];
  const trees = element(final, 'trees');
  if (count === undefined || trees?.type !== 'list') return final;
  const members = { 'train.fraction': NONE, 'cv.error': NONE };
  const [each = 1] = numbersOf(element(final, 'num.classes') ?? { type: 'integer', values: Int32Array.of(1) }, `${label}'s num.classes`);
  return withMembers(final, { ...members, trees: { ...trees, values: trees.values.slice(0, count * each) } });
}

/** A list with other values of some of its members. */
function withMembers(list: Extract<RValue, { type: 'list' }>, members: Record<string, RValue>): RValue {
  const names = attributesOf(list).get('names');
  const nameAt = (at: number) => (names?.type === 'character' ? (names.values[at] ?? '') : '');
  return {
    ...list,
    values: list.values.map((value, at) => (Object.hasOwn(members, nameAt(at)) ? (members[nameAt(at)] as RValue) : value)),
  };
}

/** A user's bounds of a regression's answers (trainControl's predictionBounds) are refused. */
function checkBounds(value: RValue, label: string): void {
  const control = element(value, 'control');
  const bounds = control && element(control, 'predictionBounds');
  if (!bounds || (bounds.type !== 'logical' && bounds.type !== 'double' && bounds.type !== 'integer')) return;
  const isNone = (bound: number) => Number.isNaN(bound) || bound === NA_INTEGER || (bounds.type === 'logical' && bound === 0);
  if (Array.from(bounds.values).every(isNone)) return;
  throw new ModelError(`${label}'s predictionBounds`, Array.from(bounds.values).join(', '), 'a train() without them');
}
