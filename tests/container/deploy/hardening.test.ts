import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type ApiHardening, hardenApi, hardenEndpoint, hardeningProblems, type Service } from '../../../container/deploy/hardening.ts';
import { PROJECT } from '../../support/project.ts';

const NONE: ApiHardening = {
  corsOrigins: '*',
  budget: 'none',
  alarmEmail: 'none',
  kmsKey: 'none',
  domain: 'none',
  basePath: 'none',
  reservedConcurrency: null,
};
const KEY = 'arn:aws:kms:sa-east-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';

/** The service of a file, as far as it is changed; CloudFormation's short tags are left as texts. */
function serviceOf(file: string): Service {
  const { provider, functions, resources } = parse(readFileSync(path.join(PROJECT, file), 'utf8'), { logLevel: 'error' });
  return { provider: { httpApi: provider.httpApi, deploymentBucketObject: provider.deploymentBucket }, functions, resources };
}

function hardened(settings: Partial<ApiHardening>): Service {
  const service = serviceOf('serverless.yml');
  hardenApi(service, { ...NONE, ...settings });
  return service;
}

test('where nothing is asked for, nothing is changed', () => {
  expect(hardened({})).toEqual(serviceOf('serverless.yml'));
  const endpoint = serviceOf('container/serverless.yml');
  hardenEndpoint(endpoint, { kmsKey: 'none' });
  expect(endpoint).toEqual(serviceOf('container/serverless.yml'));
});

test('a reservation is a number: auto is one only once the account was asked', () => {
  expect(hardened({ reservedConcurrency: 7 }).functions?.predict.reservedConcurrency).toBe(7);
  expect(hardened({ reservedConcurrency: '7' }).functions?.predict.reservedConcurrency).toBe(7);
  for (const none of ['auto', 'null', null]) expect(hardened({ reservedConcurrency: none })).toEqual(serviceOf('serverless.yml'));
});

test('the API’s own address closes behind a domain, which is the one that is shown', () => {
  const { provider, resources } = hardened({ domain: 'api.example.org' });
  expect(provider.httpApi).toMatchObject({ disableDefaultEndpoint: true, payload: '2.0' });
  expect(resources.Outputs.Url?.Value).toBe('https://api.example.org');
});

test('origins that are named may call; with none there is no CORS at all', () => {
  expect(hardened({ corsOrigins: 'https://example.org' })).toEqual(serviceOf('serverless.yml'));
  const { provider, resources } = hardened({ corsOrigins: 'none' });
  expect(provider.httpApi).not.toHaveProperty('cors');
  expect(resources.extensions?.HttpApi?.Properties).not.toHaveProperty('CorsConfiguration');
});

test('what is uploaded has the key too, since the functions’ packages hold the model; jobs and captures may write with it', () => {
  const upload = { serverSideEncryption: 'aws:kms', sseKMSKeyId: KEY, blockPublicAccess: true };
  expect(hardened({ kmsKey: KEY }).provider.deploymentBucketObject).toMatchObject(upload);
  const service = serviceOf('container/serverless.yml');
  hardenEndpoint(service, { kmsKey: KEY });
  expect(service.provider.deploymentBucketObject).toMatchObject(upload);
  expect(service.resources.Resources.KmsPolicy?.Properties).toMatchObject({
    Roles: [{ Ref: 'EndpointRole' }, { Ref: 'TrainingRole' }],
    PolicyDocument: { Statement: [{ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: KEY }] },
  });
});

test('a budget needs somebody who hears of it', () => {
  expect(hardeningProblems({ budget: 20, alarmEmail: 'none' })).toEqual([
    'budget: found 20, expected --param alarmEmail=... with it, the address that hears of it',
  ]);
  expect(hardeningProblems({ budget: 20, alarmEmail: 'someone@example.org' })).toEqual([]);
});
