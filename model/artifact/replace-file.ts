import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a file under another name and moves it into place when it is whole, so that a reader, or a second writer, sees the whole
 * file or none. An error names the file itself.
 */
export function replaceFile(file: string, content: Uint8Array | string): void {
  const unfinished = `${file}.${randomUUID()}.tmp`;
  try {
    writeFileSync(unfinished, content, { flag: 'wx', flush: true });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw Object.assign(error as NodeJS.ErrnoException, { path: file, dest: file });
  }
}
