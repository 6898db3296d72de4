import { oneOf } from '../../model/commands/command-line.ts';
import { FUNCTION_VARIABLES } from '../../shared/settings/function.ts';
import { number, text, type Variable, whole } from '../../shared/settings/variables.ts';
import { instanceTypeProblem } from './instance-types.ts';
import { regionProblem } from './regions.ts';

/** CloudWatch keeps logs for so many days, and for no other number (PutRetentionPolicy). */
const RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];
/** Memory of a serverless endpoint in MB (ServerlessConfig.MemorySizeInMB). */
const SERVERLESS_MEMORY = [1024, 2048, 3072, 4096, 5120, 6144];
const ORIGIN = String.raw`[a-z][a-z0-9+.-]{0,20}://(?:\*|[a-z0-9.-]{1,253}(?::\d{1,5})?)`;

const oneOfNumbers = (values: number[]): Variable<string> => ({
  expected: `one of ${values.join(', ')}`,
  read: (value) => (values.some((known) => String(known) === value) ? value : undefined),
});
/** A bucket, and the beginning of keys in it. */
const S3_PLACE = text('BUCKET or BUCKET/PREFIX, or none', /^(?:none|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w!.()/=-]{0,500})?)$/);
const instanceType: Variable<string> = { expected: '', read: (value) => (instanceTypeProblem(value) === undefined ? value : undefined) };

/**
 * Every parameter of the two stacks that a person may set, with the values that AWS takes (or, of a setting of the functions, that
 * they take): a wrong one would roll a stack back minutes later, or stop every start of a function.
 */
export const PARAMETERS: Record<string, Variable<string | number>> = {
  // The API.
  auth: text('none, keys, jwt or iam', /^(?:none|keys|jwt|iam|ask)$/),
  jwtIssuer: text('an https address, or none', /^(?:none|https:\/\/\S+)$/),
  jwtAudience: text('audiences with commas between them, or none', /^[^\s,]+(?:,[^\s,]+)*$/),
  basePath: FUNCTION_VARIABLES.BASE_PATH,
  endpointDeadlineMs: FUNCTION_VARIABLES.ENDPOINT_DEADLINE_MS,
  endpointShare: FUNCTION_VARIABLES.ENDPOINT_SHARE,
  dualShare: FUNCTION_VARIABLES.DUAL_SHARE,
  memorySize: whole(128, 10_240, 512),
  throttlingRate: number(0.1, 1_000_000, 100),
  throttlingBurst: whole(1, 1_000_000, 200),
  corsOrigins: text(
    'none, * or origins with commas between them, such as https://example.org (no path, no blank)',
    new RegExp(String.raw`^(?:none|\*|${ORIGIN}(?:,${ORIGIN}){0,99})$`),
  ),
  budget: text('dollars a month, such as 20, or none', /^(?:none|[1-9]\d{0,6}(?:\.\d{1,2})?)$/),
  domain: text('a domain such as api.example.org, or none', /^(?:none|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,63})$/),
  alarmP99Ms: number(1, 30_000, 1_500),
  reservedConcurrency: text('a whole number from 1 to 100000, auto, or null for none', /^(?:null|auto|[1-9]\d{0,4}|100000)$/),
  batch: text('on or off', /^(?:on|off)$/),
  batchInput: S3_PLACE,
  batchOutput: S3_PLACE,
  batchMemory: whole(512, 10_240, 1_769),
  batchConcurrency: whole(1, 10_000, 5),
  // Both.
  logRetentionInDays: oneOfNumbers(RETENTION),
  alarmEmail: text(
    'an address such as someone@example.org, or none',
    /^(?:none|[^\s@,;<>"]{1,64}@[^\s@,;<>"]{1,253}\.[^\s@,;<>".]{2,63})$/,
  ),
  kmsKey: text(
    'the ARN of a KMS key, such as arn:aws:kms:sa-east-1:123456789012:key/1234abcd-..., or none',
    /^(?:none|arn:aws[a-z-]{0,10}:kms:[a-z0-9-]{1,30}:\d{12}:key\/[\w-]{1,128})$/,
  ),
  // The endpoint.
  hosting: text('serverless or instances', /^(?:serverless|instances)$/),
  serverlessMemory: oneOfNumbers(SERVERLESS_MEMORY),
  serverlessConcurrency: whole(1, 200, 5),
  instanceType,
  instanceCount: whole(1, 1_000, 1),
  mostInstances: whole(1, 1_000, 4),
  scaling: text('on or off', /^(?:on|off)$/),
  scalingTarget: number(1, 1_000_000_000, 6_000),
  capturePercent: whole(0, 100, 0),
  batchBucket: text('the name of a bucket, or none', /^(?:none|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/),
  trainBucket: text('the name of a bucket, or none', /^(?:none|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/),
  alarmLatencyMs: number(1, 60_000, 200),
};

/** Where a deploy would go, and with which values. */
export type Asked = { region: string; params: Record<string, string> };

/** A sentence on everything that AWS would refuse of what was asked for, from tables alone; none where nothing is. */
export function problemsOf({ region, params }: Asked): string[] {
  const problems: string[] = [];
  const wrongRegion = regionProblem(region);
  if (wrongRegion !== undefined) problems.push(wrongRegion);
  for (const [name, value] of Object.entries(params)) {
    const known = PARAMETERS[name];
    if (known === undefined || known.read(value) !== undefined) continue;
    problems.push(`${name}: ${name === 'instanceType' ? instanceTypeProblem(value) : `found ${value}, expected ${known.expected}`}`);
  }
  const count = Number(params.instanceCount ?? 1);
  const most = Number(params.mostInstances ?? 4);
  if (params.hosting === 'instances' && params.scaling !== 'off' && count > 1 && most < count)
    problems.push(`mostInstances: found ${most}, expected at least instanceCount (${count})`);
  return problems;
}

/** A sentence on a stage that an endpoint's stack cannot have: ECR takes no such name of a repository, nor SageMaker of an endpoint. */
export function endpointStageProblems(stage: string): string[] {
  if (!/-(?:-|$)/.test(stage)) return [];
  return [`--stage: found ${stage}, expected no hyphen at its end and no two in a row where there is an endpoint; or --api-only`];
}

/** A sentence on everything that is wrong with the NAME=VALUE pairs that the framework was given for a stack with parameters `known`: it takes any. */
export function givenProblems(known: string[], region: string, pairs: string[]): string[] {
  const given = pairs.map((pair) => pair.split(/=(.*)/s) as [string, string | undefined]);
  const unknown = given.filter(([name]) => !known.includes(name)).map(([name]) => `--param: found ${name}, expected ${oneOf(known)}`);
  return [...unknown, ...problemsOf({ region, params: Object.fromEntries(given.map(([name, value = '']) => [name, value])) })];
}

/** Parameters that were given and have no part in what is deployed, each with the reason. */
export function idleParameters(params: Record<string, string>, hosting: 'none' | 'serverless' | 'instances'): string[] {
  const of = { serverless: ['serverlessMemory', 'serverlessConcurrency'], instances: ['instanceType', 'instanceCount', 'mostInstances'] };
  const instancesToo = ['scaling', 'scalingTarget', 'capturePercent'];
  const idle = {
    none: [
      ...of.serverless,
      ...of.instances,
      ...instancesToo,
      'hosting',
      'batchBucket',
      'trainBucket',
      'alarmLatencyMs',
      'endpointDeadlineMs',
      'endpointShare',
      'dualShare',
    ],
    serverless: [...of.instances, ...instancesToo],
    instances: of.serverless,
  }[hosting];
  return Object.keys(params)
    .filter((name) => idle.includes(name))
    .map((name) => `${name} changes nothing with ${hosting === 'none' ? '--api-only' : `hosting=${hosting}`}`);
}
