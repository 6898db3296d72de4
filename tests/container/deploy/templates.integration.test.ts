import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { paramNames, STACKS } from '../../../container/deploy/steps.ts';
import { HTTP_API } from '../../../container/local/http-api.ts';
import { type Packaged, packageStack, type Template } from '../../support/deploy/package-stack.ts';
import { PROJECT } from '../../support/project.ts';

let api: Packaged;
let endpoint: Packaged;
beforeAll(async () => {
  api = await packageStack('.');
  endpoint = await packageStack('container');
}, 90_000);

/** Every object and text of a template, with its key. */
function* walk(value: unknown, key = ''): Generator<[string, unknown]> {
  yield [key, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* walk(inner, name);
}

/** The resources that Ref, GetAtt and Sub of a template name, but for AWS's own. */
function references(template: Template): Set<string> {
  const found = new Set<string>();
  for (const [key, value] of walk(template)) {
    if (key === 'Ref') found.add(value as string);
    if (key === 'Fn::GetAtt') found.add(typeof value === 'string' ? (value.split('.')[0] as string) : ((value as string[])[0] as string));
    if (key !== 'Fn::Sub') continue;
    const [text, values] = typeof value === 'string' ? [value, {}] : (value as [string, object]);
    for (const [, name] of text.matchAll(/\$\{([^}.]+)[^}]*\}/g)) if (!Object.hasOwn(values, name as string)) found.add(name as string);
  }
  return new Set([...found].filter((name) => !name.startsWith('AWS::')));
}

/** The names that a template itself gives to what it makes. */
function resourceNames({ Resources }: Template): string[] {
  return Object.values(Resources).flatMap(({ Properties }) =>
    Object.entries(Properties ?? {}).flatMap(([key, value]) => (/Name$/.test(key) && typeof value === 'string' ? [value] : [])),
  );
}

test('both stacks are packaged without a parameter and without a warning', () => {
  for (const { output } of [api, endpoint]) expect(output).not.toMatch(/warning|deprecat/i);
});

test('of two commands that package at once, one waits for the other', async () => {
  const both = await Promise.all([packageStack('.'), packageStack('.', ['throttlingRate=7'])]);
  expect(both.map(({ template }) => /"ThrottlingRateLimit":"?7\b/.test(JSON.stringify(template)))).toEqual([false, true]);
  const sentence = /another command \(process \d+\) is packaging or deploying the stack of the API from this folder; it is waited for/;
  // A third command, of another suite, may have made both wait.
  expect(both.some(({ output }) => sentence.test(output))).toBe(true);
}, 90_000);

test('neither stack refers to the other: no Ref, no import, no name of one in the other', () => {
  for (const [one, other] of [
    [api.template, endpoint.template],
    [endpoint.template, api.template],
  ] as const) {
    expect([...references(one)].filter((name) => !Object.hasOwn(one.Resources, name))).toEqual([]);
    const text = JSON.stringify(one);
    expect(text).not.toContain('Fn::ImportValue');
    const texts = new Set([...walk(one)].map(([, value]) => value));
    const names = resourceNames(other).filter((name) => !name.startsWith('Canopy') && !/^[A-Za-z0-9]+$/.test(name));
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => texts.has(name) && name !== 'canopy-dev')).toEqual([]);
  }
});

test.each(['api', 'endpoint'] as const)('the parameters that npm run deploy knows of the %s are those its file uses', (stack) => {
  const text = readFileSync(path.join(PROJECT, STACKS[stack].folder, 'serverless.yml'), 'utf8');
  const used = Array.from(text.matchAll(/\$\{param:(\w+)/g), ([, name]) => name as string);
  expect(paramNames(stack).toSorted()).toEqual([...new Set(used)].sort());
});

/** What the gateway asks nobody about, word for word: a path that is added to the API asks, until it stands here too. */
const OPEN_PATHS = [
  ...['/', '/page.js', '/later.js', '/workbook.js', '/reasons.js', '/page.css', '/icon.svg'],
  ...['/docs', '/docs.js', '/docs.css', '/canopy.R', '/openapi.json', '/health'],
];

describe('who may call', () => {
  const routesOf = ({ template: { Resources } }: Packaged) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
      .map(({ Properties }): [string, unknown] => [Properties.RouteKey as string, Properties.AuthorizationType ?? 'NONE']);

  test('without a word anybody: no table, no authorizer, and the function is told so', () => {
    const { Resources, Conditions } = api.template;
    expect(routesOf(api).filter(([, type]) => type !== 'NONE')).toEqual([]);
    expect(Resources.KeysTable?.Condition).toBe('HasKeys');
    expect(Resources.KeysPolicy?.Condition).toBe('HasKeys');
    expect(Conditions.HasKeys).toEqual({ 'Fn::Equals': ['none', 'keys'] });
    expect(Resources.PredictLambdaFunction?.Properties.Environment).toMatchObject({ Variables: { AUTH: 'none' } });
  });

  test.each<[string, string, string[]]>([
    ['jwt', 'JWT', ['jwtIssuer=https://cognito-idp.sa-east-1.amazonaws.com/sa-east-1_abc', 'jwtAudience=one,two']],
    ['iam', 'AWS_IAM', []],
  ])(
    'with auth=%s the gateway asks at every path but the open ones',
    async (auth, type, more) => {
      const asking = await packageStack('.', [`auth=${auth}`, ...more]);
      const routes = routesOf(asking);
      expect(routes.filter(([, kind]) => kind !== 'NONE')).toEqual([['$default', type]]);
      const open = routes.filter(([, kind]) => kind === 'NONE').map(([key]) => key);
      expect(open.toSorted()).toEqual([...OPEN_PATHS.map((path) => `ANY ${path}`), 'OPTIONS /{proxy+}'].toSorted());
      const { Environment } = asking.template.Resources.PredictLambdaFunction?.Properties as { Environment: { Variables: object } };
      expect(Environment.Variables).toMatchObject({ AUTH: auth });
      const { Format } = asking.template.Resources.HttpApiStage?.Properties.AccessLogSettings as { Format: string };
      expect(JSON.parse(Format).caller).toMatch(/^\$context\./);
      const authorizer = asking.template.Resources.HttpApiAuthorizerTokens?.Properties;
      if (auth === 'jwt') expect(authorizer).toMatchObject({ JwtConfiguration: { Audience: ['one', 'two'] } });
      else expect(authorizer).toBeUndefined();
    },
    80_000,
  );

  test('with auth=jwt and no issuer, or a kind that is none, nothing is packaged', async () => {
    await expect(packageStack('.', ['auth=jwt'])).rejects.toThrow(/jwtIssuer: found none, expected the https address/);
    await expect(packageStack('.', ['auth=key'])).rejects.toThrow(/auth: found key, expected none, keys, jwt or iam/);
  }, 80_000);
});

test('without an image the endpoint’s stack makes nothing that costs by the hour', () => {
  const { Resources, Conditions } = endpoint.template;
  for (const { Type, Condition } of Object.values(Resources))
    if (/SageMaker|AutoScaling/.test(Type)) expect(Condition).toMatch(/HasEndpoint|Scales/);
  expect(JSON.stringify(Conditions.HasEndpoint)).toContain('["",""]');
});

test.each<[string, string]>([
  ['the API', 'serverless.yml'],
  ['the endpoint', 'container/serverless.yml'],
])('in the IAM policies of %s an asterisk stands only with its reason beside it', (_, file) => {
  const lines = readFileSync(path.join(PROJECT, file), 'utf8').split('\n');
  const wild = lines.flatMap((line, at) => (/^\s+(?:- )?Resource:.*\*/.test(line) ? [at] : []));
  expect(wild.length).toBeGreaterThan(0);
  for (const at of wild) expect(`${lines[at - 1]}`).toMatch(/^\s+# \S/);
  // The framework makes no role of its own, whose policy would be wider.
  expect(Object.keys((file === 'serverless.yml' ? api : endpoint).template.Resources)).not.toContain('IamRoleLambdaExecution');
});

test('alarms, dashboard, access log and log retention are there, and everything has its tags', () => {
  const { Resources, Outputs } = api.template;
  for (const name of ['Api5xx', 'ApiLatency', 'LambdaErrors', 'LambdaThrottles', 'Mismatch', 'ContractMismatch']) {
    expect(Resources[`${name}Alarm`]?.Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
  }
  const [body] = (Resources.Dashboard?.Properties.DashboardBody as { 'Fn::Sub': [string] })['Fn::Sub'];
  expect(JSON.parse(body.replaceAll(/\$\{[^}]+\}/g, 'x')).widgets).toHaveLength(6);
  const { Format } = Resources.HttpApiStage?.Properties.AccessLogSettings as { Format: string };
  expect(JSON.parse(Format)).toMatchObject({ integrationError: '$context.integrationErrorMessage' });
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::Logs::LogGroup') expect(Properties.RetentionInDays).toBe(14);
  expect(Resources.PredictLambdaFunction?.Properties).toMatchObject({
    LoggingConfig: { LogFormat: 'JSON' },
    TracingConfig: { Mode: 'Active' },
  });
  expect(Resources.PredictLambdaFunction?.Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  expect(Object.keys(Resources).filter((name) => /Batch/.test(name))).toEqual([]);
  expect(Outputs).toMatchObject({ Url: {}, DashboardUrl: {}, ModelSha256: { Value: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

test('npm start serves the routes, the CORS and the time-out that are deployed (container/local/http-api.ts)', () => {
  const { Resources } = api.template;
  const ofType = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  const routes = ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
  expect([...routes].sort()).toEqual([...HTTP_API.routes].sort());
  const { CorsConfiguration: cors } = Resources.HttpApi?.Properties as { CorsConfiguration: Record<string, unknown> };
  const { origins, methods, headers, exposed, maxAge } = HTTP_API.cors;
  expect(cors).toEqual({
    AllowOrigins: { 'Fn::Split': [',', origins.join(',')] },
    AllowMethods: methods,
    AllowHeaders: headers,
    ExposeHeaders: exposed,
    MaxAge: maxAge,
  });
  const { Handler, Timeout } = Resources.PredictLambdaFunction?.Properties as { Handler: string; Timeout: number };
  expect([Handler, Timeout * 1_000]).toEqual([HTTP_API.handler, HTTP_API.timeoutMs]);
  // API Gateway waits longer than the function may take, so that the function's time-out is the one that counts.
  const { TimeoutInMillis } = Resources.HttpApiIntegrationPredict?.Properties as { TimeoutInMillis: number };
  expect(TimeoutInMillis).toBeGreaterThan(HTTP_API.timeoutMs);
});

test('packaging leaves nothing in the folder for temporary files', async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'canopy-tmpdir-'));
  try {
    await packageStack('.', [], { env: { TMPDIR: scratch } });
    expect(readdirSync(scratch)).toEqual([]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
