import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Where the golden pipelines lie. */
export const FOLDER = path.join(import.meta.dirname, '../../golden/pipelines');

/** The file of a golden pipeline. */
export function pipelineFile(name: string): string {
  return path.join(FOLDER, `${name}.RDS`);
}

/** The names of all golden pipelines. */
export function pipelineNames(): string[] {
  return readdirSync(FOLDER).flatMap((file) => (file.endsWith('.RDS') ? [file.slice(0, -'.RDS'.length)] : []));
}
