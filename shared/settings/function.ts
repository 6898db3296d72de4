import { milliseconds, number, text, whole } from './variables.ts';

/**
 * The environment variables of the functions, which `npm start` hands on to them. The defaults are those of a small instance
 * endpoint. Times in milliseconds.
 */
export const FUNCTION_VARIABLES = {
  /** The artifact's path, from the working directory; the plugin that imports the model sets it. */
  MODEL_FILE: text("an artifact's path", /./),
  /** The path of the page's parts, set by the same plugin; none where the page has no script and no style. */
  PAGE_FILE: text("the path of the page's parts", /./, 'none'),
  /** The deployment's stage, a dimension of what is counted. */
  STAGE: text('a name', /./, 'local'),
  /** What a custom domain puts before the paths, such as /heart; none where it puts nothing. No `.` or `..` is a part of it: whoever asks takes them away. */
  BASE_PATH: text('a path such as /heart, or none', /^(?:none|(?:\/(?!\.\.?(?:\/|$))[\w.~-]+)+)$/, 'none'),
  /** How callers are known: not at all, by keys of this API's own, or as API Gateway has decided by a token (jwt) or a signature (iam). */
  AUTH: text('none, keys, jwt or iam', /^(?:none|keys|jwt|iam)$/, 'none'),
  /** The SageMaker endpoint's name, or `none`. */
  ENDPOINT_NAME: text('an endpoint name as SageMaker takes it, or none', /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'none'),
  /** How long a warm call to the endpoint may take (serverless inference: 1000). */
  ENDPOINT_DEADLINE_MS: milliseconds(250),
  /** How long the first call of an environment may take: it looks up a name and shakes hands. */
  ENDPOINT_FIRST_DEADLINE_MS: milliseconds(800),
  /** The least that a deadline adapts to. */
  ENDPOINT_LEAST_DEADLINE_MS: milliseconds(100),
  ENDPOINT_CONNECT_MS: milliseconds(100),
  /** A connection that fails this soon was closed while nobody looked, and the call is made once more. */
  ENDPOINT_STALE_MS: milliseconds(20, 0),
  /** What a row adds to the deadline, and most that all can. */
  ENDPOINT_ROW_MS: number(0, 1_000, 0.05),
  ENDPOINT_ROWS_MOST_MS: milliseconds(2_000, 0),
  /** Kept back from Lambda's remaining time for the fallback. */
  ENDPOINT_RESERVE_MS: milliseconds(300, 0),
  /** The share of requests the endpoint is asked for; the fallback answers the rest. */
  ENDPOINT_SHARE: number(0, 1, 1),
  /** The share of the endpoint's answers that is computed here too and compared bit for bit. */
  DUAL_SHARE: number(0, 1, 0.01),
  BREAKER_TIMEOUTS: whole(1, 1_000, 3),
  BREAKER_FAILURES: whole(1, 1_000, 5),
  BREAKER_WINDOW: whole(2, 1_000, 20),
  BREAKER_OPEN_MS: milliseconds(1_000),
  BREAKER_OPEN_MOST_MS: whole(1, 300_000, 30_000),
  BREAKER_PROBES: whole(1, 100, 2),
};
