import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeArtifact, type Model } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { importModel, readArtifactFile, verifyArtifact } from './import.ts';
import { readModelFile } from './read-file.ts';
import { replaceFile } from './replace-file.ts';
import { findData, findSidecar, readSidecar } from './sidecar.ts';

/** The folder of imported artifacts, in the project; git ignores it. */
const CACHE = '.canopy';

/** An artifact on disk, and its model, whose check rows gave their answers. */
export type Built = { file: string; model: Model };

/**
 * The artifact of a model file, imported where that was not done before (an artifact is taken as it is): it is kept under the sha256 of the model file,
 * its sidecar and the importer's source. Each call computes the check rows again. Throws a ModelError, also where one of the files changes
 * meanwhile: under its sha256 another model would lie, for whoever deploys that file later.
 */
export function buildArtifact(modelFile: string, project: string, make = makeArtifact): Built {
  const key = buildKey(modelFile, project);
  const file = path.join(project, CACHE, key, 'model.canopy');
  if (!isWhole(file)) {
    const bytes = make(modelFile);
    if (buildKey(modelFile, project) !== key) {
      throw new ModelError(modelFile, 'a change of it, of its sidecar or of its data while it was read', 'files that stay as they are');
    }
    mkdirSync(path.dirname(file), { recursive: true });
    replaceFile(file, bytes);
  }
  return { file, model: verifyArtifact(readFileSync(file), path.relative(project, file)) };
}

function makeArtifact(modelFile: string): Uint8Array {
  return modelFile.endsWith('.canopy') ? readArtifactFile(modelFile) : importModel(modelFile);
}

/** Whether an artifact is there and can be read; one that a power cut left in pieces is made again. */
function isWhole(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    decodeArtifact(readFileSync(file), file);
    return true;
  } catch {
    return false;
  }
}

function buildKey(modelFile: string, project: string): string {
  const hash = createHash('sha256');
  const add = (name: string, bytes: Uint8Array) => hash.update(`${name}\0${bytes.length}\0`).update(bytes);
  add(path.basename(modelFile), readModelFile(modelFile));
  const sidecar = findSidecar(modelFile);
  add('sidecar', sidecar?.bytes ?? new Uint8Array());
  if (sidecar) add('data', findData(readSidecar(sidecar.bytes, sidecar.file), sidecar.file)?.bytes ?? new Uint8Array());
  for (const source of importerSources(project)) add(source, readFileSync(path.join(project, source)));
  return hash.digest('hex').slice(0, 16);
}

/** Every source file that an import may reach, by its path in the project: all of the two rooms, in their sub-rooms too. */
export function importerSources(project: string): string[] {
  return ['model', 'shared'].flatMap((room) =>
    readdirSync(path.join(project, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${room}/${name.split(path.sep).join('/')}`)
      .sort(),
  );
}
