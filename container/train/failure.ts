import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { explain } from '../../model/commands/explain.ts';
import { ModelError } from '../../shared/errors.ts';
import { EXIT, type Failure } from './job.ts';
import type { Places } from './places.ts';

/** Most bytes of a failure: SageMaker shows 1,024 characters of the file as the job's FailureReason. */
const MOST_BYTES = 1_024;

/** What is said of an error that nobody has thought of. */
export const UNEXPECTED = 'the training: an unexpected error on our side; the log says where';

/** Why a job ended, of what it threw. */
export function failureOf(error: unknown): Failure {
  const { code, message = '' } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY' || /allocation failed|Invalid typed array length/i.test(message))
    return { sentence: 'memory: found none left, expected an instance with more, or fewer rows or trees', code: EXIT.machine };
  if (error instanceof ModelError) return { sentence: explain(error), code: EXIT.refused };
  // The message of any other error may quote what came from outside.
  return { sentence: code === undefined ? UNEXPECTED : explain(error), code: EXIT.machine };
}

/** Leaves the sentence where the platform looks for it; `say` hears where that cannot be done. */
export function writeFailure({ failure }: Places, sentence: string, say: (line: string) => void): void {
  try {
    mkdirSync(path.dirname(failure), { recursive: true });
    writeFileSync(failure, cutText(sentence));
  } catch (error) {
    say(`the file of the failure: ${explain(error)}`);
  }
}

/** A text of at most so many bytes, whole characters. */
function cutText(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MOST_BYTES) return text;
  // A character that was cut becomes the replacement character.
  const cut = new TextDecoder().decode(bytes.subarray(0, MOST_BYTES - 3));
  return `${cut.replace(/\uFFFD$/, '')}...`;
}
