import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Statement } from '../../../container/deploy/rights.ts';
import { deniedRights } from '../../../container/deploy/simulate.ts';

const NAMESPACE = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"';
/** What the stand-in for IAM was asked. */
const asked: URLSearchParams[] = [];
/** What it denies. */
let denied = new Set<string>();
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  asked.push(form);
  response.setHeader('content-type', 'text/xml');
  if (form.get('Action') === 'GetRole') {
    const role = `<Role><Path>/team/</Path><RoleName>deployer</RoleName><RoleId>R</RoleId><Arn>arn:aws:iam::123456789012:role/team/deployer</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>`;
    response.end(`<GetRoleResponse ${NAMESPACE}><GetRoleResult>${role}</GetRoleResult></GetRoleResponse>`);
    return;
  }
  if (denied.has('iam:SimulatePrincipalPolicy')) {
    response.statusCode = 403;
    response.end(
      `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: iam:SimulatePrincipalPolicy</Message></Error></ErrorResponse>`,
    );
    return;
  }
  const members = [...form].filter(([name]) => name.startsWith('ActionNames.member.')).map(([, action]) => action);
  const results = members.map((action) => {
    const decision = denied.has(action) ? 'implicitDeny' : 'allowed';
    return `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision></member>`;
  });
  response.end(
    `<SimulatePrincipalPolicyResponse ${NAMESPACE}><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${results.join('')}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
  );
});

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, CREDENTIALS, { AWS_ENDPOINT_URL_IAM: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const STATEMENTS: Statement[] = [
  {
    Sid: 'Functions',
    Effect: 'Allow',
    Action: ['lambda:CreateFunction', 'lambda:GetFunction'],
    Resource: ['arn:aws:lambda:*:*:function:canopy-*'],
  },
  {
    Sid: 'PassedToLambda',
    Effect: 'Allow',
    Action: ['iam:PassRole'],
    Resource: ['arn:aws:iam::*:role/canopy-*'],
    Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  },
];
const USER = { account: '123456789012', arn: 'arn:aws:iam::123456789012:user/someone' };

test('IAM is asked for each action on a resource as this deploy names it, and what it denies is reported', async () => {
  denied = new Set(['lambda:CreateFunction', 'iam:PassRole']);
  asked.length = 0;
  expect(await deniedRights('sa-east-1', 'dev', USER, STATEMENTS)).toEqual({ asked: 3, denied: ['iam:PassRole', 'lambda:CreateFunction'] });
  expect(asked[0]?.get('ResourceArns.member.1')).toBe('arn:aws:lambda:sa-east-1:123456789012:function:canopy-dev');
  expect(asked[0]?.get('PolicySourceArn')).toBe(USER.arn);
  expect(asked[1]?.get('ResourceArns.member.1')).toBe('arn:aws:iam::123456789012:role/canopy-dev');
  expect(asked[1]?.get('ContextEntries.member.1.ContextKeyValues.member.1')).toBe('lambda.amazonaws.com');
});

test('a session of a role is asked for as its role, by its whole path; the account itself may do everything', async () => {
  denied = new Set();
  asked.length = 0;
  const session = { account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/deployer/me' };
  expect(await deniedRights('sa-east-1', 'dev', session, STATEMENTS)).toEqual({ asked: 3, denied: [] });
  expect(asked.map((form) => form.get('PolicySourceArn'))).toEqual([
    null,
    ...STATEMENTS.map(() => 'arn:aws:iam::123456789012:role/team/deployer'),
  ]);
  asked.length = 0;
  expect(await deniedRights('sa-east-1', 'dev', { ...USER, arn: 'arn:aws:iam::123456789012:root' }, STATEMENTS)).toEqual({
    asked: 3,
    denied: [],
  });
  expect(asked).toEqual([]);
});

test('where IAM may not be asked, that is said', async () => {
  denied = new Set(['iam:SimulatePrincipalPolicy']);
  await expect(deniedRights('sa-east-1', 'dev', USER, STATEMENTS)).rejects.toThrow(
    /not authorized to perform: iam:SimulatePrincipalPolicy/,
  );
});
