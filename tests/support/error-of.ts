import { RequestError } from '../../shared/errors.ts';

/** What some work throws; that nothing is thrown fails the test. */
export function errorOf(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** The status of the RequestError that some work throws; undefined where it throws nothing. Other errors go on. */
export function statusOf(work: () => unknown): number | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return error.status;
    throw error;
  }
  return undefined;
}
