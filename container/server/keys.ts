import { hash } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readWhole } from '../../model/artifact/read-file.ts';
import { credentialOf, judge, type KeyRing, keyRing } from '../../shared/access/key-ring.ts';
import type { Verdict } from '../../shared/access/kinds.ts';
import { readKeysFile } from '../../shared/access/stored-key.ts';
import { isOpen } from '../../shared/api/paths.ts';
import { ModelError } from '../../shared/errors.ts';
import { SettingsError } from '../../shared/settings/variables.ts';
import { headerOf } from './http.ts';
import type { Incoming } from './incoming.ts';
import type { Route } from './routes.ts';

/** The keys of a container: decides on a request, and stops looking at the file. */
export type ContainerKeys = { judge(request: Incoming, now: number): Verdict; close(): void };

/** Most bytes of a file of keys: a thousand of the longest have less. */
const MOST_BYTES = 1_048_576;
/** How often the file is looked at, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * The keys of a file that `npm run keys -- ... --file FILE` writes. A file that changes is read again within seconds; one that is wrong then
 * leaves the keys as they were, and `report` hears why. Throws a SettingsError where it is wrong at the start: open doors are no answer to that.
 */
export function openKeysFile(file: string, report: (problem: string) => void): ContainerKeys {
  const read = (before?: KeyRing): KeyRing => {
    try {
      // A pipe without a writer would hold the thread that listens, and a file of gigabytes would be held whole.
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(readWhole(file, { most: MOST_BYTES, expected: 'a file' }));
      return keyRing(readKeysFile(text), digest, before);
    } catch (error) {
      if (error instanceof ModelError) throw new SettingsError([`API_KEYS_FILE: ${error.message}`]);
      throw new SettingsError([`API_KEYS_FILE: ${file}: ${(error as Error).message}`]);
    }
  };
  let ring = read();
  const look = () => {
    try {
      ring = read(ring);
    } catch (error) {
      report((error as Error).message);
    }
  };
  watchFile(file, { interval: LOOK_MS, persistent: false }, look);
  return {
    judge: (request, now) => judge(ring, credentialOf(headerOf(request, 'x-api-key'), request.headers.authorization), now),
    close: () => unwatchFile(file, look),
  };
}

/** Whether a request must say who asks. SageMaker's own paths never do, since it has no key to send; nor do the page and its documents. */
export function asksForKey(found: Route, path: string): boolean {
  switch (found.is) {
    case 'public':
      return !isOpen(path);
    case 'v2':
    case 'metrics':
      return true;
    case 'invocations':
      return found.label !== '/invocations';
    default:
      return false;
  }
}

function digest(text: string): Uint8Array {
  return hash('sha256', text, 'buffer');
}
