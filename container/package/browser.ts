import { decodeArtifact, modelSection } from '../../shared/artifact.ts';
import { checkSectionHash, SECTION_HEAD } from '../../shared/sections/sections.ts';
import { type Model, serveModel } from './served.ts';

export { ModelError, type Problem, RequestError } from '../../shared/errors.ts';
export type { Card } from '../../shared/schema/card.ts';
export type { Feature, Schema } from '../../shared/schema/features.ts';
export type { Prediction } from '../../shared/schema/shape.ts';
export type { Answer, Model, PredictOptions, Row } from './served.ts';

/**
 * Opens the bytes of an artifact, as fetch() brings them, in a browser. Rejects with a ModelError where they are none, are damaged, or
 * do not give the bits in this browser that they gave at import; with an Error on a page that is neither https nor localhost, where a
 * browser has no hash.
 */
export async function openModel(artifact: Uint8Array | ArrayBuffer): Promise<Model> {
  // A copy, which nobody changes while it is hashed, and which starts where views of doubles may.
  const bytes = ArrayBuffer.isView(artifact) ? new Uint8Array(artifact) : new Uint8Array(artifact.slice(0));
  const { start, end } = modelSection(bytes, 'artifact');
  const { subtle } = globalThis.crypto;
  if (subtle === undefined) throw new Error('crypto.subtle: found none, expected a page over https or on localhost');
  const hash = async (part: Uint8Array<ArrayBuffer>) => new Uint8Array(await subtle.digest('SHA-256', part));
  const sections: Uint8Array<ArrayBuffer>[] = [];
  const model = decodeArtifact(bytes, 'artifact', { hashed: await hash(bytes.subarray(start, end)), sections });
  for (const section of sections) checkSectionHash(section, await hash(section.subarray(SECTION_HEAD)), 'artifact');
  return serveModel(model, 'artifact');
}
