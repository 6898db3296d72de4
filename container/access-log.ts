import pino from 'pino';
import type { LogEntry } from './server.ts';

/** The access log. */
export type AccessLog = {
  write(entry: LogEntry): void;
  /** Puts on the wire what is still held; for the end of the process. */
  flush(): void;
};

/** Most bytes that are held where nobody reads the log; what comes then is dropped, since serving goes on. */
const MOST_HELD = 4_194_304;

/** One JSON line a request on standard output, written without waiting for whoever reads it. */
export function openAccessLog(): AccessLog {
  const destination = pino.destination({ dest: 1, sync: false, maxLength: MOST_HELD });
  // A reader that has gone must not end the container.
  destination.on('error', () => {});
  const logger = pino({ base: null, timestamp: false, formatters: { level: (level) => ({ level }) } }, destination);
  return {
    write: (entry) => logger[entry.error === undefined ? 'info' : 'error'](entry),
    flush: () => {
      try {
        destination.flushSync();
      } catch {
        // It was never opened, or its reader has gone.
      }
    },
  };
}
