import { inPartition } from '../regions.ts';
import { readS3Place } from './plan.ts';

type Policy = { Version: '2012-10-17'; Statement: { Sid: string; Effect: 'Allow'; Action: string[]; Resource: string[] }[] };

/**
 * What whoever runs `npm run batch` must be allowed to do; `out` names the bucket of the data, `*` stands for it without, and `region` the partition of AWS. It stands beside
 * iam-policy.json, which is as large as a managed policy may be, and is meant for people who predict and do not deploy.
 */
export function batchPolicy(region: string, out?: string): Policy {
  const bucket = out === undefined ? '*' : readS3Place('--out', out).bucket;
  const allow = (Sid: string, Action: string[], Resource: string[]) => ({ Sid, Effect: 'Allow' as const, Action, Resource });
  const statements = [
    allow('Stack', ['cloudformation:DescribeStacks'], ['arn:aws:cloudformation:*:*:stack/canopy-*/*']),
    allow('Files', ['s3:ListBucket'], [`arn:aws:s3:::${bucket}`]),
    allow(
      'Jobs',
      ['sagemaker:AddTags', 'sagemaker:CreateTransformJob', 'sagemaker:DescribeTransformJob', 'sagemaker:StopTransformJob'],
      ['arn:aws:sagemaker:*:*:transform-job/canopy-*', 'arn:aws:sagemaker:*:*:model/*'],
    ),
    allow(
      'Machine',
      [
        'states:DescribeExecution',
        'states:DescribeMapRun',
        'states:ListExecutions',
        'states:ListMapRuns',
        'states:StartExecution',
        'states:StopExecution',
      ],
      ['stateMachine', 'execution', 'mapRun'].map((kind) => `arn:aws:states:*:*:${kind}:canopy-*`),
    ),
    allow('Log', ['logs:FilterLogEvents'], ['arn:aws:logs:*:*:log-group:/aws/sagemaker/TransformJobs:*']),
  ];
  return { Version: '2012-10-17', Statement: inPartition(statements, region) };
}
