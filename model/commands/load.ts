import type { Model } from '../../shared/artifact.ts';
import { importModel, readArtifactFile, verifyArtifact } from '../artifact/import.ts';
import { printable } from '../artifact/printable.ts';
import type { Progress } from '../rds/budget.ts';

/** A file from which on the reading takes a second or so. */
const SLOW_BYTES = 5e7;

/** Says on standard error how far a file is read, once a second and only where it takes longer than that. */
export function progressLine(file: string): Progress {
  const [start, mb] = [Date.now(), (bytes: number) => (bytes / 1e6).toFixed(1)];
  let said = start;
  return (done, all) => {
    if (done === 0 && all > SLOW_BYTES) process.stderr.write(`${printable(file)}: inflating ${mb(all)} MB\n`);
    if (Date.now() - said < 1000) return;
    said = Date.now();
    process.stderr.write(`${printable(file)}: ${mb(done)} of ${mb(all)} MB read\n`);
  };
}

/** A model that may answer: one whose check rows come out as they did at import. */
export function checkedModel(file: string, name: string | undefined): Model {
  return checkedArtifact(file, name).model;
}

/** The same with the bytes of its artifact. */
export function checkedArtifact(file: string, name: string | undefined): { model: Model; artifact: Uint8Array } {
  const options = { progress: progressLine(file), object: name };
  const artifact = file.endsWith('.canopy') ? readArtifactFile(file) : importModel(file, options);
  return { model: verifyArtifact(artifact, file), artifact };
}
