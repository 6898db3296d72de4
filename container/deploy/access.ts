import { PUBLIC_PATHS } from '../../shared/api/paths.ts';
import { type DeployedApi, tableName } from './account/deployed.ts';
import { costAtThrottle, PRICES_OF } from './costs.ts';
import type { Service } from './hardening.ts';

/** What serverless.yml says of access: who may call, and what an open API could cost. */
export type AccessSettings = {
  asked: string;
  throttlingRate: number | string;
  memorySize: number | string;
  jwtIssuer: string;
  jwtAudience: string;
};

const KINDS = ['none', 'keys', 'jwt', 'iam'];
/** An HTTP API reads the issuer's keys from below this address. */
const ISSUER = /^https:\/\/[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:\/[\w.~/-]{0,500})?$/;

/** The audiences of tokens, one of which a token must name. */
export function audiencesOf({ jwtAudience }: Pick<AccessSettings, 'jwtAudience'>): string[] {
  return jwtAudience.split(',');
}

/** The events of what the gateway asks nobody about, where it asks: the open paths, and a browser's OPTIONS, which has no token. */
export function openEvents(): { httpApi: string }[] {
  const open = Object.entries(PUBLIC_PATHS).filter(([, { isOpen }]) => isOpen);
  return [...open.map(([path]) => `ANY ${path}`), 'OPTIONS /{proxy+}'].map((httpApi) => ({ httpApi }));
}

/**
 * A sentence on everything that is wrong with who may call; none where nothing is. `stage` is the one that a deploy goes to; undefined where
 * nothing is deployed.
 */
export function accessProblems(settings: AccessSettings, stage: string | undefined): string[] {
  const { asked, jwtIssuer, jwtAudience } = settings;
  if (asked === 'ask') return stage === undefined ? [] : [question(settings, stage)];
  if (!KINDS.includes(asked)) return [`auth: found ${asked}, expected none, keys, jwt or iam`];
  const problems: string[] = [];
  if (asked === 'jwt' && !ISSUER.test(jwtIssuer))
    problems.push(`jwtIssuer: found ${jwtIssuer}, expected the https address of who makes the tokens, since auth is jwt`);
  if (asked === 'jwt' && (jwtAudience === 'none' || !/^[^\s,]+(?:,[^\s,]+)*$/.test(jwtAudience)))
    problems.push(`jwtAudience: found ${jwtAudience}, expected the audiences of tokens with commas between them, since auth is jwt`);
  for (const [name, value] of Object.entries({ jwtIssuer, jwtAudience }))
    if (asked !== 'jwt' && value !== 'none') problems.push(`${name}: found ${value}, expected auth=jwt with it`);
  return problems;
}

/**
 * A sentence where a deploy would open an API that asks its callers now, and nobody said so: a stage is deployed again without the parameter
 * that it was deployed with. `isGiven`: whether this deploy was told who may call.
 */
export function openingProblems(
  { asked }: Pick<AccessSettings, 'asked'>,
  stage: string,
  deployed: DeployedApi | undefined,
  isGiven: boolean,
): string[] {
  if (asked !== 'none' || isGiven || deployed === undefined || deployed.auth === 'none') return [];
  return [
    `stage ${stage}: found no --param auth=..., and its API asks its callers now (${deployed.auth}); expected --param auth=${deployed.auth}, ` +
      'which leaves that as it is, or auth=none, which opens it to anybody',
  ];
}

/** What becomes of a stage's keys in a deploy, where that is to be said. `hasTable`: whether there is a table of keys, whoever made it. */
export function keysNotes(
  { asked }: Pick<AccessSettings, 'asked'>,
  stage: string,
  deployed: DeployedApi | undefined,
  hasTable: boolean,
): string[] {
  if (asked === 'keys' && hasTable && !deployed?.hasTable)
    return [`the keys of an earlier deploy are there, and open the API again (npm run keys -- list --stage ${stage})`];
  if (asked !== 'keys' && deployed?.auth === 'keys')
    return [
      `the keys open nothing any more; they stay in the table ${tableName(stage)}, for a later auth=keys (npm run remove -- --keys deletes it)`,
    ];
  return [];
}

/** Leaves the table of keys out of a stack that did not make it: CloudFormation would fail, since it is there. */
export function adoptTable({ resources }: Service, stage: string): void {
  const { KeysTable: _, ...rest } = resources.Resources;
  const { KeysPolicy } = rest;
  const { Statement } = KeysPolicy?.Properties.PolicyDocument as { Statement: { Resource: unknown }[] };
  const Resource = { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${tableName(stage)}` };
  for (const statement of Statement) statement.Resource = Resource;
  resources.Resources = rest;
}

/** What serverless.yml and a command line say of access together: the defaults, those of the stage, and what was given. */
export function accessSettings(defaults: Record<string, string>, given: Record<string, string>): AccessSettings {
  const all = { ...defaults, ...given } as Record<string, string> & Omit<AccessSettings, 'asked'>;
  return { ...all, asked: all.auth ?? 'none' };
}

/** What a stage is asked that nobody said who may call of. */
function question({ throttlingRate, memorySize }: AccessSettings, stage: string): string {
  const { day, month } = costAtThrottle(Number(throttlingRate), Number(memorySize));
  return [
    `stage ${stage}: found no --param auth=..., expected one of none, keys, jwt and iam: who may call this API`,
    `  An open API (auth=none) answers anybody, at ${throttlingRate} requests a second at most. Somebody who asks so much all the time costs`,
    `  about $${day.toFixed(0)} a day, $${month.toFixed(0)} a month (the HTTP API, the function, logs and traces, us-east-1, prices of ${PRICES_OF} at`,
    '  second hand; an endpoint comes on top). A lower --param throttlingRate bounds it, --param budget=20 tells of it.',
    `  keys: each caller has a key (npm run keys -- add NAME --stage ${stage})`,
    "  jwt:  tokens of --param jwtIssuer=https://... for --param jwtAudience=..., Cognito's too",
    '  iam:  requests signed with AWS credentials (SigV4)',
  ].join('\n');
}
