import * as z from 'zod';
import type { BreakerSettings } from './circuit-breaker.ts';
import type { DeadlineSettings } from './deadline.ts';

/** A number, or a text that spells one; an empty text spells none. */
const number = (least: number, most: number) =>
  z.preprocess((text) => (text === '' ? Number.NaN : text), z.coerce.number().min(least).max(most));
const whole = (least: number, most: number) => number(least, most).pipe(z.int());
const milliseconds = (least = 1) => whole(least, 30_000);

const variables = {
  /** The artifact's path, from the working directory; the plugin that imports the model sets it. */
  MODEL_FILE: z.string().min(1),
  /** The path of the page's parts, set by the same plugin. */
  PAGE_FILE: z.string().min(1).optional(),
  /** The deployment's stage, a dimension of what is counted. */
  STAGE: z.string().min(1).default('local'),
  /** The SageMaker endpoint's name, or `none`. */
  ENDPOINT_NAME: z
    .string()
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'an endpoint name as SageMaker takes it, or none')
    .default('none'),
  /** How long a warm call to the endpoint may take (serverless inference: 1000). */
  ENDPOINT_DEADLINE_MS: milliseconds().default(250),
  /** How long the first call of an environment may take: it looks up a name and shakes hands. */
  ENDPOINT_FIRST_DEADLINE_MS: milliseconds().default(800),
  /** The least that a deadline adapts to. */
  ENDPOINT_LEAST_DEADLINE_MS: milliseconds().default(100),
  ENDPOINT_CONNECT_MS: milliseconds().default(100),
  /** A connection that fails this soon was closed while nobody looked, and the call is made once more. */
  ENDPOINT_STALE_MS: milliseconds(0).default(20),
  /** What a row adds to the deadline, and most that all can. */
  ENDPOINT_ROW_MS: number(0, 1_000).default(0.05),
  ENDPOINT_ROWS_MOST_MS: milliseconds(0).default(2_000),
  /** Kept back from Lambda's remaining time for the fallback. */
  ENDPOINT_RESERVE_MS: milliseconds(0).default(300),
  /** The share of requests the endpoint is asked for; the fallback answers the rest. */
  ENDPOINT_SHARE: number(0, 1).default(1),
  /** The share of the endpoint's answers that is computed here too and compared bit for bit. */
  DUAL_SHARE: number(0, 1).default(0.01),
  BREAKER_TIMEOUTS: whole(1, 1_000).default(3),
  BREAKER_FAILURES: whole(1, 1_000).default(5),
  BREAKER_WINDOW: whole(2, 1_000).default(20),
  BREAKER_OPEN_MS: milliseconds().default(1_000),
  BREAKER_OPEN_MOST_MS: whole(1, 300_000).default(30_000),
  BREAKER_PROBES: whole(1, 100).default(2),
};
const settings = z.object(variables);
/** Variables that start so are ours: one that is none of the above is a slip of the pen. */
const OURS = /^(?:ENDPOINT|DUAL|BREAKER)_/;

/** What an environment is told from outside; the defaults are those of a small instance endpoint. Times in milliseconds. */
export type Settings = {
  modelFile: string;
  stage: string;
  /** Undefined where the page has no script and no style. */
  pageFile?: string | undefined;
  /** Undefined where there is no endpoint: then no call is made. */
  endpointName: string | undefined;
  connectMs: number;
  staleMs: number;
  endpointShare: number;
  dualShare: number;
  deadline: DeadlineSettings;
  breaker: BreakerSettings;
};

/** Reads the settings once, at the start. Throws an Error that names every variable at fault. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = settings.safeParse(environment);
  const unknown = Object.keys(environment).filter((name) => OURS.test(name) && !Object.hasOwn(variables, name));
  if (!parsed.success || unknown.length > 0) {
    const problems = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
    problems.push(...unknown.map((name) => `${name}: there is no such setting`));
    throw new Error(`settings that cannot be used: ${problems.join('; ')}`);
  }
  const read = parsed.data;
  return {
    modelFile: read.MODEL_FILE,
    stage: read.STAGE,
    pageFile: read.PAGE_FILE,
    endpointName: read.ENDPOINT_NAME === 'none' ? undefined : read.ENDPOINT_NAME,
    connectMs: read.ENDPOINT_CONNECT_MS,
    staleMs: read.ENDPOINT_STALE_MS,
    endpointShare: read.ENDPOINT_SHARE,
    dualShare: read.DUAL_SHARE,
    deadline: {
      deadlineMs: read.ENDPOINT_DEADLINE_MS,
      firstDeadlineMs: read.ENDPOINT_FIRST_DEADLINE_MS,
      leastDeadlineMs: read.ENDPOINT_LEAST_DEADLINE_MS,
      msPerRow: read.ENDPOINT_ROW_MS,
      rowsMostMs: read.ENDPOINT_ROWS_MOST_MS,
      reserveMs: read.ENDPOINT_RESERVE_MS,
    },
    breaker: {
      timeouts: read.BREAKER_TIMEOUTS,
      failures: read.BREAKER_FAILURES,
      window: read.BREAKER_WINDOW,
      openMs: read.BREAKER_OPEN_MS,
      openMostMs: read.BREAKER_OPEN_MOST_MS,
      probes: read.BREAKER_PROBES,
    },
  };
}
