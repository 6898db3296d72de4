import { decodeArtifact, failedCheck, type Kinds, type Model } from '../shared/artifact.ts';
import { RequestError } from '../shared/errors.ts';
import { answerQuery } from '../shared/predict.ts';
import type { Beside, Prediction } from '../shared/schema/shape.ts';
import type { Query } from '../shared/wire/wire.ts';

/** The predictor inside the Lambda: the same model and code as the container's, and no I/O. */
export type LocalPredictor = {
  model: Model;
  /** Why it must not answer: a check row that does not give its answer. Undefined where all do. */
  failed: string | undefined;
  /** Throws a 503 where it must not answer. */
  predict(query: Query): { predictions: Prediction[] } & Beside;
};

/**
 * Opens an artifact and computes its check rows, once at the start of an environment. Its sha256 was held at packaging
 * (model/bundle/check-package.ts), and Lambda compares the package with its hash: to do it a third time has Node load its
 * cryptography, a tenth of a start.
 */
export function openLocal(bytes: Uint8Array, label: string, kinds?: Kinds): LocalPredictor {
  const model = decodeArtifact(bytes, label, { isHeld: true, ...(kinds ? { kinds } : {}) });
  const failed = failedCheck(model);
  const predict = (query: Query) => {
    if (failed !== undefined) {
      throw new RequestError(503, `the fallback's model fails its check (${failed})`, [], { 'retry-after': '5' });
    }
    return answerQuery(model, query);
  };
  return { model, failed, predict };
}
