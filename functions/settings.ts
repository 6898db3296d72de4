import type { BreakerSettings } from './circuit-breaker.ts';
import type { DeadlineSettings } from './deadline.ts';

/** A number as people write it: Number() takes blanks for 0, and 0x10 too. */
const DECIMAL = /^\d+(?:\.\d+)?$/;

/** How a variable's text is read: as a value, or as undefined where it is none that is `expected`; and what it is where it is not set. */
type Variable<Value> = { expected: string; otherwise?: Value; read(text: string): Value | undefined };

/*
 * By hand and not by zod, which guards what comes from outside at run time: to load it and to build schemas of these few
 * numbers took a fifth of a function's start.
 */
function number(least: number, most: number, otherwise: number, kind = 'a number'): Variable<number> {
  const read = (text: string) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
  return { expected: `${kind} from ${least} to ${most}`, otherwise, read };
}

function whole(least: number, most: number, otherwise: number): Variable<number> {
  const { read, ...rest } = number(least, most, otherwise, 'a whole number');
  return { ...rest, read: (text) => (Number.isInteger(read(text)) ? read(text) : undefined) };
}

function milliseconds(otherwise: number, least = 1): Variable<number> {
  return whole(least, 30_000, otherwise);
}

function text(expected: string, form: RegExp, otherwise?: string): Variable<string> {
  return { expected, ...(otherwise === undefined ? {} : { otherwise }), read: (value) => (form.test(value) ? value : undefined) };
}

const VARIABLES = {
  /** The artifact's path, from the working directory; the plugin that imports the model sets it. */
  MODEL_FILE: text("an artifact's path", /./),
  /** The path of the page's parts, set by the same plugin; none where the page has no script and no style. */
  PAGE_FILE: text("the path of the page's parts", /./, 'none'),
  /** The deployment's stage, a dimension of what is counted. */
  STAGE: text('a name', /./, 'local'),
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
type Values = { [Name in keyof typeof VARIABLES]: (typeof VARIABLES)[Name] extends Variable<infer Value> ? Value : never };
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
  const read = readVariables(environment);
  return {
    modelFile: read.MODEL_FILE,
    stage: read.STAGE,
    pageFile: read.PAGE_FILE === 'none' ? undefined : read.PAGE_FILE,
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

function readVariables(environment: Record<string, string | undefined>): Values {
  const problems: string[] = [];
  const values = Object.entries<Variable<string | number>>(VARIABLES).map(([name, { expected, otherwise, read }]) => {
    const given = environment[name];
    const value = given === undefined ? otherwise : read(given);
    if (value === undefined)
      problems.push(`${name}: found ${given === undefined ? 'nothing' : JSON.stringify(given)}, expected ${expected}`);
    return [name, value];
  });
  for (const name of Object.keys(environment)) {
    if (OURS.test(name) && !Object.hasOwn(VARIABLES, name)) problems.push(`${name}: there is no such setting`);
  }
  if (problems.length > 0) throw new Error(`settings that cannot be used: ${problems.join('; ')}`);
  return Object.fromEntries(values) as Values;
}
