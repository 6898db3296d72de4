import { readS3Place } from '../batch/plan.ts';
import { inPartition } from '../regions.ts';

type Statement = { Sid: string; Effect: 'Allow'; Action: string[]; Resource: string[]; Condition?: Record<string, unknown> };

/**
 * What whoever runs `npm run train-job` must be allowed to do; `data` names the bucket of the data, `*` stands for it without, and `region` the partition of AWS. It stands
 * beside iam-policy.json, and is meant for people who train and do not deploy.
 */
export function trainingPolicy(region: string, data?: string): { Version: '2012-10-17'; Statement: Statement[] } {
  const bucket = data === undefined ? '*' : readS3Place('--data', data).bucket;
  const allow = (Sid: string, Action: string[], Resource: string[]): Statement => ({ Sid, Effect: 'Allow', Action, Resource });
  const jobs = ['sagemaker:AddTags', 'sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'];
  const statements = [
    allow('Stack', ['cloudformation:DescribeStacks'], ['arn:aws:cloudformation:*:*:stack/canopy-endpoint-*/*']),
    allow('Files', ['s3:ListBucket'], [`arn:aws:s3:::${bucket}`]),
    allow('Jobs', jobs, ['arn:aws:sagemaker:*:*:training-job/canopy-*']),
    {
      ...allow('Role', ['iam:PassRole'], ['arn:aws:iam::*:role/canopy-*']),
      Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    },
    // --register
    allow('Models', ['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::canopy-*/training/*']),
    allow(
      'Registry',
      ['sagemaker:CreateModelPackage', 'sagemaker:CreateModelPackageGroup'],
      ['arn:aws:sagemaker:*:*:model-package-group/canopy-*', 'arn:aws:sagemaker:*:*:model-package/canopy-*'],
    ),
  ];
  return { Version: '2012-10-17', Statement: inPartition(statements, region) };
}
