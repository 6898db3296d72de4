import { RequestError } from '../errors.ts';

/** The header of a request that names the one model that may answer. An answer has it too, of the model that did. */
export const MODEL_HEADER = 'x-model-sha256';

/** What it holds, as a regular expression: a sha256, or a version as the Open Inference Protocol has it, which is its first 12 digits. */
export const NAMED_MODEL = /^(?:[0-9a-fA-F]{12}|[0-9a-fA-F]{64})$/;
/** How much is quoted of a header that is neither, and of a sha256. */
const QUOTED = { header: 80, sha256: 12 };

/**
 * Whether a caller names the model that may answer. Throws a 400 where the header is no such name, and a 412 where it names another
 * model than the one there is. The page shows what stands before "; if ".
 */
export function isNamedModel(named: string | undefined, { sha256 }: { sha256: string }): boolean {
  if (named === undefined) return false;
  if (!NAMED_MODEL.test(named)) {
    const found = JSON.stringify(named.slice(0, QUOTED.header));
    throw new RequestError(400, `found ${MODEL_HEADER} ${found}, expected the 64 hex digits of a model's sha256, or their first 12`);
  }
  if (sha256.startsWith(named.toLowerCase())) return true;
  const [asked, held] = [named, sha256].map((one) => `${one.slice(0, QUOTED.sha256)}…`);
  throw new RequestError(
    412,
    `the model that was asked for (${MODEL_HEADER} ${asked}) was replaced by another (${held}): load the page again; if a program asks, have it read the model again, or leave the header out to be answered by any`,
  );
}
