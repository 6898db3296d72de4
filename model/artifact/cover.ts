import { ModelError } from '../../shared/errors.ts';
import { openExplainer, type Predictor } from '../../shared/predict.ts';

/**
 * The weights of the training rows in a model's leaves, where its answers can be explained by them; else undefined: a model whose file
 * has odd weights, or a pipeline, still answers.
 */
export function usableCover(model: Predictor, cover: ArrayLike<number> | undefined, label: string): ArrayLike<number> | undefined {
  if (!cover || model.steps || model.outcome) return undefined;
  try {
    return Number.isFinite(openExplainer(model, cover, label).work) ? cover : undefined;
  } catch (error) {
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
