import { randomUUID } from 'node:crypto';
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Writes a file under another name and moves it into place when it is whole, so that a reader, or a second writer, sees the whole
 * file or none. What is no file (a device, a pipe) is written to and stays what it is; of a link the file that it leads to is replaced. Nobody
 * may read the new file who could not read the old one. An error names the file itself.
 */
export function replaceFile(file: string, content: Uint8Array | string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat && !stat.isFile() && !stat.isDirectory()) {
    writeFileSync(file, content);
    return;
  }
  const target = stat ? realpathSync(file) : file;
  const unfinished = `${target}.${randomUUID()}.tmp`;
  try {
    writeFileSync(unfinished, content, { flag: 'wx', flush: true, ...(stat ? { mode: stat.mode & 0o777 } : {}) });
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw Object.assign(error as NodeJS.ErrnoException, { path: file, dest: file });
  }
}
