import { readFileSync } from 'node:fs';
import { importModel as importFile, loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { describe } from '../../shared/schema/describe-value.ts';
import { type Model, serveModel } from './served.ts';

export { ModelError, type Problem, RequestError } from '../../shared/errors.ts';
export type { Card } from '../../shared/schema/card.ts';
export type { Feature, Schema } from '../../shared/schema/features.ts';
export type { Prediction } from '../../shared/schema/shape.ts';
export type { Answer, Model, PredictOptions, Row } from './served.ts';

/** What an import may get beside the file. */
export type ImportOptions = {
  /** The date for the model's card, 2026-01-31 or 2026-01-31T12:00:00Z. The model's sha256 does not depend on it. */
  date?: string;
  /** The path of the training data as CSV, for the types and levels that neither the model file nor its sidecar has. */
  data?: string;
  /** How R sorted those levels, where that makes a difference. `c`: B Zeta a; `locale`: a B Zeta. */
  levelsOrder?: 'c' | 'locale';
  /** Which model, of a file with several (save(), or a list), as R writes it: `m`, or `lst$m`. */
  object?: string;
  /** `plain` where R ran on a processor without fused multiplication: its C library has other last bits of exp, log and pow. */
  libm?: 'plain';
  /** How many seconds the reading may take: by default 120, 2 more for each megabyte of the file and 5 for each of `data`. */
  timeLimit?: number;
  /** Told how far the reading is: bytes done, and all there are. */
  onProgress?: (done: number, all: number) => void;
};

/**
 * Imports a model that R saved by saveRDS() or save(): the bytes of its artifact, to be written to a file (*.canopy) or opened.
 * NAME.model.json or model.json beside the file is its sidecar. The same file gives the same bytes. Throws a ModelError that says
 * what is wrong with which part.
 */
export function importModel(file: string, options: ImportOptions = {}): Uint8Array {
  const { date, data, levelsOrder, object, libm, timeLimit, onProgress } = options;
  const training = data === undefined ? undefined : { bytes: readFileSync(data), file: data, order: levelsOrder };
  return importFile(file, { date, data: training, object, libm, timeLimit, progress: onProgress });
}

/**
 * Opens a model: the bytes of an artifact, or the path of one (*.canopy) or of a model that R saved (*.RDS), which is imported.
 * Throws a ModelError where it cannot be read, or does not give the bits on this machine that it gave at import.
 */
export function openModel(model: string | Uint8Array): Model {
  if (typeof model === 'string') return serveModel(loadModel(model), model);
  const found: unknown = model;
  if (!ArrayBuffer.isView(found) && !(found instanceof ArrayBuffer))
    throw new ModelError(
      'openModel',
      found === undefined ? 'nothing' : describe(found),
      'the path of a model, or the bytes of an artifact',
    );
  // A copy: the model is views of it, and whose bytes these are may use them for something else.
  const bytes = ArrayBuffer.isView(found) ? Buffer.from(found.buffer, found.byteOffset, found.byteLength) : new Uint8Array(found);
  return serveModel(decodeArtifact(new Uint8Array(bytes)), 'artifact');
}
