import { ModelError, RequestError } from '../../shared/errors.ts';
import { printable } from '../artifact/printable.ts';
import { Stopped, Unfinished } from '../batch/errors.ts';
import { UsageError } from './command-line.ts';

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'a folder, where a file was expected',
  ENOTDIR: 'a file, where a folder was expected',
  ENOSPC: 'no space left',
  EROFS: 'a read-only file system',
  ELOOP: 'links that lead to each other',
  ENAMETOOLONG: 'a name that is too long',
  EFBIG: 'a file that is too large here',
  EDQUOT: 'no space left of what you may use',
  EIO: 'an error of the device',
  ENXIO: 'a socket, where a file was expected',
};

/** Most characters of a line: what somebody typed or a file holds stands in it. */
const MOST_SHOWN = 2_000;

/** An error in words: a sentence, and a line for each problem of the rows. */
export function explain(error: unknown): string {
  return linesOf(error)
    .map((line) => shown(printable(line)))
    .join('\n');
}

/** A line, of a long one its first part and how long it is. */
function shown(line: string): string {
  return line.length <= MOST_SHOWN ? line : `${line.slice(0, MOST_SHOWN)}... (${line.length} characters)`;
}

function linesOf(error: unknown): string[] {
  if (error instanceof Unfinished) return [...(error.cause instanceof Stopped ? [] : linesOf(error.cause)), error.message];
  if (error instanceof RequestError) {
    const problems = error.problems.map((problem) => `  ${problem.path || '/'}  ${problem.message}`);
    return [error.message, ...problems, ...(error.advice === undefined ? [] : [error.advice])];
  }
  const { code = '', message, path: file, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (Object.hasOwn(FILE_ERRORS, code)) return [`${dest ?? file ?? 'a file'}: ${FILE_ERRORS[code]}`];
  // Ours are one sentence, in which a name may have a line break; others may go on with what is not for a reader.
  return [error instanceof ModelError || error instanceof UsageError ? error.message : (message?.split('\n')[0] ?? String(error))];
}
