import { type Explainer, explainableOf } from '../../shared/bodies/explainer.ts';
import { treesOf } from '../../shared/bodies/trees-of.ts';
import { ModelError, RequestError } from '../../shared/errors.ts';
import type { Basis } from '../../shared/explain/section.ts';
import { distinctRows } from '../../shared/math/distinct-rows.ts';
import { bodySchema, explainerKindOf, openExplainer, type Predictor, predictRows } from '../../shared/predict.ts';
import { EXPLANATION, explainMs, explanationWidth } from '../../shared/schema/explanation.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { computeInputs } from '../../shared/steps/pipeline.ts';
import { drawBackground } from './background.ts';
import { permutationOf } from './permutation.ts';
import type { TrainingData } from './training-rows.ts';
import { trainingTable } from './training-rows.ts';

/** What a model's explanations can rest on: the weights that its file has, and the training data; `isReal`: real rows are asked for. */
export type Given = {
  cover: ArrayLike<number> | undefined;
  /** The means of the summands of its body's sum, that its file has. */
  means: Float64Array | undefined;
  data: TrainingData | undefined;
  /** The column of the data that the model predicts, where it is named; the call that made the model may tell it, too. */
  target?: string | undefined;
  call: string;
  isReal: boolean;
  /** Whether data that do not fit are left alone: of a training, which reads numbers in more ways. */
  mayMisfit: boolean;
  /** Whether no more is asked than that the answers can be explained: without the importances of features, and by one way alone. */
  isBrief: boolean;
};

/**
 * What a model's explanations rest on; undefined where its answers cannot be explained by what is given: a model whose file has odd
 * weights, or a pipeline, still answers. `stored` is the model as its artifact has it. Throws a ModelError where the training data do not fit the model.
 */
export function basisOf(
  { model, stored }: { model: Predictor; stored: Predictor },
  { cover, means, data, target, call, isReal, mayMisfit, isBrief }: Given,
  label: string,
): Basis | undefined {
  const kind = explainerKindOf(model);
  const { schema, body } = model;
  const table = data && (mayMisfit ? unlessMisfit(() => trainingTable(schema, data)) : trainingTable(schema, data));
  const rows = table?.rows;
  const counted = () => rows && (kind ?? treesOf(body))?.count?.(bodySchema(model), body.data, inputsOf(model, rows));
  const drawn = rows && drawBackground(schema, rows, isReal);
  const background = drawn && !kind ? answered(model, drawn) : drawn;
  const beside: Basis = background ? { background, ...(isReal ? { isReal: true } : {}) } : {};
  // Whether answers can be explained is known by the background rows alone, which take less time.
  if (isBrief && usable(model, beside, label)) return beside;
  const weights = cover ?? counted();
  const more = [...(weights ? [{ cover: weights, ...beside }] : []), ...(means ? [{ means, ...beside }] : [])];
  const found = firstOf([...more, beside], (one) => usable(model, one, label));
  if (isBrief || !found) return found?.basis;
  const { basis, explainer } = found;
  const importance = importanceOf(stored, basis, explainer);
  const asked = { call, ...(target === undefined ? {} : { target }) };
  const permutation = table && permutationOf(stored, table, asked);
  return { ...basis, ...(importance ? { importance } : {}), ...(permutation ? { permutation } : {}) };
}

/**
 * A model with its body as its artifact will have it: kernels answer many rows of that in a part of the time, with the same bits, and
 * it is packed once.
 */
export function asStored(model: Predictor, label: string): Predictor {
  const { kind, data } = model.body;
  const { type, scalars, arrays } = kind.pack(data);
  return { ...model, body: { kind, data: kind.unpack({ type, scalars, arrays: new Map(arrays) }, label) } };
}

/** Most milliseconds of computing importances, by their estimate. */
const MOST_MS = 2_000;

/**
 * The mean of the absolute contributions of each feature over the background rows (over the first of them, where that would take long), by
 * the default way; for classes that of the predicted one. Undefined where there are no background rows, or one cannot be explained.
 */
function importanceOf(model: Predictor, basis: Basis, explainer: Explainer): Float64Array | undefined {
  const { schema } = model;
  const width = schema.features.length;
  const explained = { ...model, explainer, schema: { ...schema, explain: explainableOf(explainer, { sha256: '' }) } };
  const parameters = { ...defaultParameters(schema), explain: {} };
  const given = basis.background ?? new Float64Array(0);
  const each = explainMs(explained.schema, { rows: given.subarray(0, width), count: 1, parameters });
  const count = Math.min(given.length / width, Math.floor(MOST_MS / each));
  if (count < 1) return undefined;
  const sums = new Float64Array(width);
  try {
    // Of few features many rows are the same, and each is explained once.
    const { firsts, places } = distinctRows(given.subarray(0, count * width), width);
    const rows = Float64Array.from(firsts.flatMap((row) => [...given.subarray(row * width, (row + 1) * width)]));
    const doubles = predictRows(explained, rows, parameters);
    const stride = (doubles.length * width) / rows.length;
    for (let row = 0; row < count; row += 1) {
      const at = (places[row]! + 1) * stride - explanationWidth(explained.schema) + EXPLANATION.contributions;
      for (let column = 0; column < width; column += 1) sums[column]! += Math.abs(doubles[at + column]!) / count;
    }
    return sums.every(Number.isFinite) ? sums : undefined;
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}

/** The body's inputs for rows of features; those of rows without an answer are left out. */
function inputsOf({ schema, steps }: Predictor, rows: Float64Array): Float64Array {
  if (!steps) return rows;
  const { inputs, unknown } = computeInputs(schema, steps, rows);
  const width = inputs.length / unknown.length;
  return inputs.filter((_, at) => unknown[Math.floor(at / width)] === 0);
}

/** The rows to which the model has an answer: drawn ones may be unlike any in the data. Undefined where that is none. */
function answered(model: Predictor, rows: Float64Array): Float64Array | undefined {
  const width = model.schema.features.length;
  const answers = predictRows(model, rows);
  const each = (answers.length / rows.length) * width;
  const kept = rows.filter((_, at) => {
    const row = Math.floor(at / width);
    return answers.subarray(row * each, (row + 1) * each).every(Number.isFinite);
  });
  return kept.length > 0 ? kept : undefined;
}

/** A basis that explains a model's answers, with what does; undefined for one that does not. */
function usable(model: Predictor, basis: Basis, label: string): { basis: Basis; explainer: Explainer } | undefined {
  if (!basis.cover && !basis.background && !basis.means) return undefined;
  const explainer = unlessMisfit(() => openExplainer(model, basis, label));
  const ways = explainer?.ways ?? [];
  // Weights that no way takes would be carried for nothing.
  if (basis.cover && !ways.some(({ background }) => background === 'path')) return undefined;
  return explainer && ways.length > 0 && ways.every(({ work }) => Number.isFinite(work)) ? { basis, explainer } : undefined;
}

/** What is first found by looking at one after the other. */
function firstOf<One, Found>(all: readonly One[], look: (one: One) => Found | undefined): Found | undefined {
  for (const one of all) {
    const found = look(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What some work gives; undefined where it says that something does not fit the model. */
function unlessMisfit<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
