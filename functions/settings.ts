import * as z from 'zod';

/** Milliseconds, as whole numbers or texts that spell one. */
const milliseconds = (most: number) => z.coerce.number().int().min(1).max(most);

const settings = z.object({
  /** The artifact's path, from the working directory; the plugin that imports the model sets it. */
  MODEL_FILE: z.string().min(1),
  /** The path of the page's parts, set by the same plugin. */
  PAGE_FILE: z.string().min(1).optional(),
  /** The SageMaker endpoint's name, or `none`. */
  ENDPOINT_NAME: z
    .string()
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'an endpoint name as SageMaker takes it, or none')
    .default('none'),
  /** How long a warm call to the endpoint may take. */
  ENDPOINT_DEADLINE_MS: milliseconds(25_000).default(250),
  /** How long the first call of an environment may take: it looks up a name and shakes hands. */
  ENDPOINT_FIRST_DEADLINE_MS: milliseconds(25_000).default(800),
});

/** What an environment is told from outside; the defaults are those of a small instance endpoint. */
export type Settings = {
  modelFile: string;
  /** Undefined where the page has no script and no style. */
  pageFile?: string | undefined;
  /** Undefined where there is no endpoint: then no call is made. */
  endpointName: string | undefined;
  deadlineMs: number;
  firstDeadlineMs: number;
};

/** Reads the settings once, at the start. Throws an Error that names every variable at fault. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`settings that cannot be used: ${problems.join('; ')}`);
  }
  const { MODEL_FILE, PAGE_FILE, ENDPOINT_NAME, ENDPOINT_DEADLINE_MS, ENDPOINT_FIRST_DEADLINE_MS } = parsed.data;
  return {
    modelFile: MODEL_FILE,
    pageFile: PAGE_FILE,
    endpointName: ENDPOINT_NAME === 'none' ? undefined : ENDPOINT_NAME,
    deadlineMs: ENDPOINT_DEADLINE_MS,
    firstDeadlineMs: ENDPOINT_FIRST_DEADLINE_MS,
  };
}
