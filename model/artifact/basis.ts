import { ModelError } from '../../shared/errors.ts';
import type { Basis } from '../../shared/explain/section.ts';
import { bodySchema, explainerKindOf, openExplainer, type Predictor } from '../../shared/predict.ts';
import { drawBackground } from './background.ts';
import type { TrainingData } from './levels.ts';
import { trainingRows } from './training-rows.ts';

/** What a model's explanations can rest on: the weights that its file has, and the training data; `isReal`: real rows are asked for. */
export type Given = {
  cover: ArrayLike<number> | undefined;
  data: TrainingData | undefined;
  isReal: boolean;
  /** Whether data that do not fit are left alone: of a training, which reads numbers in more ways. */
  mayMisfit: boolean;
};

/**
 * What a model's explanations rest on; undefined where its answers cannot be explained by what is given: a model whose file has odd
 * weights, or a pipeline, still answers. Throws a ModelError where the training data do not fit the model.
 */
export function basisOf(model: Predictor, { cover, data, isReal, mayMisfit }: Given, label: string): Basis | undefined {
  const kind = explainerKindOf(model);
  if (!kind) return undefined;
  const { schema, body } = model;
  const rows = data && (mayMisfit ? unlessMisfit(() => trainingRows(schema, data)) : trainingRows(schema, data));
  const weights = cover ?? (rows && kind.count?.(bodySchema(model), body.data, rows));
  const background = rows && drawBackground(schema, rows, isReal);
  const beside: Basis = background ? { background, ...(isReal ? { isReal: true } : {}) } : {};
  return [...(weights ? [{ cover: weights, ...beside }] : []), beside].find((basis) => isUsable(model, basis, label));
}

function isUsable(model: Predictor, basis: Basis, label: string): boolean {
  if (!basis.cover && !basis.background) return false;
  const ways = unlessMisfit(() => openExplainer(model, basis, label).ways) ?? [];
  return ways.length > 0 && ways.every(({ work }) => Number.isFinite(work));
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
