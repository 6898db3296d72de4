import { decodeArtifact, failedCheck, type Model } from '../shared/artifact.ts';
import { RequestError } from '../shared/errors.ts';
import { type Prediction, predictRows, toPredictions } from '../shared/predict.ts';

/** The predictor inside the Lambda: the same model and code as the container's, and no I/O. */
export type LocalPredictor = {
  model: Model;
  /** Why it must not answer: a check row that does not give its answer. Undefined where all do. */
  failed: string | undefined;
  /** Throws a 503 where it must not answer. */
  predict(rows: Float64Array): Prediction[];
};

/** Opens an artifact and computes its check rows, once at the start of an environment. */
export function openLocal(bytes: Uint8Array, thing: string): LocalPredictor {
  const model = decodeArtifact(bytes, thing);
  const failed = failedCheck(model);
  const predict = (rows: Float64Array) => {
    if (failed !== undefined) {
      throw new RequestError(503, `the fallback's model fails its own check (${failed})`, [], { 'retry-after': '5' });
    }
    return toPredictions(model.schema, predictRows(model, rows));
  };
  return { model, failed, predict };
}
