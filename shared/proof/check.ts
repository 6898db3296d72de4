import { type Model, sha256Of } from '../artifact.ts';
import { ModelError } from '../errors.ts';
import { prove } from './proof.ts';
import { decodeProof } from './section.ts';

/** How long that may take behind steps, in milliseconds, about: each start does it. */
const MOST_MS = 500;

/**
 * Computes R's own predictions again that lie in a model's artifact: undefined where all agree or there are none, else a sentence
 * that names the first row that does not.
 */
export function failedProof(model: Model): string | undefined {
  if (!model.proof) return undefined;
  try {
    return prove(model, decodeProof(model.proof, model.card.name, sha256Of), model.card.name, MOST_MS).first;
  } catch (error) {
    if (error instanceof ModelError) return error.message;
    throw error;
  }
}
