import { hash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { readWhole } from '../../model/artifact/read-file.ts';
import { credentialOf, judge, type KeyRing, keyRing } from '../../shared/access/key-ring.ts';
import type { Verdict } from '../../shared/access/kinds.ts';
import { MOST_FILE_BYTES, readKeysFile } from '../../shared/access/stored-key.ts';
import { isOpen } from '../../shared/api/paths.ts';
import { ModelError } from '../../shared/errors.ts';
import { SettingsError } from '../../shared/settings/variables.ts';
import { headerOf } from './http.ts';
import type { Incoming } from './incoming.ts';
import type { Route } from './routes.ts';

/** The keys of a container: decides on a request, and stops looking at the file. */
export type ContainerKeys = { judge(request: Incoming, now: number): Verdict; close(): void };

/** How often the file is looked at, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * The keys of a file that `npm run keys -- ... --file FILE` writes. A file that changes is read again within seconds; one that is wrong then
 * leaves the keys as they were, and `report` hears why. Throws a SettingsError where it is wrong at the start: open doors are no answer to that.
 */
export function openKeysFile(file: string, report: (problem: string) => void): ContainerKeys {
  const read = (before?: KeyRing): KeyRing => {
    try {
      return keyRing(readKeysFile(textOf(file)), digest, before);
    } catch (error) {
      if (error instanceof ModelError) throw new SettingsError([`API_KEYS_FILE: ${error.message}`]);
      throw new SettingsError([`API_KEYS_FILE: ${file}: ${(error as Error).message}`]);
    }
  };
  let seen = stateNow(file);
  let ring = read();
  // Not watchFile: it compares with what it finds once it has begun, so that a change right after the reading would never be seen.
  const look = async () => {
    const state = await stat(file, BIG).then(stateOf, () => ABSENT);
    const isOther = state.text !== seen.text;
    const isRead = isOther || !seen.isSettled;
    seen = state;
    try {
      if (isRead) ring = read(ring);
    } catch (error) {
      if (isOther) report((error as Error).message);
    }
    timer.refresh();
  };
  const timer = setTimeout(look, LOOK_MS).unref();
  return {
    judge: (request, now) => judge(ring, credentialOf(headerOf(request, 'x-api-key'), authorizationOf(request)), now),
    close: () => clearTimeout(timer),
  };
}

/** The header Authorization; of two, both, which are no key: Node would give the first, API Gateway gives both to a function. */
function authorizationOf({ headers, rawHeaders }: Incoming): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const all = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization');
  return all.length > 1 ? all.join(',') : authorization;
}

function textOf(file: string): string {
  // A pipe without a writer would hold the thread that listens, and a file of gigabytes would be held whole.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(readWhole(file, { most: MOST_FILE_BYTES, expected: 'a file' }));
}

const BIG = { bigint: true } as const;

/** What tells that a file was changed, or another put in its place; not settled where one change more could have the very same time. */
type FileState = { text: string; isSettled: boolean };
const ABSENT: FileState = { text: 'absent', isSettled: true };

/** The state of a file at the start; where it cannot be looked at, its reading says why. */
function stateNow(file: string): FileState {
  try {
    return stateOf(statSync(file, BIG));
  } catch {
    return ABSENT;
  }
}

function stateOf(stats: BigIntStats): FileState {
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  const age = Date.now() - Number(ctimeNs / 1_000_000n);
  return { text: [dev, ino, size, mtimeNs, ctimeNs].join(), isSettled: age > LOOK_MS };
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
