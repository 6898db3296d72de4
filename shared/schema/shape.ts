import { type Cell, cellOf } from './answer-columns.ts';
import { type Explained, type Explanation, explainedOf, explanationWidth, toExplanation } from './explanation.ts';
import type { AnswerColumn, Schema } from './features.ts';
import { pairNames } from './pairs.ts';
import { eachType, type ListedType, type Parameters } from './parameters.ts';
import { INTERVAL, type IntervalTold, intervalTold } from './spread/interval.ts';
import { isCurve, isQuantiles } from './spread/types.ts';

/**
 * The form of one prediction: its sides ([] is one number), the labels of its first side (then it is an object), or the
 * labels whose places its numbers are; or the columns of a row, which is an object of their values.
 */
export type Shape = { sides: number[]; labels?: string[]; places?: string[]; columns?: AnswerColumn[] };

/** An element of an answer's `predictions`. */
export type Prediction = number | string | Values;
type Values = (number | Values)[] | { [label: string]: Cell | Values };

/** What stands in an answer beside `predictions`. */
export type Beside = {
  /** The times of a survival curve's points. */
  times?: number[];
  /** The probabilities of the quantiles. */
  quantiles?: number[];
  /** The standard error of each prediction. */
  se?: Prediction[];
  /** Why each prediction is what it is. */
  explanations?: Explanation[];
  /** What the explanations are of. */
  explain?: Explained;
  /** What the intervals are. */
  interval?: IntervalTold;
} & {
  /** Where several types of answer are asked for, the predictions of each of them. */
  [Type in ListedType]?: Prediction[];
};

/** What of an answer has an element for each row. */
export type Predicted = Pick<Beside, 'se' | 'explanations' | ListedType> & { predictions: Prediction[] };

/** The types that can be asked for together: an answer has them under these names. */
const LISTED = {
  ...{ response: true, chf: true, terminalNodes: true, prob: true },
  ...{ vote: true, vector: true, class: true, link: true, margin: true, leaf: true, steps: true, terms: true },
  ...{ earth: true, decision: true, lp: true, risk: true, survival: true, expected: true },
} satisfies Record<ListedType, true>;

/** Whether a member of an answer has the predictions of one of its types. */
export function isListed(name: string): name is ListedType {
  return Object.hasOwn(LISTED, name);
}

/** The predictions of each type, where several were asked for, in the order in which they were; none where it was one. */
export function listsOf(answer: Predicted): [ListedType, Prediction[]][] {
  return Object.entries(answer).filter((entry): entry is [ListedType, Prediction[]] => isListed(entry[0]));
}

/** One of several types of answer: its form, and where its doubles are among those of a row. */
export type Part = { type: ListedType; parameters: Parameters; shape: Shape; offset: number; width: number };

/** The types that are asked for, where there are several, as they lie side by side in the doubles of a row. */
export function partsOf(schema: Schema, parameters: Parameters): Part[] {
  let offset = 0;
  return eachType(parameters).map((one) => {
    const shape = shapeOf(schema, one);
    const width = shapeWidth(shape);
    offset += width;
    return { type: one.type, parameters: one, shape, offset: offset - width, width };
  });
}

/** The lists of an answer of several types, or of predictions and their standard errors, which stand behind them. */
export function listParts(schema: Schema, parameters: Parameters): { type: string; shape: Shape; offset: number }[] {
  if (parameters.type !== 'se') return partsOf(schema, parameters);
  const shape = shapeOf(schema, parameters);
  return ['predictions', 'se'].map((type, at) => ({ type, shape, offset: at * shapeWidth(shape) }));
}

/** The form of the answers a model gives to parameters of one type. Everything about an answer's form is settled here. */
export function shapeOf(schema: Schema, parameters: Parameters): Shape {
  const { type, predictAll } = parameters;
  const trees = parameters.numTrees ?? schema.trees ?? 1;
  const classes = schema.classes ?? [];
  if (parameters.interval) return intervalShape(schema);
  if (type === 'steps') return columnsShape(schema.inputs ?? []);
  if (type === 'terminalNodes') return { sides: [trees] };
  if (parameters.seOf) {
    const { seOf, ...rest } = parameters;
    return shapeOf(schema, { ...rest, type: seOf });
  }
  if (isQuantiles(type)) return { sides: [parameters.quantiles?.length ?? 0] };
  if (type === 'leaf') return { sides: [treesAsked(schema, parameters)] };
  if (type === 'terms') {
    const labels = termsOf(schema);
    return { sides: [labels.length], labels };
  }
  if (type === 'decision') return pairsShape(classes);
  if (isCurve(type)) return { sides: [(parameters.times ?? schema.times ?? []).length] };
  const { margins = 1 } = schema;
  // gbm's and glm's word for the same.
  if (type === 'margin' || type === 'link' || type === 'earth') return marginShape(margins, classes);
  const each = predictAll ? [trees] : [];
  switch (schema.kind) {
    case 'regression':
      return { sides: margins === 1 ? each : [margins] };
    case 'columns':
      return columnsShape(schema.columns ?? []);
    case 'survival':
      return { sides: [schema.times?.length ?? 0, ...each] };
    case 'classification':
      if (type === 'prob' || type === 'vote') return { sides: [classes.length], labels: classes };
      return predictAll ? { sides: each } : { sides: [], places: classes };
    case 'probability':
      if (type === 'class') return { sides: [], places: classes };
      return { sides: [classes.length, ...each], labels: classes };
  }
}

/** An interval around a number, or whether each class is in the set. */
function intervalShape({ classes }: Schema): Shape {
  if (classes) return columnsShape(classes.map((name): AnswerColumn => ({ name, type: 'logical' })));
  return { sides: [INTERVAL.length], labels: INTERVAL };
}

/** The names of the numbers of type "terms". */
export function termsOf({ terms, intervals }: Schema): string[] {
  return terms ?? intervals?.terms ?? [];
}

function columnsShape(columns: AnswerColumn[]): Shape {
  return { sides: [columns.length], columns };
}

/** A number for each pair of classes. */
function pairsShape(classes: string[]): Shape {
  const labels = pairNames(classes) ?? [];
  return { sides: [labels.length], labels };
}

/** The sums of trees before they become an answer: one number, or one for each class or target. */
function marginShape(margins: number, classes: string[]): Shape {
  if (margins === 1) return { sides: [] };
  return classes.length === margins ? { sides: [margins], labels: classes } : { sides: [margins] };
}

/** The rounds of a boosted model that are used, counted from 0; `to` is left out. */
export function roundsAsked({ rounds }: Schema, { nTrees, iterationRange }: Parameters): { from: number; to: number } {
  if (iterationRange) return { from: iterationRange[0]! - 1, to: iterationRange[1]! - 1 };
  return { from: 0, to: nTrees ?? rounds?.used ?? 0 };
}

function treesAsked(schema: Schema, parameters: Parameters): number {
  const { from, to } = roundsAsked(schema, parameters);
  return (to - from) * (schema.rounds?.trees ?? 0);
}

/** How many doubles one prediction has. */
export function shapeWidth(shape: Shape): number {
  return shape.sides.reduce((product, side) => product * side, 1);
}

/**
 * How many doubles the predictor gives for a row: those of its prediction, and as many again for its standard error; of several
 * types those of each. Behind them lie those of its explanation, where it has one.
 */
export function outputWidth(schema: Schema, parameters: Parameters): number {
  if (parameters.also) return partsOf(schema, parameters).reduce((sum, { width }) => sum + width, 0);
  const width = shapeWidth(shapeOf(schema, parameters)) * (parameters.type === 'se' ? 2 : 1);
  return parameters.explain ? width + explanationWidth(schema) : width;
}

/**
 * The predictor's doubles as the elements of an answer; with type `se` the errors lie behind each prediction. Of several types the
 * predictions are those of the first, which stand under its name too.
 */
export function toPredictions(schema: Schema, parameters: Parameters, outputs: Float64Array): { predictions: Prediction[] } & Beside {
  const shape = shapeOf(schema, parameters);
  const width = shapeWidth(shape);
  const stride = outputWidth(schema, parameters);
  const rows = outputs.length / stride;
  const pickOf = (shape: Shape, offset: number) => Array.from({ length: rows }, (_, row) => nest(shape, outputs, row * stride + offset));
  if (parameters.also) {
    const lists = partsOf(schema, parameters).map(({ type, shape, offset }): [string, Prediction[]] => [type, pickOf(shape, offset)]);
    return { predictions: lists[0]![1], ...Object.fromEntries(lists), ...besideOf(schema, parameters) };
  }
  const pick = (offset: number) => pickOf(shape, offset);
  return {
    predictions: pick(0),
    ...besideOf(schema, parameters),
    ...(parameters.type === 'se' ? { se: pick(width) } : {}),
    ...explanationsOf(schema, parameters, outputs),
  };
}

/** The explanations among the predictor's doubles; nothing where none are asked for. */
export function explanationsOf(schema: Schema, parameters: Parameters, outputs: Float64Array): Pick<Beside, 'explanations'> {
  const { explain } = parameters;
  if (!explain) return {};
  const stride = outputWidth(schema, parameters);
  const offset = stride - explanationWidth(schema);
  const count = outputs.length / stride;
  return { explanations: Array.from({ length: count }, (_, row) => toExplanation(schema, explain, outputs, row * stride + offset)) };
}

/** What stands beside the predictions and their errors, whatever the rows are. */
export function besideOf(schema: Schema, parameters: Parameters): Pick<Beside, 'times' | 'quantiles' | 'explain' | 'interval'> {
  const { type, also = [] } = parameters;
  const explain = explainedOf(schema, parameters.explain);
  const interval = intervalTold(schema, parameters);
  const hasCurve = [type, ...also].some((one) => isCurve(one) || (schema.kind === 'survival' && (one === 'response' || one === 'chf')));
  return {
    ...(hasCurve ? { times: [...(parameters.times ?? schema.times ?? [])] } : {}),
    ...(isQuantiles(type) ? { quantiles: [...(parameters.quantiles ?? [])] } : {}),
    ...(explain ? { explain } : {}),
    ...(interval ? { interval } : {}),
  };
}

function nest({ sides, labels, places, columns }: Shape, outputs: Float64Array, at: number): Prediction {
  if (places) return places[outputs[at]!] as string;
  if (columns) return Object.fromEntries(columns.map((column, place) => [column.name, cellOf(column, outputs[at + place]!)]));
  if (labels) {
    const width = shapeWidth({ sides: sides.slice(1) });
    return Object.fromEntries(labels.map((label, place) => [label, nestSides(sides, 1, outputs, at + place * width)]));
  }
  return nestSides(sides, 0, outputs, at);
}

function nestSides(sides: number[], from: number, outputs: Float64Array, at: number): number | Values {
  if (from === sides.length) return outputs[at]!;
  const width = shapeWidth({ sides: sides.slice(from + 1) });
  return Array.from({ length: sides[from]! }, (_, place) => nestSides(sides, from + 1, outputs, at + place * width));
}
