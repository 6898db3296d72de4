import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { decodeArtifact, encodeArtifact, failedCheck, type Model } from '../shared/artifact.ts';
import { ModelError } from '../shared/errors.ts';
import { drawCheckRows, splitRanges } from './check-rows.ts';
import { applyData, type TrainingData } from './levels.ts';
import { readRanger } from './ranger.ts';
import { type Progress, readRFile } from './rds.ts';
import { modelIn } from './saved.ts';
import { applySidecar, findSidecar, readSidecar, type Sidecar } from './sidecar.ts';

/** Largest model file or artifact that is read. */
const MAX_FILE = 2 ** 31;

/** What an import may be told beside the file: an ISO 8601 date for the card, and training data. */
export type ImportOptions = {
  date?: string | undefined;
  /** The training data, for the levels that neither the model file nor its sidecar has. */
  data?: TrainingData | undefined;
  /** Told how far the reading of the file is. */
  progress?: Progress | undefined;
};

/**
 * Imports a model file with its sidecar: the bytes of its artifact. The same file and sidecar give the same model section
 * wherever and whenever that is. Throws a ModelError that says what is wrong with which part.
 */
export function importModel(file: string, options: ImportOptions = {}): Uint8Array {
  const bytes = readFile(file);
  const found = findSidecar(file);
  const sidecar: Sidecar = found ? readSidecar(found.bytes, found.file) : {};
  const read = readRFile(bytes, file, undefined, options.progress);
  const value = modelIn(read, file);
  const ranger = readRanger(value, file);
  const told = applySidecar(ranger.schema, sidecar, found?.file ?? file);
  const known = new Set(Object.entries(sidecar.features ?? {}).flatMap(([name, own]) => ((own.type ?? own.levels) ? [name] : [])));
  const typed = options.data ? applyData(told, ranger.forest, known, options.data) : told;
  const schema = splitRanges(typed, ranger.forest);
  schema.features.forEach((feature, column) => {
    if (ranger.forest.partitioned[column] === 1 && feature.type !== 'factor') {
      const expected = `its levels in ${path.parse(file).name}.model.json: {"features": {"${feature.name}": {"levels": [...]}}}, in R: levels(data$${feature.name}); or import it with --data training.csv`;
      throw new ModelError(file, `the unordered factor "${feature.name}" without its levels`, expected);
    }
  });
  const { title, description } = sidecar;
  const card = {
    name: sidecar.name ?? nameOf(file),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    madeBy: ranger.call,
    versions: `R ${read.r}, ${ranger.version}; serialization ${read.version} by ${read.saved}(), ${read.form}, ${read.compression}`,
    source: { file: path.basename(file), sha256: createHash('sha256').update(bytes).digest('hex') },
    ...(options.date === undefined ? {} : { date: options.date }),
  };
  return encodeArtifact({ schema, forest: ranger.forest, card, checks: drawCheckRows(schema, ranger.forest) });
}

/** The model of a file, be it an artifact (*.canopy) or a model file to import. */
export function loadModel(file: string, options: ImportOptions = {}): Model {
  return file.endsWith('.canopy') ? decodeArtifact(readFile(file), file) : decodeArtifact(importModel(file, options), file);
}

/** Decodes an artifact that is about to be deployed and computes its check rows. Throws a ModelError where one fails. */
export function verifyArtifact(bytes: Uint8Array, thing: string): Model {
  const model = decodeArtifact(bytes, thing);
  const failed = failedCheck(model);
  if (failed !== undefined) throw new ModelError(thing, failed, 'the same bits as at import');
  return model;
}

function readFile(file: string): Uint8Array {
  let size: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new ModelError(file, 'a folder', 'a file');
    size = stat.size;
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(file, 'no such file', 'a model saved by saveRDS, or an artifact');
  }
  if (size > MAX_FILE) throw new ModelError(file, `${size} bytes`, `at most ${MAX_FILE}`);
  return readFileSync(file);
}

/** A model's name from its file's: what a URL or a log line can carry. */
function nameOf(file: string): string {
  const name = path
    .parse(file)
    .name.replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63);
  return name === '' ? 'model' : name;
}
