import { readdirSync } from 'node:fs';
import path from 'node:path';
import { isPackageFormat, startOf } from '../../model/artifact/package-format.ts';
import { sizeOfModelFile } from '../../model/artifact/read-file.ts';
import { sidecarPaths } from '../../model/artifact/sidecar/paths.ts';
import { ModelError } from '../../shared/errors.ts';
import { checkWithin } from './model-folder.ts';
import { loadShared, type SharedModel } from './shared-model.ts';

const MODEL_FILE = /\.(?:canopy|RDS|Rds|rds)$/;
const EXPECTED = "one model: an artifact (*.canopy), a model saved by saveRDS (*.RDS) or a booster's own file";
/** Files of other names that are looked into: a model's folder has a few. */
const MOST_LOOKED_INTO = 1000;

/**
 * The one model of a folder, which SageMaker unpacks to /opt/ml/model: an artifact, or a model file that is imported with
 * the sidecar beside it. Throws a ModelError that says which file, and why, where there is none, more than one, or one
 * that cannot be read, or that is a link to a place outside of `root`, where one is given. Its check rows are not computed here: see
 * createContainer.
 */
export async function loadModelDir(dir: string, root?: string): Promise<SharedModel> {
  const file = findModelFile(dir);
  try {
    if (root !== undefined) for (const one of [file, ...sidecarPaths(file)]) checkWithin(root, one);
    return await loadShared(file, root);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(file, reason(error), 'a file that can be read');
  }
}

/**
 * What reading a model file takes at most, in its own bytes: an artifact is read into its place. Measured (forests of 60 to 1,000 trees,
 * boosters of 1,000; Node 24): 8.7 to 11.8 for R's files by gzip, 4.5 to 5 for those that R wrote without compression, 5.7 for a booster's
 * JSON, 9.2 for its text. Of a file that takes more the reading is stopped (threads/load-apart.ts).
 */
const READING = { artifact: 1, plain: 5, other: 12 };
/** How a file begins that saveRDS or save wrote without compression. */
const PLAIN_START = /^(?:[XAB]\n|RD[XAB])/;

/** How many bytes the file of a folder's one model has, the least that loading it takes, and the most that reading it does. Throws as loadModelDir. */
export function sizeOfModelDir(dir: string): { bytes: number; reading: number } {
  const file = findModelFile(dir);
  const bytes = sizeOfModelFile(file);
  const kind = file.endsWith('.canopy')
    ? 'artifact'
    : PLAIN_START.test(String.fromCharCode(...(startOf(file)?.subarray(0, 4) ?? [])))
      ? 'plain'
      : 'other';
  return { bytes, reading: READING[kind] * bytes };
}

/** The path of the one model in a folder. Files that start with a dot are none: archives made on a Mac hold such. */
function findModelFile(dir: string): string {
  let names: string[];
  try {
    names = readdirSync(dir).filter((name) => !name.startsWith('.'));
  } catch (error) {
    throw new ModelError(dir, reason(error), `a folder with ${EXPECTED}`);
  }
  const others = names.filter((name) => !MODEL_FILE.test(name) && !name.endsWith('.model.json')).slice(0, MOST_LOOKED_INTO);
  const models = [
    ...names.filter((name) => MODEL_FILE.test(name)),
    ...others.filter((name) => isPackageFormat(path.join(dir, name))),
  ].sort();
  if (models.length > 1) throw new ModelError(dir, `${models.length} models (${listed(models)})`, EXPECTED);
  if (models[0] !== undefined) return path.join(dir, models[0]);
  throw new ModelError(dir, names.length === 0 ? 'an empty folder' : `no model among ${listed(names.sort())}`, EXPECTED);
}

function listed(names: string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');
}

/** Why the file system refused, in words; any other error keeps its message. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = { ENOENT: 'nothing there', ENOTDIR: 'a file', EACCES: 'no permission to read', EISDIR: 'a folder' };
  return words[code ?? ''] ?? message;
}
