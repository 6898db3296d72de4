import type { AccessKind } from '../shared/access/kinds.ts';
import { FUNCTION_VARIABLES } from '../shared/settings/function.ts';
import { type Environment, readVariables } from '../shared/settings/variables.ts';
import type { GuardSettings } from './endpoint/guard.ts';

/** The settings of an environment of the functions. Times in milliseconds. */
export type Settings = GuardSettings & {
  modelFile: string;
  stage: string;
  /** What is taken off the path before it is looked at; empty where that is nothing. */
  basePath: string;
  /** How callers are known. */
  auth: AccessKind;
  /** Undefined where the page has no script and no style. */
  pageFile?: string | undefined;
  /** Undefined where there is no endpoint: then no call is made. */
  endpointName: string | undefined;
  connectMs: number;
  staleMs: number;
  dualShare: number;
  /** Whether all that answers is loaded at the start, not by the first request. */
  opensAtStart: boolean;
};

/** Reads the settings once, at the start. Throws a SettingsError that names every variable at fault. */
export function readSettings(environment: Environment): Settings {
  const read = readVariables(FUNCTION_VARIABLES, environment);
  return {
    modelFile: read.MODEL_FILE,
    stage: read.STAGE,
    basePath: read.BASE_PATH === 'none' ? '' : read.BASE_PATH,
    auth: read.AUTH as AccessKind,
    pageFile: read.PAGE_FILE === 'none' ? undefined : read.PAGE_FILE,
    endpointName: read.ENDPOINT_NAME === 'none' ? undefined : read.ENDPOINT_NAME,
    connectMs: read.ENDPOINT_CONNECT_MS,
    staleMs: read.ENDPOINT_STALE_MS,
    endpointShare: read.ENDPOINT_SHARE,
    dualShare: read.DUAL_SHARE,
    opensAtStart: read.ENDPOINT_NAME !== 'none' || read.AUTH !== 'none' || startsAhead(environment),
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

/**
 * Whether Lambda starts this environment before a request is there: with provisioned concurrency or for a snapshot, what a start does costs no
 * caller anything. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
function startsAhead({ AWS_LAMBDA_INITIALIZATION_TYPE: type }: Environment): boolean {
  return type !== undefined && type !== 'on-demand';
}
