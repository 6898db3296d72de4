import { availableParallelism } from 'node:os';
import { type Environment, readVariables, text, type Values, whole } from '../../shared/settings/variables.ts';

/** Most that DRAIN_MS may be: what is taken last has some seconds left. In milliseconds. */
const MOST_DRAIN = 11_000;

const port = whole(0, 65_535, 8_080);

/** The container's environment variables (its help says what each is for). An empty one counts as one that is not set. */
export const CONTAINER_VARIABLES = {
  PORT: port,
  SAGEMAKER_BIND_TO_PORT: port,
  HOST: text('an address to listen on, one of IPv6 without brackets (::1)', /^[^[\]]+$/, '127.0.0.1'),
  MODEL_DIR: text('a folder', /./, '/opt/ml/model'),
  MODELS_DIR: text('a folder', /./, '/opt/ml/models'),
  /** Empty where the page is built from the sources. */
  PAGE_FILE: text("the path of the page's parts", /./, ''),
  /** Empty where nobody is asked for a key. */
  API_KEYS_FILE: text('a file of keys, as npm run keys writes it', /./, ''),
  WORKERS: whole(0, 64, availableParallelism()),
  DRAIN_MS: whole(0, MOST_DRAIN, 5_000),
  /** True where the platform runs a transform job. */
  SAGEMAKER_BATCH: text('true or false', /^(?:true|false)$/i, 'false'),
  /** Of a transform job: 0 where each payload is all of a file. */
  SAGEMAKER_MAX_PAYLOAD_IN_MB: whole(0, 1_000_000, 6),
  /** What a row does in batch transform that cannot be read or has no answer. */
  BATCH_ON_ERROR: text('fail or line', /^(?:fail|line)$/, 'fail'),
  SAGEMAKER_MULTI_MODEL: text('true or false', /^(?:true|false)$/, 'false'),
};

export type ContainerSettings = Omit<Values<typeof CONTAINER_VARIABLES>, 'SAGEMAKER_BIND_TO_PORT'>;

/** Reads the container's settings; SAGEMAKER_BIND_TO_PORT wins over PORT. Throws a SettingsError that names every variable at fault. */
export function readContainerSettings(environment: Environment): ContainerSettings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { SAGEMAKER_BIND_TO_PORT: bound } = set;
  if (bound !== undefined) delete set.PORT;
  const { SAGEMAKER_BIND_TO_PORT: port, ...settings } = readVariables(CONTAINER_VARIABLES, set);
  return bound === undefined ? settings : { ...settings, PORT: port };
}
