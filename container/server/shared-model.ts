import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { checkOpened, cutMeanwhile, MODEL_FILE, OPEN_FLAGS } from '../../model/artifact/read-file.ts';
import { decodeArtifact, type Model, modelSection } from '../../shared/artifact.ts';

/** A model, and the artifact's bytes it is a view of, in memory that all threads share. */
export type SharedModel = { model: Model; bytes: SharedArrayBuffer };

/** Bytes that are read while those before them are hashed. */
const PIECE = 2 ** 22;

/**
 * Loads the model of a file: an artifact (*.canopy), whose bytes are hashed as they come in, or a model file, which is imported.
 * Throws a ModelError that says what is wrong with it, or that it does not lie `within` the folder that is given.
 */
export async function loadShared(file: string, within?: string): Promise<SharedModel> {
  if (!file.endsWith('.canopy')) {
    // Not before there is such a file: what reads R's files is most of the container's code.
    const { importModel } = await import('../../model/artifact/import.ts');
    const bytes = shareBytes(importModel(file, { within }));
    return { model: openShared(bytes, file), bytes };
  }
  const handle = await open(file, OPEN_FLAGS);
  try {
    const shared = new SharedArrayBuffer(checkOpened(file, await handle.stat(), { ...MODEL_FILE, within }));
    const bytes = new Uint8Array(shared);
    const hashed = await readHashed(handle, bytes, file);
    return { model: decodeArtifact(bytes, file, { hashed }), bytes: shared };
  } finally {
    await handle.close();
  }
}

/** The model of such memory; its arrays are views on it. Its sha256 was held when the memory was filled. */
export function openShared(bytes: SharedArrayBuffer, label: string): Model {
  return decodeArtifact(new Uint8Array(bytes), label, { isHeld: true });
}

/** An artifact that was made here in memory that all threads share. */
function shareBytes(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(shared).set(bytes);
  return shared;
}

/** Fills the bytes from a file; the SHA-256 of the artifact's model section. */
async function readHashed(handle: FileHandle, bytes: Uint8Array, label: string): Promise<Buffer> {
  const read = async (at: number): Promise<number> => {
    const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE, bytes.length - at), at);
    if (bytesRead === 0) throw cutMeanwhile(label, at, bytes.length);
    return at + bytesRead;
  };
  const hash = createHash('sha256');
  let section: { start: number; end: number } | undefined;
  let from = 0;
  let next = bytes.length > 0 ? read(0) : undefined;
  while (next) {
    const to = await next;
    next = to < bytes.length ? read(to) : undefined;
    // An error of this piece is reported here, and not by the next one.
    next?.catch(() => {});
    section ??= modelSection(bytes.subarray(0, to), label);
    hash.update(bytes.subarray(Math.max(from, section.start), Math.max(Math.min(to, section.end), section.start)));
    from = to;
  }
  return hash.digest();
}
