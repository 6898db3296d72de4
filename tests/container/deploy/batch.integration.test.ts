import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeAws, startFakeAws } from '../../support/batch/fake-aws.ts';
import { PROJECT } from '../../support/project.ts';

const aws: FakeAws = { outputs: undefined, buckets: {}, states: [], log: undefined, orders: [] };
let server: { url: string; close: () => void };
beforeAll(async () => {
  server = await startFakeAws(aws);
});
afterAll(() => server.close());
const DEPLOYED = { ModelName: 'Model-x', ModelBucketName: 'canopy-models', BatchBucket: 'data' };
beforeEach(() => {
  const buckets = { data: { 'in/a.csv': 3e6, 'in/b.csv': 1e6, 'in/': 0 } };
  Object.assign(aws, { outputs: DEPLOYED, buckets, states: [], log: undefined, orders: [] });
});

/** Runs the command against the small AWS; `interrupt` sends it Ctrl-C once it has said such a line. */
function batch(args: string[], interrupt?: RegExp): Promise<{ code: number | null; out: string; err: string }> {
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(PROJECT, 'container/batch.ts'), '--every', '0.1', ...args], { cwd: PROJECT, env });
    child.stdin.end();
    const said = { out: '', err: '' };
    let isInterrupted = false;
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      if (!interrupt?.test(said.out) || isInterrupted) return;
      isInterrupted = true;
      child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

const PLACES = ['--in', 's3://data/in/', '--out', 's3://data/out'];
const made = () => aws.orders.find(({ operation }) => operation === 'CreateTransformJob')?.asked;

describe('npm run batch', () => {
  test('says what a job does and costs, starts it with the deployed model, follows it, and ends with where the results are', async () => {
    aws.states = [{ TransformJobStatus: 'InProgress' }, { TransformJobStatus: 'InProgress' }, { TransformJobStatus: 'Completed' }];
    const { code, out, err } = await batch([...PLACES, '--yes', '--count', '2', '--on-error', 'line']);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('2 files of text/csv, 4.0 MB, from s3://data/in/ to s3://data/out');
    expect(lines[1]).toMatch(/^2 x ml\.m5\.large costs about \$0\.23 an hour, by the second .*: \$0\.04 for ten minutes/);
    expect(lines[2]).toMatch(/^job canopy-dev-\d{8}-\d{6}-[0-9a-f]{4} with model Model-x is started$/);
    expect(lines.slice(3)).toEqual([
      'InProgress, 1 min',
      'Completed, 1 min',
      'the results are at s3://data/out, NAME.out for each file: aws s3 sync s3://data/out .',
    ]);
    expect(made()).toMatchObject({
      ModelName: 'Model-x',
      BatchStrategy: 'MultiRecord',
      Environment: { BATCH_ON_ERROR: 'line' },
      TransformInput: { ContentType: 'text/csv', SplitType: 'Line', CompressionType: 'None' },
      TransformOutput: { S3OutputPath: 's3://data/out', Accept: 'text/csv', AssembleWith: 'None' },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 2 },
    });
    // So the container says how large and how many payloads are.
    expect(Object.keys(made() ?? {})).not.toContain('MaxPayloadInMB');
  });

  test('says why a job failed, by its log and in words', async () => {
    aws.states = [{ TransformJobStatus: 'Failed', FailureReason: 'ClientError: See job logs for more information' }];
    const problem =
      '{"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"line 7: feature \\"age\\": found the text \\"old\\", expected a finite number"}';
    aws.log = [
      'x:[sagemaker logs]: MaxConcurrentTransforms=2, MaxPayloadInMB=50, BatchStrategy=MULTI_RECORD',
      'x:[sagemaker logs]: data/in/a.csv: Bad HTTP status received from algorithm: 422',
      'x:[sagemaker logs]: data/in/a.csv: ',
      'x:[sagemaker logs]: data/in/a.csv: Message:',
      `x:[sagemaker logs]: data/in/a.csv: ${problem}`,
      '{"level":"info","path":"/invocations","status":422,"ms":3,"advice":"line 7: age: expected a finite number"}',
      'heart-age (sha256 359d6568) is served on http://0.0.0.0:8080',
    ];
    const { code, err } = await batch(['--follow', 'canopy-dev-1']);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toEqual([
      'canopy-dev-1 failed: ClientError: See job logs for more information',
      '  data/in/a.csv: Bad HTTP status received from algorithm: 422',
      '  data/in/a.csv: line 7: feature "age": found the text "old", expected a finite number',
      '  the container: line 7: age: expected a finite number',
      'files without a failure are done, at s3://data/out; --on-error line lets a bad row fail nothing',
    ]);
    aws.log = undefined;
    expect((await batch(['--follow', 'canopy-dev-1'])).err).toContain('its log /aws/sagemaker/TransformJobs could not be read');
  });

  test('leaves a job running at Ctrl-C, and says how it is shown and stopped; --stop stops it', async () => {
    aws.states = [{ TransformJobStatus: 'InProgress' }];
    const { code, out } = await batch([...PLACES, '--yes'], /InProgress/);
    expect(code).toBe(130);
    expect(out).toMatch(/(canopy-dev-\S+) goes on, and costs until it ends: npm run batch -- --follow \1 shows it, --stop \1 stops it/);
    expect(aws.orders.map(({ operation }) => operation)).not.toContain('StopTransformJob');
    expect((await batch(['--stop', 'canopy-dev-1'])).out).toContain('canopy-dev-1: is asked to stop');
    expect(aws.orders.at(-1)).toEqual({ operation: 'StopTransformJob', asked: { TransformJobName: 'canopy-dev-1' } });
  });

  test('reads packed files, and starts without following', async () => {
    aws.buckets = { 'canopy-models': { 'batch/a.jsonl.gz': 10 } };
    const places = ['--in', 's3://canopy-models/batch/a', '--out', 's3://canopy-models/batch/out'];
    const { code, out } = await batch([...places, '--yes', '--no-wait']);
    expect(code).toBe(0);
    expect(out).toContain('1 file of application/jsonlines in gzip');
    expect(made()).toMatchObject({ TransformInput: { CompressionType: 'Gzip', ContentType: 'application/jsonlines' } });
    expect(aws.orders).toHaveLength(1);
  });

  test.each<[string, string[], Partial<FakeAws>, string]>([
    ['nobody to ask', PLACES, {}, 'found nobody to ask whether to start it, expected --yes'],
    ['no endpoint', PLACES, { outputs: undefined }, 'stage dev in sa-east-1 has no endpoint; expected npm run deploy first'],
    ['an old stack', PLACES, { outputs: { Image: 'x' } }, 'was deployed before there were transform jobs'],
    ['no files', PLACES, { buckets: { data: {} } }, '--in: found no objects at s3://data/in/'],
    ['files of two kinds', PLACES, { buckets: { data: { 'in/a.csv': 1, 'in/b.jsonl': 1 } } }, '--in: found several kinds of files'],
    ['unknown names', PLACES, { buckets: { data: { 'in/rows.parquet': 1 } } }, '--in: found rows.parquet, expected names that end in .csv'],
    ['some packed', PLACES, { buckets: { data: { 'in/a.csv': 1, 'in/b.csv.gz': 1 } } }, 'found 1 of 2 objects packed by gzip'],
    ['another bucket', ['--in', 's3://other/in', '--out', 's3://data/out'], {}, "s3://other/in: found no right of the model's role to it"],
    ['no bucket', PLACES, { buckets: {} }, 's3://data/in/: found no such bucket'],
    ['no place', ['--in', '/data', '--out', 's3://data/out'], {}, '--in: found /data, expected a place in S3, s3://BUCKET/PREFIX'],
    ['nothing to write to', ['--in', 's3://data/in'], {}, '--out: found nothing, expected a place in S3'],
    ['a wrong type', [...PLACES, '--instance-type', 'm5.large'], {}, '--instance-type: found m5.large, expected ml.m5.large'],
    ['a type that is not for jobs', [...PLACES, '--instance-type', 'ml.t2.medium'], {}, 'expected a type that transform jobs run on'],
    ['no number', [...PLACES, '--count', '0'], {}, '--count: found 0, expected a whole number from 1 to 100'],
    ['another way with errors', [...PLACES, '--on-error', 'skip'], {}, '--on-error: found skip, expected fail or line'],
    ['two commands', [...PLACES, '--stop', 'x'], {}, 'found several of --in, --follow and --stop, expected one'],
    ['no such job', ['--follow', 'canopy-dev-9'], { states: [] }, 'found no such job'],
  ])('%s: a sentence, and nothing is started', async (_, args, given, message) => {
    Object.assign(aws, given);
    const { code, err } = await batch(args);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(made()).toBeUndefined();
  });

  test('--policy prints what the command needs, and no more', async () => {
    const { out } = await batch(['--policy', '--out', 's3://data/out']);
    const { Statement } = JSON.parse(out) as { Statement: { Action: string[]; Resource: string[] }[] };
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual([
      'cloudformation:DescribeStacks',
      'logs:FilterLogEvents',
      's3:ListBucket',
      'sagemaker:AddTags',
      'sagemaker:CreateTransformJob',
      'sagemaker:DescribeTransformJob',
      'sagemaker:StopTransformJob',
    ]);
    expect(Statement.flatMap(({ Resource }) => Resource)).toContain('arn:aws:s3:::data');
  });
});
