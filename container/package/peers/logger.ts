import { createRequire } from 'node:module';
import type { Logger as Powertools } from '@aws-lambda-powertools/logger';

// In the package this file stands for @aws-lambda-powertools/logger, an optional peer: where nobody installed it, the log has plain
// lines. (By require(), since a missing package must not end the start, and nothing can wait at this place.)
const require = createRequire(import.meta.url);

type Level = 'info' | 'warn' | 'error';
type Log = Pick<Powertools, Level>;

class PlainLogger {
  readonly #service: string;

  constructor({ serviceName }: { serviceName: string }) {
    this.#service = serviceName;
  }

  info(message: string, entry: object): void {
    console.info(this.#line('INFO', message, entry));
  }

  warn(message: string, entry: object): void {
    console.warn(this.#line('WARN', message, entry));
  }

  error(message: string, entry: object): void {
    console.error(this.#line('ERROR', message, entry));
  }

  #line(level: string, message: string, entry: object): string {
    return JSON.stringify({ level, message, timestamp: new Date().toISOString(), service: this.#service, ...entry });
  }
}

/** Powertools' Logger, or lines of JSON with the same members. */
export const Logger: new (options: { serviceName: string }) => Log = load();

function load() {
  try {
    return require('@aws-lambda-powertools/logger').Logger;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return PlainLogger;
  }
}
