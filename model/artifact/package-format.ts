import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FILE_READERS } from '../readers/file-readers.ts';
import { type FileReader, START_BYTES } from '../readers/reader.ts';
import { OPEN_FLAGS } from './read-file.ts';

/** The reader of a package's file, chosen by its first bytes. Undefined for a file of R or of another kind. */
export function fileReaderOf(bytes: Uint8Array, fileReaders: readonly FileReader[] = FILE_READERS): FileReader | undefined {
  const start = bytes.subarray(0, START_BYTES);
  return fileReaders.find(({ matches }) => matches(start));
}

/** Whether a file is a model in a package's format. Only its first bytes are read; false where it is no file or cannot be read. */
export function isPackageFormat(file: string, fileReaders: readonly FileReader[] = FILE_READERS): boolean {
  const start = startOf(file);
  return start !== undefined && fileReaderOf(start, fileReaders) !== undefined;
}

/** The first START_BYTES of a file; undefined where it is no file or cannot be read. */
export function startOf(file: string): Uint8Array | undefined {
  try {
    const handle = openSync(file, OPEN_FLAGS);
    try {
      if (!fstatSync(handle).isFile()) return undefined;
      const start = new Uint8Array(START_BYTES);
      return start.subarray(0, readSync(handle, start));
    } finally {
      closeSync(handle);
    }
  } catch {
    return undefined;
  }
}
