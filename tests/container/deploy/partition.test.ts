import { expect, test } from '@jest/globals';
import { batchPolicy } from '../../../container/deploy/batch/rights.ts';
import { inPartition } from '../../../container/deploy/regions.ts';
import { RIGHTS, statementsFor } from '../../../container/deploy/rights.ts';
import { trainingPolicy } from '../../../container/deploy/training/rights.ts';

/** How the resources of every policy begin in a region, but for the asterisk alone. */
function begins(region: string): string[] {
  const all = [
    ...inPartition(statementsFor({ types: Object.keys(RIGHTS), withEndpoint: true, kmsKey: '*' }), region),
    ...batchPolicy(region, 's3://data/out').Statement,
    ...trainingPolicy(region, 's3://data/in').Statement,
  ];
  const resources = all.flatMap(({ Resource }) => Resource).filter((resource) => resource !== '*');
  expect(resources.length).toBeGreaterThan(30);
  return [...new Set(resources.map((resource) => resource.split(':').slice(0, 2).join(':')))];
}

test.each([
  ['sa-east-1', 'arn:aws'],
  ['cn-north-1', 'arn:aws-cn'],
  ['us-gov-west-1', 'arn:aws-us-gov'],
])('policies for %s name resources of its partition: %s', (region, begin) => {
  expect(begins(region)).toEqual([begin]);
});
