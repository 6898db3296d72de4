import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildArtifact } from '../../model/artifact/build.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { PROJECT } from '../support/project.ts';
import { outputOf } from './children.ts';

/** What git ignores, where the bench keeps what takes long to have. */
export const CACHE = path.join(PROJECT, '.canopy/bench');

/** A forest's files: R's model and rows, its rows and R's answers as doubles, our artifact. */
export type Files = { name: string; model: string; data: string; rows: string; answers: string; artifact: string };

/**
 * The files of forests, made by R where they are not kept from before. They are kept under the sha256 of the script that
 * makes them and of the versions of R and ranger.
 */
export async function makeForests(
  names: readonly string[],
  versions: string,
  say: (line: string) => void,
  script = path.join(PROJECT, 'tests/bench/forests.R'),
): Promise<Files[]> {
  const key = createHash('sha256').update(readFileSync(script)).update(versions).digest('hex').slice(0, 12);
  const folder = path.join(CACHE, `forests-${key}`);
  mkdirSync(folder, { recursive: true });
  const made: Files[] = [];
  for (const name of names) {
    const file = (ending: string) => path.join(folder, `${name}.${ending}`);
    if (!existsSync(file('RDS'))) {
      say(`${name}: R makes it${name === 'large' ? ', which takes minutes the first time' : ''}`);
      await outputOf('Rscript', [script, PROJECT, folder, name]);
    }
    const artifact = buildArtifact(file('RDS'), PROJECT).file;
    made.push({ name, model: file('RDS'), data: file('data.RDS'), rows: file('rows'), answers: file('answers'), artifact });
  }
  return made;
}

/** The doubles of a file. */
export function readDoubles(file: string): Float64Array {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** The versions of R and ranger, in one line. */
export async function rVersions(): Promise<string> {
  return outputOf('Rscript', ['-e', 'cat(paste0("R ", getRversion(), ", ranger ", packageVersion("ranger")))']);
}

/** Rows as people send them: objects with the features' names. */
export function toObjects({ features }: Schema, rows: Float64Array): Record<string, number>[] {
  return Array.from({ length: rows.length / features.length }, (_, row) => {
    return Object.fromEntries(features.map(({ name }, column) => [name, rows[row * features.length + column]!]));
  });
}
