import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { accessSettings, adoptTable, keysNotes, openingProblems } from '../../../container/deploy/access.ts';
import { reservationOf, roomFor } from '../../../container/deploy/account/concurrency.ts';
import { deployedApi, hasKeysTable } from '../../../container/deploy/account/deployed.ts';
import { callerOf, ecrRegion } from '../../../container/deploy/aws.ts';

/** What the account holds: the template of the stack, whether the table is there, and what Lambda has. */
type Account = { template?: object; hasTable: boolean; limit: number; unreserved: number; own?: number; denies?: boolean };
const EMPTY: Account = { hasTable: false, limit: 1_000, unreserved: 1_000 };
let account = EMPTY;

/** A small stand-in for CloudFormation, DynamoDB and Lambda, which answers in the forms of their protocols. */
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const say = (status: number, text: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, headers).end(text);
  };
  const isXml = request.url === '/' && request.headers['x-amz-target'] === undefined;
  if (account.denies && !isXml)
    return say(403, JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized to perform: that' }));
  if (request.headers['x-amz-target'] === 'DynamoDB_20120810.DescribeTable') {
    if (!account.hasTable) return say(400, JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException' }));
    return say(200, JSON.stringify({ Table: { TableName: JSON.parse(body).TableName } }));
  }
  if (request.url?.includes('/account-settings')) {
    const AccountLimit = { ConcurrentExecutions: account.limit, UnreservedConcurrentExecutions: account.unreserved };
    return say(200, JSON.stringify({ AccountLimit }));
  }
  if (request.url?.includes('/concurrency')) {
    if (account.own === undefined) return say(404, '{}', { 'x-amzn-errortype': 'ResourceNotFoundException' });
    return say(200, JSON.stringify({ ReservedConcurrentExecutions: account.own }));
  }
  const failed = (code: string, message: string) =>
    [400, 'ErrorResponse', `<Error><Code>${code}</Code><Message>${message}</Message></Error>`] as const;
  const found = `<GetTemplateResult><TemplateBody>${xmlText(JSON.stringify(account.template))}</TemplateBody></GetTemplateResult>`;
  const [status, tag, text] = account.denies
    ? failed('AccessDenied', 'not authorized to perform: cloudformation:GetTemplate')
    : account.template
      ? ([200, 'GetTemplateResponse', found] as const)
      : failed('ValidationError', 'Stack with id canopy-dev does not exist');
  say(status, `<${tag} xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${text}</${tag}>`);
});
const xmlText = (text = '') => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
beforeEach(() => {
  account = EMPTY;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A stack's template, as far as it is read, with AUTH as the function is told. */
const template = (auth: string | undefined, more: object = {}) => ({
  Resources: { PredictLambdaFunction: { Properties: { Environment: { Variables: auth === undefined ? {} : { AUTH: auth } } } }, ...more },
});

test('what is deployed is read from the stack: who may call, and whether its table of keys is its own', async () => {
  expect(await deployedApi('sa-east-1', 'canopy-dev')).toBeUndefined();
  account = { ...EMPTY, template: { Resources: { ServerlessDeploymentBucket: {} } } };
  expect(await deployedApi('sa-east-1', 'canopy-dev')).toBeUndefined();
  account = { ...EMPTY, template: template(undefined) };
  expect(await deployedApi('sa-east-1', 'canopy-dev')).toEqual({ auth: 'none', hasTable: false });
  account = { ...EMPTY, template: template('keys', { KeysTable: {} }) };
  expect(await deployedApi('sa-east-1', 'canopy-dev')).toEqual({ auth: 'keys', hasTable: true });
  // The table stands in every template, under a condition.
  account = { ...EMPTY, template: template('jwt', { KeysTable: {} }) };
  expect(await deployedApi('sa-east-1', 'canopy-dev')).toEqual({ auth: 'jwt', hasTable: false });
  account = { ...EMPTY, denies: true };
  await expect(deployedApi('sa-east-1', 'canopy-dev')).rejects.toThrow(/not authorized/);
});

test('whether there is a table of keys is asked of DynamoDB', async () => {
  expect(await hasKeysTable('sa-east-1', 'dev')).toBe(false);
  account = { ...EMPTY, hasTable: true };
  expect(await hasKeysTable('sa-east-1', 'dev')).toBe(true);
});

test('a deploy without auth does not open an API that asks; auth=none does, and so does nothing that was open', () => {
  const none = accessSettings({ auth: 'none' }, {});
  const [problem] = openingProblems(none, 'shop', { auth: 'keys', hasTable: true }, false);
  expect(problem).toBe(
    'stage shop: found no --param auth=..., and its API asks its callers now (keys); expected --param auth=keys, which leaves that as it is, ' +
      'or auth=none, which opens it to anybody',
  );
  expect(openingProblems(none, 'shop', { auth: 'keys', hasTable: true }, true)).toEqual([]);
  expect(openingProblems(none, 'shop', { auth: 'none', hasTable: false }, false)).toEqual([]);
  expect(openingProblems(none, 'shop', undefined, false)).toEqual([]);
  expect(openingProblems(accessSettings({ auth: 'keys' }, {}), 'shop', { auth: 'jwt', hasTable: false }, false)).toEqual([]);
});

test('what becomes of the keys is said where auth changes, and nothing where it does not', () => {
  const to = (auth: string) => accessSettings({ auth }, {});
  expect(keysNotes(to('jwt'), 'dev', { auth: 'keys', hasTable: true }, false)).toEqual([
    expect.stringMatching(/open nothing any more; they stay in the table canopy-dev-keys/),
  ]);
  expect(keysNotes(to('keys'), 'dev', { auth: 'jwt', hasTable: false }, true)).toEqual([expect.stringMatching(/earlier deploy are there/)]);
  expect(keysNotes(to('keys'), 'dev', { auth: 'keys', hasTable: true }, true)).toEqual([]);
  expect(keysNotes(to('keys'), 'dev', undefined, false)).toEqual([]);
  expect(keysNotes(to('none'), 'dev', { auth: 'jwt', hasTable: false }, false)).toEqual([]);
});

test('a table that an earlier deploy left is not made again, and the function’s rights name it', () => {
  const policy = { Type: 'AWS::IAM::Policy', Properties: { PolicyDocument: { Statement: [{ Resource: 'own' }, { Resource: 'own' }] } } };
  const Resources = { KeysTable: { Type: 'AWS::DynamoDB::Table', Properties: {} }, KeysPolicy: policy };
  const service = { provider: {}, resources: { Resources, Outputs: {} } };
  adoptTable(service, 'dev');
  const arn = { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/canopy-dev-keys` };
  expect(service.resources.Resources).toEqual({
    KeysPolicy: { ...policy, Properties: { PolicyDocument: { Statement: [{ Resource: arn }, { Resource: arn }] } } },
  });
});

test('executions are reserved where the account has them to give, and those that are reserved already are kept', async () => {
  const room = () => roomFor('sa-east-1', 'prod', 500);
  expect(reservationOf(await room())).toEqual({
    reserved: 500,
    said: '500 executions at once are reserved for predict, of the 1000 that the account has',
  });
  account = { ...EMPTY, unreserved: 599 };
  expect(reservationOf(await room()).reserved).toBeUndefined();
  account = { ...EMPTY, unreserved: 100, own: 500 };
  expect(reservationOf(await room()).reserved).toBe(500);
  account = { ...EMPTY, limit: 10, unreserved: 10 };
  expect(reservationOf(await room()).said).toMatch(
    /^no execution is reserved for predict: found 10 of the account's 10 at once unreserved, expected 600/,
  );
  account = { ...EMPTY, denies: true };
  await expect(room()).rejects.toThrow(/not authorized/);
});

test('only a host whose name ends as those of ECR do is one of ECR', () => {
  const account = '123456789012.dkr.ecr';
  expect(ecrRegion(`${account}.sa-east-1.amazonaws.com`)).toBe('sa-east-1');
  expect(ecrRegion(`${account}.cn-north-1.amazonaws.com.cn`)).toBe('cn-north-1');
  for (const host of [`${account}.sa-east-1.amazonaws.com.example.net`, `${account}.sa-east-1.amazonaws.comx`, 'localhost:5000'])
    expect(ecrRegion(host)).toBeUndefined();
});

test('an answer without an account is none of AWS', async () => {
  account = { ...EMPTY, template: {} };
  await expect(callerOf('sa-east-1')).rejects.toThrow('the account: found "", expected 12 digits');
});
