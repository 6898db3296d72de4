import { RequestError } from '../errors.ts';
import { explainByRows, isDrawn, partsOf, rowsToCompute } from '../explain/rows-game.ts';
import type { GamePart, RowsGame } from '../explain/rows-part.ts';
import { timeRows } from '../explain/rows-time.ts';
import type { ExplainOutput, ExplainWay } from '../schema/explain-ask.ts';
import type { Parameters } from '../schema/parameters.ts';
import { type Answering, type AnswersExplainer, summandsOf, sumOf } from './answering.ts';
import { type ExplainedNumber, numberOf } from './explained-number.ts';
import type { Explainer, Questions } from './explainer.ts';
import { explainSum } from './sum-explainer.ts';
import { explainThroughSteps } from './through-steps.ts';

const OUTPUTS: readonly ExplainOutput[] = ['margin', 'response', 'probability'];

/** How many steps of the estimate of explanations a number of a model takes, and a row of any model (measured: 2026-11-29, 2 busy cores). */
const STEPS_PER_NUMBER = 2;
const STEPS_PER_ROW = 200;
/** A row meets one of so many nodes of trees. */
export const NODES_PER_MET = 50;
/** About how many bytes of a step's JSON are a number. */
export const BYTES_PER_NUMBER = 8;

/**
 * Explains any model by Shapley values of its features against background rows, and a sum whose means in the training data are known by
 * these, and trees behind steps by the weights of their leaves, too; undefined where the model has no single number to explain.
 */
export const EXPLAIN_BY_ROWS: AnswersExplainer = (model) => {
  const byPath = model.cover ? explainThroughSteps(model) : undefined;
  const byMeans = explainSum(model);
  const byRows = model.background ? explainNumbers(model, model.background) : undefined;
  const all = [byPath, byMeans, byRows].flatMap((one) => one?.ways ?? []);
  // Of a survival model people see chances, and not hazards.
  const isChance = ({ outputs }: ExplainWay) => model.schema.kind === 'survival' && outputs[0] === 'probability';
  const ways = [...all.filter(isChance), ...all.filter((way) => !isChance(way))];
  if (ways.length === 0) return undefined;
  const by = { path: byPath, means: byMeans, rows: byRows };
  return { ways, isRounded: byPath?.isRounded ?? false, explain: (questions) => by[questions.background]!.explain(questions) };
};

function explainNumbers(model: Answering, background: Float64Array): Pick<Explainer, 'ways' | 'explain'> {
  const count = background.length / model.schema.features.length;
  const found = new Map(OUTPUTS.flatMap((output) => entryOf(model, output)));
  const ways = Array.from(found, ([output, { parts }]): ExplainWay => {
    const isOfOrders = parts.some(isDrawn);
    return {
      ...{ background: 'rows', outputs: [output] },
      get work() {
        return rowsToCompute(parts, count) * stepsOf(model);
      },
      msOf: timeRows(gameOf(model, background, found.get(output)!, { output, parameters: {} })),
      ...(isOfOrders ? { isDrawn: true } : {}),
    };
  });
  return { ways, explain: (questions) => explain(model, background, found.get(questions.output)!, questions) };
}

type Explained = { number: ExplainedNumber; parts: GamePart[] };

function entryOf(model: Answering, output: ExplainOutput): [ExplainOutput, Explained][] {
  const number = numberOf(model.schema, output);
  return number ? [[output, { number, parts: partsFor(model, number) }]] : [];
}

/** What is explained of a model: its numbers for rows, of the class at a place. */
function gameOf(
  { schema, predict }: Answering,
  background: Float64Array,
  { number, parts }: Explained,
  { parameters, output, time = 0 }: Pick<Questions, 'output'> & { time?: number | undefined; parameters: Omit<Parameters, 'type'> },
): RowsGame {
  const { type, width, by } = number;
  const features = schema.features.length;
  const numbers = (some: Float64Array, place: number) => {
    const doubles = predict(some, { ...parameters, type });
    const sign = by === 'sign' && place === 0 ? -1 : 1;
    if (by === 'time' && time < 0) return new Float64Array(some.length / features).fill(output === 'probability' ? 1 : 0);
    const from = by === 'place' ? place : by === 'time' ? time : 0;
    return Float64Array.from({ length: some.length / features }, (_, row) => sign * doubles[row * width + from]!);
  };
  return { features, background, parts, numbers };
}

function explain(model: Answering, background: Float64Array, explained: Explained, questions: Questions) {
  const { rows, places } = questions;
  const game = gameOf(model, background, explained, questions);
  const { features, numbers } = game;
  const outputs = places ?? new Uint8Array(rows.length / features);
  const found = explainByRows(game, rows, outputs);
  const at = found.contributions.findIndex((value) => !Number.isFinite(value));
  const row = Math.floor(at / features);
  // A row without an answer is refused as it is without explanations.
  if (at >= 0 && Number.isFinite(numbers(rows.subarray(row * features, (row + 1) * features), outputs[row]!)[0])) throw notMixed(row);
  return found;
}

/** What is said where a model has no answer to a row that has some values of one row and some of another. */
function notMixed(row: number): RequestError {
  const message = 'found no answer of the model where some of its values stand beside those of a background row; expected one for all';
  return new RequestError(422, `row ${row + 1} cannot be explained`, [{ path: `/${row}`, message }]);
}

/** The parts of a number: those of the body's sum, by the features that its inputs are made of; else one part of all features. */
function partsFor(model: Answering, number: ExplainedNumber): GamePart[] {
  const summands = summandsOf(model, number);
  if (summands) return partsOf(summands);
  const all = Array.from(model.schema.features.keys());
  return [{ features: all, together: all.length }];
}

/** What of a model the estimate looks at. */
type Measured = Pick<Answering, 'body' | 'bodySchema' | 'steps'>;

/** About how many steps (explainMs) an answer to a row takes. */
export function stepsOf(model: Measured): number {
  return STEPS_PER_ROW + numbersOf(model) * STEPS_PER_NUMBER;
}

/** About how many numbers a row's answer is made of, without a look at how it is made. */
function numbersOf(model: Measured): number {
  const { steps = [] } = model;
  return numbersOfBody(model) + steps.reduce((sum, { data }) => sum + JSON.stringify(data).length / BYTES_PER_NUMBER, 0);
}

/** The same of a model's body, behind its steps. */
export function numbersOfBody(model: Pick<Measured, 'body' | 'bodySchema'>): number {
  const { body } = model;
  const sum = sumOf(model);
  if (sum) return sum.numbers;
  const { arrays, scalars } = body.kind.pack(body.data);
  const ofScalars = JSON.stringify(scalars).length / BYTES_PER_NUMBER;
  const ofArrays = arrays.reduce((all, [, array]) => all + array.length, 0);
  return ofScalars + (body.kind.splits ? ofArrays / NODES_PER_MET : ofArrays);
}
