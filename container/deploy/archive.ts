import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A model as SageMaker takes it: the bytes of a model.tar.gz, and the key under which they are put. */
export type Archive = { key: string; bytes: Uint8Array };

/**
 * Packs an artifact. The same artifact gives the same bytes, and another one another key: an endpoint never finds
 * another model under the key that it got.
 */
export async function packArtifact(artifact: Uint8Array): Promise<Archive> {
  const archive = pack();
  archive.entry({ name: 'model.canopy', mode: 0o644, mtime: new Date(0) }, Buffer.from(artifact));
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  const sha256 = createHash('sha256').update(artifact).digest('hex');
  return { key: `models/model-${sha256}.tar.gz`, bytes: gzipSync(Buffer.concat(chunks), { level: 9 }) };
}
