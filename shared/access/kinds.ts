import type { RequestError } from '../errors.ts';

/** How the API knows its callers: not at all, by keys of its own, by tokens (JWT), or by AWS's signatures (SigV4). */
export type AccessKind = 'none' | 'keys' | 'jwt' | 'iam';
/** Those that ask. */
export type AskingKind = Exclude<AccessKind, 'none'>;

/** What is decided of a caller: a name for the log, or the refusal that is the answer. */
export type Verdict = { caller: string; refusal?: never } | { refusal: RequestError; caller?: string | undefined };

/** The paths that never ask, on the API as in the container: the page and its parts, and what says how the API is used. */
const OPEN: ReadonlySet<string> = new Set([
  '/',
  '/page.js',
  '/later.js',
  '/workbook.js',
  '/page.css',
  '/icon.svg',
  '/docs',
  '/docs.js',
  '/docs.css',
  '/canopy.R',
  '/openapi.json',
  '/health',
]);

/** Whether a path asks nobody who they are, with or without a slash at its end. */
export function isOpen(path: string): boolean {
  return OPEN.has(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}
