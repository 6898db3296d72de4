import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { unzipSync, zipSync } from 'fflate';
import { adviceOn } from '../../../container/deploy/aws.ts';
import { costInWords, costOfMillion, idleCost } from '../../../container/deploy/costs.ts';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { checkPackage, type PackagedFunction } from '../../../model/bundle/check-package.ts';
import { golden } from '../../support/golden.ts';
import { packageFunction } from '../../support/lambda.ts';
import { PROJECT } from '../../support/project.ts';

const { file } = golden('warpbreaks-partition');
const { model } = buildArtifact(file, PROJECT);
let whole: Awaited<ReturnType<typeof packageFunction>>;
let packaged: PackagedFunction;
beforeAll(async () => {
  whole = await packageFunction('predict', [`model=${file}`]);
  packaged = { name: 'predict', zip: path.join(`${whole.folder}.zip`), handler: whole.entry, environment: whole.environment };
}, 90_000);
afterAll(() => whole?.remove());

test('the packaged handler gives the check rows’ answers, with factors by their labels', () => {
  expect(model.schema.features.some(({ type }) => type === 'factor')).toBe(true);
  expect(() => checkPackage(packaged, model)).not.toThrow();
});

test('a package that gives another number does not deploy', () => {
  const outputs = model.checks.outputs.map((value, at) => (at === 7 ? value * (1 + 2 ** -52) : value));
  const other = { ...model, checks: { ...model.checks, outputs } };
  expect(() => checkPackage(packaged, other)).toThrow(/^function predict: found .* expected its check rows' answers/);
});

test('a package whose handler cannot be loaded does not deploy, and the reason is shown', () => {
  const environment = { ...packaged.environment, MODEL_FILE: 'nowhere.canopy' };
  expect(() => checkPackage({ ...packaged, environment }, model)).toThrow(
    /^function predict: found .*nowhere\.canopy.*expected a handler/s,
  );
});

test('a package whose artifact is not what its sha256 says does not deploy: the function itself does not look', () => {
  const files = unzipSync(readFileSync(packaged.zip));
  const artifact = files[packaged.environment.MODEL_FILE as string] as Uint8Array;
  artifact[32] = artifact[32]! ^ 1;
  const zip = path.join(whole.packages, 'changed.zip');
  writeFileSync(zip, zipSync(files));
  expect(() => checkPackage({ ...packaged, zip }, model)).toThrow(
    /^function predict, .*model\.canopy: found sha256 [0-9a-f]{64}, expected/,
  );
});

test('a package too large for Lambda does not deploy, and what to do is shown', () => {
  expect(() => checkPackage(packaged, model, 100_000)).toThrow(/MB unpacked with the model, expected 250 MB at most.*num\.trees/);
});

test.each([
  ['CredentialsProviderError Could not load credentials from any providers', /aws configure/],
  ['ExpiredToken The security token included in the request is expired', /log in again/],
  ['Error getaddrinfo ENOTFOUND sts.nowhere.amazonaws.com', /--region/],
  ['ResourceLimitExceeded The account-level service limit for ml.c7i.large', /Service Quotas/],
  ['decreases account’s UnreservedConcurrentExecution below its minimum value', /reservedConcurrency/],
  ['Unzipped size must be smaller than 262144000 bytes', /num\.trees/],
  ['Stack canopy-dev is in UPDATE_IN_PROGRESS state and can not be updated', /wait for its end/],
])('what AWS says is shown with what to do: %s', (text, advice) => {
  expect(adviceOn(text)).toMatch(advice);
});

test('the idle cost of a plan is that of its instances and alarms', () => {
  const plan = { hosting: 'instances', instanceType: 'ml.m5.xlarge', instanceCount: 2 } as const;
  expect(idleCost(plan)).toBeCloseTo(2 * 0.23 * 730 + 1.3, 6);
  expect(idleCost({ ...plan, hosting: 'none' })).toBeCloseTo(0.7, 6);
  expect(costInWords({ ...plan, instanceType: 'ml.new.large' })).toMatch(/unknown price of ml\.new\.large.*at second hand/);
  const usage = { lambdaMs: 20, lambdaGb: 0.5, endpointMs: 5, endpointGb: 1 };
  const [lambda, serverless] = (['none', 'serverless'] as const).map((hosting) => costOfMillion({ ...plan, hosting }, usage));
  expect(lambda).toBeCloseTo(1.33, 2);
  expect(serverless).toBeCloseTo(1.43, 2);
});
