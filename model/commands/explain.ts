import { RequestError } from '../../shared/errors.ts';
import { printable } from '../artifact/printable.ts';

const FILE_ERRORS: Record<string, string> = {
  ENOENT: 'no such file or folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'a folder, where a file was expected',
  ENOTDIR: 'a file, where a folder was expected',
  ENOSPC: 'no space left',
  EROFS: 'a read-only file system',
};

/** An error in words: a sentence, and a line for each problem of the rows. */
export function explain(error: unknown): string {
  if (error instanceof RequestError) {
    const problems = error.problems.map((problem) => `  ${problem.path || '/'}  ${problem.message}`);
    return [error.message, ...problems, ...(error.advice === undefined ? [] : [error.advice])].map(printable).join('\n');
  }
  const { code = '', message, path: file, dest } = error as NodeJS.ErrnoException & { dest?: string };
  if (Object.hasOwn(FILE_ERRORS, code)) return printable(`${dest ?? file ?? 'a file'}: ${FILE_ERRORS[code]}`);
  return printable(message?.split('\n')[0] ?? String(error));
}
