import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { endpointStageProblems, givenProblems, idleParameters, PARAMETERS, problemsOf } from '../../../container/deploy/parameters.ts';
import { PROJECT } from '../../support/project.ts';

const problems = (params: Record<string, string>, region = 'sa-east-1') => problemsOf({ region, params });

/** The defaults of a stack's parameters, of all stages, as texts. */
function defaults(file: string): [string, string][] {
  const { params } = parse(readFileSync(path.join(PROJECT, file), 'utf8'), { logLevel: 'error' }) as {
    params: Record<string, Record<string, unknown>>;
  };
  return Object.values(params).flatMap((stage) => Object.entries(stage).map(([name, value]): [string, string] => [name, String(value)]));
}

test('every parameter that a person may set has its check, and every default of both stacks passes it', () => {
  const all = [...defaults('serverless.yml'), ...defaults('container/serverless.yml')];
  const settled = ['model', 'endpoint', 'image', 'modelKey', 'workFolder'];
  const given = all.filter(([name]) => !settled.includes(name));
  expect(given.length).toBeGreaterThan(25);
  expect([...new Set(given.map(([name]) => name))].sort()).toEqual(Object.keys(PARAMETERS).sort());
  expect(given.flatMap(([name, value]) => problems({ [name]: value }))).toEqual([]);
});

test.each<[Record<string, string>, string]>([
  [{ instanceType: 'm5.large' }, 'instanceType: found m5.large, expected ml.m5.large: SageMaker\'s instance types begin with "ml."'],
  [{ instanceType: 'ml.m5.8xlarge' }, 'instanceType: found ml.m5.8xlarge, expected a size of ml.m5: large, xlarge, 2xlarge, '],
  [{ instanceType: 'ml.c7g.large' }, 'instanceType: found ml.c7g.large, expected an instance with an x86 processor, such as ml.c7i.large'],
  [{ instanceType: 'ml.z9.large' }, 'instanceType: found ml.z9.large, expected an instance type that SageMaker hosts endpoints on'],
  [{ instanceType: 'large' }, 'instanceType: found large, expected an instance type'],
  [{ serverlessMemory: '1500' }, 'serverlessMemory: found 1500, expected one of 1024, 2048, 3072, 4096, 5120, 6144'],
  [{ serverlessMemory: '2048.0' }, 'serverlessMemory: found 2048.0'],
  [{ serverlessConcurrency: '201' }, 'serverlessConcurrency: found 201, expected a whole number from 1 to 200'],
  [{ memorySize: '64' }, 'memorySize: found 64, expected a whole number from 128 to 10240'],
  [{ memorySize: '512MB' }, 'memorySize: found 512MB'],
  [{ logRetentionInDays: '10' }, 'logRetentionInDays: found 10, expected one of 1, 3, 5, 7, 14, '],
  [{ capturePercent: '101' }, 'capturePercent: found 101, expected a whole number from 0 to 100'],
  [{ corsOrigins: 'example.org' }, 'corsOrigins: found example.org, expected none, * or origins with commas'],
  [{ corsOrigins: 'https://a.org, https://b.org' }, 'corsOrigins: found https://a.org, https://b.org'],
  [{ corsOrigins: 'https://a.org/page' }, 'corsOrigins: found https://a.org/page'],
  [{ alarmEmail: 'someone' }, 'alarmEmail: found someone, expected an address'],
  [{ hosting: 'serverles' }, 'hosting: found serverles, expected serverless or instances'],
  [{ instanceCount: '0' }, 'instanceCount: found 0, expected a whole number from 1'],
  [{ hosting: 'instances', instanceCount: '6' }, 'mostInstances: found 4, expected at least instanceCount (6)'],
  [{ scaling: 'yes' }, 'scaling: found yes, expected on or off'],
  [{ basePath: '/../x' }, 'basePath: found /../x, expected a path such as /heart, or none'],
  [{ endpointShare: '1.5' }, 'endpointShare: found 1.5, expected a number from 0 to 1'],
  [{ endpointDeadlineMs: '-1' }, 'endpointDeadlineMs: found -1, expected a whole number from 1 to 30000'],
  [{ reservedConcurrency: '0' }, 'reservedConcurrency: found 0, expected a whole number from 1'],
  [{ throttlingRate: '0' }, 'throttlingRate: found 0'],
  [{ budget: '0' }, 'budget: found 0, expected dollars a month'],
  [{ budget: '20.5.1' }, 'budget: found 20.5.1'],
  [{ kmsKey: 'alias/mine' }, 'kmsKey: found alias/mine, expected the ARN of a KMS key'],
  [{ kmsKey: 'arn:aws:kms:sa-east-1:123456789012:alias/mine' }, 'kmsKey: found arn:aws:kms'],
  [{ domain: 'https://api.example.org' }, 'domain: found https://api.example.org, expected a domain such as api.example.org'],
  [{ domain: 'localhost' }, 'domain: found localhost'],
])('%j is refused before anything is changed', (params, message) => {
  expect(problems(params)).toEqual([expect.stringContaining(message)]);
});

test('of the framework’s own command a parameter that the stack does not have is refused too, since it would change nothing', () => {
  const given = (...pairs: string[]) => givenProblems(['model', 'auth', 'memorySize'], 'sa-east-1', pairs);
  expect(given('budegt=20')).toEqual(['--param: found budegt, expected model, auth or memorySize']);
  expect(given('memorySize=64', 'auth')).toEqual([
    'memorySize: found 64, expected a whole number from 128 to 10240',
    'auth: found , expected none, keys, jwt or iam',
  ]);
  expect(given('model=a=b.RDS', 'auth=keys')).toEqual([]);
});

test('what AWS takes is taken', () => {
  for (const type of ['ml.c7i.large', 'ml.t2.medium', 'ml.g4dn.xlarge', 'ml.g6e.xlarge', 'ml.p5.48xlarge', 'ml.c6in.32xlarge'])
    expect(problems({ hosting: 'instances', instanceType: type })).toEqual([]);
  expect(problems({ corsOrigins: 'https://a.example.org,http://localhost:8000' })).toEqual([]);
  expect(problems({ alarmEmail: 'some.one+x@mail.example.org', reservedConcurrency: '5', corsOrigins: 'none' })).toEqual([]);
  expect(problems({ budget: '20', domain: 'api.example.org', reservedConcurrency: 'auto' })).toEqual([]);
  expect(problems({ kmsKey: 'arn:aws:kms:sa-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab' })).toEqual([]);
  expect(problems({}, 'eu-central-2')).toEqual([]);
});

test('a region that is none is refused, with the one that was meant', () => {
  expect(problems({}, 'sa-esat-1')).toEqual([expect.stringMatching(/^--region: found sa-esat-1, expected a region of AWS/)]);
  expect(problems({}, 'sa-eat-1')[0]).toContain('did you mean sa-east-1?');
  expect(problems({}, 'us-east1')[0]).toContain('did you mean us-east-1?');
  expect(problems({ memorySize: '1', serverlessMemory: '1' }, 'x')).toHaveLength(3);
});

test('a parameter that has no part in the plan is named', () => {
  expect(idleParameters({ instanceType: 'ml.m5.large', memorySize: '512' }, 'serverless')).toEqual([
    'instanceType changes nothing with hosting=serverless',
  ]);
  expect(idleParameters({ serverlessMemory: '2048' }, 'instances')).toEqual(['serverlessMemory changes nothing with hosting=instances']);
  expect(idleParameters({ hosting: 'instances' }, 'none')).toEqual(['hosting changes nothing with --api-only']);
});

test('a stage whose name no repository can have is refused where there is an endpoint', () => {
  expect(['dev', 'dev-2', 'a-b-c'].flatMap(endpointStageProblems)).toEqual([]);
  for (const stage of ['dev-', 'a--b']) expect(endpointStageProblems(stage)).toEqual([expect.stringContaining(`--stage: found ${stage}`)]);
});
