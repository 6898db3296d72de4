import { FUNCTION_VARIABLES } from '../../shared/settings/function.ts';
import { type Environment, misspeltNames, SettingsError, tryVariables } from '../../shared/settings/variables.ts';
import { CONTAINER_VARIABLES } from '../server/settings.ts';
import { PORT_NAMES } from './ports.ts';

/** Variables that `npm start` sets by itself, whatever its environment says. */
const SET_HERE = ['MODEL_FILE', 'PAGE_FILE', 'STAGE', 'ENDPOINT_NAME', 'PORT', 'SAGEMAKER_BIND_TO_PORT', 'HOST', 'MODEL_DIR', 'DRAIN_MS'];

/**
 * Checks the settings that the local stack hands on, before anything is started. Throws a SettingsError that names every one at fault,
 * and every misspelt name.
 */
export function checkSettings(environment: Environment): void {
  const variables = { ...FUNCTION_VARIABLES, ...CONTAINER_VARIABLES };
  const handedOn = Object.fromEntries(Object.entries(variables).filter(([name]) => !SET_HERE.includes(name)));
  const { problems } = tryVariables(handedOn, environment);
  problems.push(...misspeltNames([...Object.keys(variables), ...PORT_NAMES], environment));
  if (problems.length > 0) throw new SettingsError(problems);
}

/** The function's environment variables on this machine: those it is given, and what the stack itself settles. */
export type FunctionPlace = { artifact: string; page: string; endpoint: string | undefined; runtime: string };

/** What the function's environment has beside the settings handed on; undefined takes a variable away. */
export function functionVariables({ artifact, page, endpoint, runtime }: FunctionPlace, given: Environment): Environment {
  return {
    MODEL_FILE: artifact,
    PAGE_FILE: page,
    STAGE: 'dev',
    ENDPOINT_NAME: endpoint ?? 'none',
    // Metrics are lines for CloudWatch, which nobody reads here.
    POWERTOOLS_METRICS_DISABLED: given.POWERTOOLS_METRICS_DISABLED ?? 'true',
    AWS_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: endpoint === undefined ? undefined : runtime,
  };
}
