import type { RequestError } from '../errors.ts';

/** How the API knows its callers: not at all, by keys of its own, by tokens (JWT), or by AWS's signatures (SigV4). */
export type AccessKind = 'none' | 'keys' | 'jwt' | 'iam';
/** Those that ask. */
export type AskingKind = Exclude<AccessKind, 'none'>;

/** What is decided of a caller: a name for the log, or the refusal that is the answer. */
export type Verdict = { caller: string; refusal?: never } | { refusal: RequestError; caller?: string | undefined };
