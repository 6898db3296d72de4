import { attributesOf, classOf, element, type RValue, typeOf } from '../rds/values.ts';

/** What is said of an object that no reader takes: what it is, and what would help where something does. */
export type Unread = { found: string; help: string | undefined };

/** Elements that hold what a wrapper's package fitted, by the wrapper's class. */
const INNER: Record<string, string[]> = {
  train: ['finalModel'],
  WrappedModel: ['learner.model'],
};
/** Whose class it is, where its name does not say it. */
const PACKAGES: Record<string, string> = {
  train: 'caret',
  WrappedModel: 'mlr',
};

/** An object that no reader takes. `isRead` says whether one takes a value. */
export function describeUnread(value: RValue, isRead: (value: RValue) => boolean): Unread {
  const classes = classOf(value);
  if (classes.length === 0) return { found: `an object without a class (${typeOf(value)})`, help: undefined };
  const kind = classes.find((name) => Object.hasOwn(PACKAGES, name));
  const inner = kind === undefined ? undefined : innerOf(value, INNER[kind] ?? []);
  const [engine] = inner ? classOf(inner) : [];
  const from = kind === undefined ? '' : ` of ${PACKAGES[kind]}${engine === undefined ? '' : ` around one of class ${engine}`}`;
  const found = `an object of class ${classes.slice(0, 10).join(', ')}${from}`;
  return { found, help: kind === undefined ? undefined : helpFor(kind, value, inner !== undefined && isRead(inner)) };
}

/** What helps with a wrapper: its inner model alone only where the wrapper does nothing to the columns. */
function helpFor(kind: string, value: RValue, isInnerRead: boolean): string {
  if (kind === 'train') {
    const lost = lostOfTrain(value);
    if (lost === undefined && isInnerRead)
      return 'the model that caret fitted, which takes the same columns: saveRDS(model$finalModel, file)';
    const why = lost === undefined ? '' : `: ${lost} is part of train's predict(), which is not read yet`;
    return `a model fitted without caret${why}`;
  }
  return 'a model fitted by its package';
}

/** What caret's train() does to the columns before its model has them; undefined where that is nothing. */
function lostOfTrain(value: RValue): string | undefined {
  if (element(value, 'preProcess')) return 'preProcess';
  const terms = element(value, 'terms');
  if (!terms && !classOf(value).includes('train.formula')) return undefined;
  // Its formula becomes a matrix: factors and logicals as dummy columns, and whatever else a formula computes.
  const attributes = terms ? attributesOf(terms) : new Map<string, RValue>();
  const classes = attributes.get('dataClasses');
  const variables = attributes.get('variables');
  const isPlain = variables?.type === 'language' && variables.values.slice(2).every((variable) => variable.type === 'symbol');
  const isNumeric = classes?.type === 'character' && classes.values.slice(1).every((name) => name === 'numeric');
  return isPlain && isNumeric ? undefined : 'the matrix that its formula makes (dummy columns)';
}

function innerOf(value: RValue, way: string[]): RValue | undefined {
  let inner: RValue | undefined = value;
  for (const name of way) inner = inner && element(inner, name);
  return inner;
}
