/**
 * A token bucket: it holds at most `size` tokens, gets `perSecond` of them, and a request takes one. Times are given, in milliseconds of a
 * clock that never goes back, so that no timer runs.
 *
 * Buckets of one key in several environments tell one another by counts (exchange.ts). What the others let through is taken away here too,
 * as far as it was not already lost: tokens that came while the bucket was full count for that first. A bucket can so be in debt, of
 * MOST_DEBT of its sizes at most.
 */
export type Bucket = {
  perSecond: number;
  size: number;
  tokens: number;
  /** When the tokens were counted. */
  at: number;
  /** Tokens that ran over since the last exchange. */
  spilled: number;
};

/**
 * So many times its size a bucket owes at most: two minutes of a limit from one a second on. Environments that could not tell one another for
 * an hour would shut their caller out for hours else. Each of up to 480 may let through too much in the quarter of a second between two exchanges.
 */
const MOST_DEBT = 120;

/** A full bucket: of a second's tokens, and of one at least. */
export function fullBucket(perSecond: number, now: number): Bucket {
  const size = Math.max(1, perSecond);
  return { perSecond, size, tokens: size, at: now, spilled: 0 };
}

/** Takes a token where there is one; else gives the seconds until there is. */
export function take(bucket: Bucket, now: number): number {
  fill(bucket, now);
  // What decimals lose must not cost a token.
  if (bucket.tokens >= 1 - 1e-9) {
    bucket.tokens -= 1;
    return 0;
  }
  return (1 - bucket.tokens) / bucket.perSecond;
}

/** Takes away what other environments let through since the last exchange. */
export function takeOthers(bucket: Bucket, others: number, now: number): void {
  fill(bucket, now);
  const owed = Math.max(0, others - bucket.spilled);
  bucket.tokens = Math.max(bucket.tokens - owed, Math.min(bucket.tokens, -MOST_DEBT * bucket.size));
  bucket.spilled = 0;
}

function fill(bucket: Bucket, now: number): void {
  const elapsed = Math.max(0, now - bucket.at);
  const tokens = bucket.tokens + (elapsed / 1_000) * bucket.perSecond;
  bucket.at = Math.max(bucket.at, now);
  bucket.tokens = Math.min(bucket.size, tokens);
  bucket.spilled += tokens - bucket.tokens;
}
