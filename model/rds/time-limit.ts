import { createContext, runInContext } from 'node:vm';
import { ModelError } from '../../shared/errors.ts';

/** Seconds that reading may take: at least, and more for each megabyte of the model file and of the rows beside it. */
const [LEAST, PER_MB, PER_MB_OF_ROWS] = [120, 2, 5];

/** Node counts milliseconds in 32 bits. */
const MOST = 4_294_967;

/** What Node says where the time is over (https://nodejs.org/api/errors.html#err_script_execution_timeout). */
const OVER = 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** How many seconds a model file of so many bytes may take, with so many bytes of training data and calibration rows beside it. */
export function secondsFor(bytes: number, rowsBytes = 0): number {
  return Math.ceil(LEAST + (PER_MB * bytes + PER_MB_OF_ROWS * rowsBytes) / 1e6);
}

/**
 * What `work` gives, where that takes no longer than so many seconds; else a ModelError. Counts refuse what is known to take long; this is
 * for what nobody thought of: no file holds a thread without end. A limit is of a millisecond to the 32 bits of Node's timers: 49 days. The work is stopped wherever it is, and no `catch` of its own sees that.
 */
export function withinSeconds<T>(file: string, seconds: number, work: () => T): T {
  if (!(seconds >= 0.001 && seconds <= MOST)) throw new ModelError(file, `a time limit of ${seconds} s`, `one of 0.001 to ${MOST}`);
  try {
    return runInContext('work()', createContext({ work }), { timeout: Math.round(seconds * 1_000), displayErrors: false }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException | undefined)?.code !== OVER) throw error;
    throw new ModelError(
      file,
      `a file that takes more than ${seconds} s to read`,
      'one that is read sooner; import --time-limit SECONDS gives it longer',
    );
  }
}
