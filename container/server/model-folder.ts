import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { ModelError, RequestError } from '../../shared/errors.ts';

/** The folder that a URL of POST /models names, with links followed. Throws a 400 where it does not lie below the root. */
export function resolveWithin(root: string, url: string): string {
  const refused = (found: string) => new RequestError(400, `url: found ${found}, expected a folder below ${root}`);
  let dir: string;
  let top: string;
  try {
    dir = realpathSync(url);
    top = realpathSync(root);
    if (!statSync(dir).isDirectory()) throw refused('a file');
  } catch (error) {
    throw error instanceof RequestError ? error : refused('nothing there');
  }
  if (!isBelow(top, dir)) throw refused('another place');
  return dir;
}

/** Throws a ModelError where a file is a link to a place that is not below the root. One that is not there is none. */
export function checkWithin(root: string, file: string): void {
  let real: string;
  try {
    real = realpathSync(file);
  } catch {
    return;
  }
  if (!isBelow(realpathSync(root), real)) throw new ModelError(file, 'a link to another place', `a file below ${root}`);
}

function isBelow(top: string, file: string): boolean {
  return file.startsWith(`${top}${path.sep}`);
}
