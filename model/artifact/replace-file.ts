import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';

/**
 * Writes a file under another name and moves it into place when it is whole, so that a reader, or a second writer, sees the whole
 * file or none. What is no file (a device, a pipe) is written to and stays what it is; of a link the file that it leads to is replaced. The
 * new file has the mode of the old one, whatever the umask, and its owner and group as far as this process may give them: a server must go on to
 * read its keys. A group that is not the old one gets no rights. An error names the file itself.
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
    const handle = openSync(unfinished, 'wx', stat ? stat.mode & 0o600 : 0o666);
    try {
      if (stat) giveTo(handle, stat);
      writeFileSync(handle, content, { flush: true });
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, target);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw Object.assign(error as NodeJS.ErrnoException, { path: file, dest: file });
  }
}

/** By the open file, never by its name: whoever owns the folder could put a link in its place meanwhile. */
function giveTo(handle: number, { uid, gid, mode }: Stats): void {
  const own = fstatSync(handle).uid;
  const isGiven = [uid, own].some((owner) => {
    try {
      fchownSync(handle, owner, gid);
      return true;
    } catch {
      // An owner is root's to give; a group those may give who are in it.
      return false;
    }
  });
  fchmodSync(handle, mode & (isGiven ? 0o777 : 0o707));
}
