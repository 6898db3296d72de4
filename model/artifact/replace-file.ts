import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';

/**
 * Writes a file under another name and moves it into place when it is whole, so that a reader, or a second writer, sees the whole
 * file or none. What is no file (a device, a pipe) is written to and stays what it is; of a link the file that it leads to is replaced. The
 * new file may be read by whom the old one may be, whatever the umask and whoever writes it. An error names the file itself.
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
    writeFileSync(unfinished, content, { flag: 'wx', flush: true, ...(stat ? { mode: stat.mode & 0o600 } : {}) });
    if (stat) giveTo(unfinished, stat);
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw Object.assign(error as NodeJS.ErrnoException, { path: file, dest: file });
  }
}

/** Gives a file the owner, as far as this process may, and then the mode of another one: a server must go on to read its keys. */
function giveTo(file: string, { uid, gid, mode }: Stats): void {
  let kept = mode & 0o777;
  try {
    chownSync(file, uid, gid);
  } catch {
    // An owner is root's to give. A group that is not the old one has no part in it.
    if (statSync(file).gid !== gid) kept &= 0o707;
  }
  chmodSync(file, kept);
}
