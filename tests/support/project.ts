import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder, with a slash at its end. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A recorded HTTP API event (payload 2.0) of tests/events. */
export function recordedEvent(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(PROJECT, 'tests/events', `${name}.json`), 'utf8'));
}
