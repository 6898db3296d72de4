import { decodeArtifact, failedCheck, type Kinds, type Model, type OpenOptions } from '../shared/artifact.ts';
import { ModelError, RequestError } from '../shared/errors.ts';
import { answerQuery } from '../shared/predict.ts';
import type { Beside, Prediction } from '../shared/schema/shape.ts';
import type { Query } from '../shared/wire/wire.ts';

/** The predictor inside the Lambda: the same model and code as the container's, and no I/O. */
export type LocalPredictor = {
  model: Model;
  /** Why it must not answer: what is damaged, or a check row that does not give its answer. Undefined where all is well; found when it is first asked for. */
  readonly failed: string | undefined;
  /** Throws a 503 where it must not answer. */
  predict(query: Query): { predictions: Prediction[] } & Beside;
};

/**
 * Opens an artifact. It is checked and its check rows are computed before the first answer, and no sooner, since that takes
 * longer than all else of a start. Its sha256 was held at packaging (model/bundle/check-package.ts), and Lambda compares the package
 * with its hash: to do it a third time has Node load its cryptography, a tenth of a start.
 */
export function openLocal(bytes: Uint8Array, label: string, kinds?: Kinds): LocalPredictor {
  const checks: (() => void)[] = [];
  const model = decoded(bytes, label, { isHeld: true, checks, ...(kinds ? { kinds } : {}) });
  let found: { failed: string | undefined } | undefined;
  const check = () => {
    found ??= { failed: failureOf(model, checks) };
    return found.failed;
  };
  const predict = (query: Query) => {
    const failed = check();
    if (failed !== undefined) throw failedFallback(failed);
    return answerQuery(model, query);
  };
  return {
    model,
    get failed() {
      return check();
    },
    predict,
  };
}

/** The refusal where the fallback must not answer, and nobody else does. */
export function failedFallback(failed: string): RequestError {
  return new RequestError(503, `the fallback's model fails its check (${failed})`, [], { 'retry-after': '5' });
}

const ODD_PARTS = 'parts that do not fit each other';

/** A model whose checks wait. What a damaged one does before them says less than they do. */
function decoded(bytes: Uint8Array, label: string, options: OpenOptions & { checks: (() => void)[] }): Model {
  try {
    return decodeArtifact(bytes, label, options);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    for (const check of options.checks) check();
    throw new ModelError(label, ODD_PARTS, 'an artifact');
  }
}

function failureOf(model: Model, checks: readonly (() => void)[]): string | undefined {
  try {
    for (const check of checks) check();
    return failedCheck(model);
  } catch (error) {
    return error instanceof ModelError ? error.message : `the artifact has ${ODD_PARTS}`;
  }
}
