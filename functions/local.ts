import { decodeArtifact, failedCheck, type Kinds, type Model, type OpenOptions } from '../shared/artifact.ts';
import { ModelError, RequestError } from '../shared/errors.ts';
import { answerQuery } from '../shared/predict.ts';
import type { Beside, Prediction } from '../shared/schema/shape.ts';
import type { Query } from '../shared/wire/wire.ts';
import { now } from './endpoint/clock.ts';

/** The predictor inside the Lambda: the same model and code as the container's, and no I/O. */
export type LocalPredictor = {
  model: Model;
  /**
   * Why it must not answer: what is damaged, or a check row that does not give its answer. Undefined where all is well; found when it is first asked
   * for. What may have had another cause is looked at again later.
   */
  readonly failed: string | undefined;
  /** Throws a 503 where it must not answer. */
  predict(query: Query): { predictions: Prediction[] } & Beside;
};

/** How long an error that no check knows, and that may pass (no memory, no file to be opened), counts as damage, in milliseconds. */
const PASSING_MS = 5_000;

/**
 * Opens an artifact. `time` gives milliseconds. It is checked and its check rows are computed before the first answer, and no sooner, since that takes
 * longer than all else of a start. Its sha256 was held at packaging (model/bundle/check-package.ts), and Lambda compares the package
 * with its hash: to do it a third time has Node load its cryptography, a tenth of a start.
 */
export function openLocal(bytes: Uint8Array, label: string, kinds?: Kinds, time = now): LocalPredictor {
  const checks: (() => void)[] = [];
  const model = decoded(bytes, label, { isHeld: true, checks, ...(kinds ? { kinds } : {}) });
  let found: { failed: string | undefined; until: number } | undefined;
  const check = () => {
    if (!found || time() >= found.until) {
      const { failed, mayPass } = failureOf(model, checks);
      found = { failed, until: mayPass ? time() + PASSING_MS : Number.POSITIVE_INFINITY };
    }
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
  return new RequestError(503, `the fallback's model fails its check (${failed})`, [], { 'retry-after': String(PASSING_MS / 1_000) });
}

/** The same for a log, without the numbers: what a row gives is nobody's to log. */
export function withoutNumbers(failed: string): string {
  return failed.replace(/ gives .*/s, ' has another answer than at the import');
}

/** What a check that ended otherwise than by its own words says: the error's name tells no memory (RangeError) from damage. */
function oddParts(error: unknown): string {
  const { code, name } = Object(error) as { code?: string; name?: string };
  return `parts that do not fit each other, or that there was no room for (${code ?? name ?? 'no error'})`;
}

/** A model whose checks wait. What a damaged one does before them says less than they do. */
function decoded(bytes: Uint8Array, label: string, options: OpenOptions & { checks: (() => void)[] }): Model {
  try {
    return decodeArtifact(bytes, label, options);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    for (const check of options.checks) check();
    throw new ModelError(label, oddParts(error), 'an artifact');
  }
}

function failureOf(model: Model, checks: readonly (() => void)[]): { failed: string | undefined; mayPass: boolean } {
  try {
    for (const check of checks) check();
    return { failed: failedCheck(model), mayPass: false };
  } catch (error) {
    const isKnown = error instanceof ModelError;
    return { failed: isKnown ? error.message : `the artifact has ${oddParts(error)}`, mayPass: !isKnown };
  }
}
