import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeAws, startFakeAws } from '../../support/batch/fake-aws.ts';
import { PROJECT } from '../../support/project.ts';

const aws: FakeAws = { outputs: undefined, buckets: {}, states: [], executions: [], running: [], log: undefined, orders: [] };
let server: { url: string; close: () => void };
beforeAll(async () => {
  server = await startFakeAws(aws);
});
afterAll(() => server.close());
const DEPLOYED = { ModelName: 'Model-x', ModelBucketName: 'canopy-models', BatchBucket: 'data' };
beforeEach(() => {
  const buckets = { data: { 'in/a.csv': 3e6, 'in/b.csv': 1e6, 'in/': 0 } };
  Object.assign(aws, { outputs: DEPLOYED, buckets, states: [], executions: [], running: [], log: undefined, orders: [] });
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

  test('shows what files and logs hold without what moves a terminal', async () => {
    aws.states = [{ TransformJobStatus: 'Failed', FailureReason: 'see\u001b[2J the log' }];
    aws.log = ['x:[sagemaker logs]: data/in/a\u001b]0;b\u0007.csv: no column "\u202egnp"'];
    const { err } = await batch(['--follow', 'canopy-dev-1']);
    expect(err).toContain('see\\u001b[2J the log\n');
    expect(err).toContain('  data/in/a\\u001b]0;b\\u0007.csv: no column "\\u202egnp"\n');
    expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    aws.buckets = { data: { 'in/a\u009b2J.zip': 1 } };
    expect((await batch(PLACES)).err).toContain('found a\\u009b2J.zip, expected names that end in');
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
    [
      'another bucket',
      ['--in', 's3://other/in', '--out', 's3://data/out'],
      {},
      's3://other/in: found no right to it, expected s3://canopy-models/batch/ or s3://data/',
    ],
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
      'states:DescribeExecution',
      'states:DescribeMapRun',
      'states:ListExecutions',
      'states:ListMapRuns',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    expect(Statement.flatMap(({ Resource }) => Resource)).toContain('arn:aws:s3:::data');
  });
});

const MACHINE = {
  BatchMachineArn: 'arn:aws:states:sa-east-1:1:stateMachine:canopy-dev-batch',
  BatchInput: 'data/in/',
  BatchOutput: 'data/out',
  BatchSize: '1769 x 5',
};
const begun = () => aws.orders.find(({ operation }) => operation === 'StartExecution')?.asked as Record<string, string> | undefined;

describe('npm run batch by the state machine', () => {
  beforeEach(() => {
    aws.outputs = { ...DEPLOYED, ...MACHINE };
  });

  test('is what runs where it is deployed: says what a job costs, starts it, counts its parts, ends with where they are', async () => {
    aws.running = ['map-dev-earlier'];
    aws.executions = [
      { status: 'RUNNING', succeeded: 1 },
      { status: 'SUCCEEDED', succeeded: 3, output: '{"rows":1000,"bad":2,"parts":3}' },
    ];
    const { code, out, err } = await batch([...PLACES, '--yes', '--on-error', 'line', '--join', '--range-mb', '1', '--no-split']);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('2 files, 4.0 MB, from s3://data/in/ to s3://data/out, by the state machine');
    expect(lines[1]).toMatch(/^about 5 parts, 5 at once: \$0\.0004 and 1 min for a small forest, .*, at most \$0\.10 \(us-east-1/);
    expect(lines[2]).toMatch(/^map-dev-earlier runs too/);
    expect(lines[3]).toMatch(/^job map-dev-\d{8}-\d{6}-[0-9a-f]{4} is started$/);
    const { stateMachineArn, name, input } = begun() ?? {};
    expect(lines.slice(4)).toEqual([
      'InProgress, 1 of 3 parts, 1 min',
      'Completed, 3 of 3 parts, 1 min',
      `1000 rows, 2 more without an answer in 3 parts are at s3://data/out/${name}/, a folder for each file and manifest.json: aws s3 sync s3://data/out/${name}/ .`,
    ]);
    expect(stateMachineArn).toBe(MACHINE.BatchMachineArn);
    const asked = { in: 's3://data/in/', out: 's3://data/out', onError: 'line', rangeMb: 1, split: false, join: true };
    expect(JSON.parse(input ?? '')).toEqual(asked);
  });

  test('leaves a job running at Ctrl-C, names the parts that failed, and stops a job, by its name alone', async () => {
    aws.executions = [{ status: 'RUNNING', succeeded: 0 }];
    const { code, out } = await batch([...PLACES, '--yes'], /InProgress/);
    expect(code).toBe(130);
    expect(out).toMatch(/(map-dev-\S+) goes on, and costs until it ends: npm run batch -- --follow \1 shows it, --stop \1 stops it/);
    aws.executions = [
      { status: 'FAILED', succeeded: 3, cause: '1 of 3 parts failed\nin/a.csv, part 0: line 7: age: expected a finite number' },
    ];
    const failed = await batch(['--follow', 'map-dev-1']);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('map-dev-1 failed: 1 of 3 parts failed\nin/a.csv, part 0: line 7');
    expect(failed.err).toContain('parts without a failure are done, at s3://data/out/map-dev-1/');
    await batch(['--stop', 'map-dev-1']);
    const executionArn = 'arn:aws:states:sa-east-1:1:execution:canopy-dev-batch:map-dev-1';
    expect(aws.orders.at(-1)).toEqual({ operation: 'StopExecution', asked: { executionArn } });
  });

  test('leaves the choice to whoever asks: --engine transform, with the input joined', async () => {
    aws.states = [{ TransformJobStatus: 'Completed' }];
    expect((await batch([...PLACES, '--yes', '--engine', 'transform', '--join'])).code).toBe(0);
    expect(made()).toMatchObject({ DataProcessing: { JoinSource: 'Input' }, TransformOutput: { AssembleWith: 'Line' } });
  });

  test.each<[string, string[], Partial<FakeAws>, string]>([
    [
      'nothing deployed',
      ['--engine', 'map'],
      { outputs: DEPLOYED },
      'has no state machine for jobs; expected a deploy with --param batch=on',
    ],
    ['another engine', ['--engine', 'lambda'], {}, '--engine: found lambda, expected map or transform'],
    ['an option of the other', ['--count', '2'], {}, '--count: found it with --engine map'],
    ['one of the map', ['--engine', 'transform', '--format', 'csv'], {}, '--format: found it with --engine transform'],
    ['no size', ['--range-mb', 'x'], {}, '--range-mb: found x, expected MB'],
    ['no form', ['--format', 'xml'], {}, '--format: found xml, expected csv, jsonlines, parquet'],
    [
      'no right to read',
      [],
      { outputs: { ...MACHINE, BatchInput: 'data/other/' } },
      's3://data/in/: found no right to it, expected s3://data/other/',
    ],
    ['no files', [], { buckets: { data: {} } }, '--in: found no objects at s3://data/in/'],
  ])('%s: a sentence, and nothing is started', async (_, args, given, message) => {
    Object.assign(aws, given);
    const { code, err } = await batch([...PLACES, '--yes', ...args]);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(begun() ?? made()).toBeUndefined();
  });
});
