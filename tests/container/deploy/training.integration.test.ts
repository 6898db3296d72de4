import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { packArtifact } from '../../../container/deploy/archive.ts';
import { artifactIn, fetchTrained } from '../../../container/deploy/training/job.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { trainFile } from '../../../model/train/artifact.ts';
import { type FakeAws, startFakeAws } from '../../support/batch/fake-aws.ts';
import { PROJECT } from '../../support/project.ts';

const aws: FakeAws = { outputs: undefined, buckets: {}, states: [], log: undefined, orders: [] };
let server: { url: string; close: () => void };
let archive: Uint8Array;
const JOB = 'canopy-dev-test-job';
const JOBS = path.join(PROJECT, '.canopy/jobs');
beforeAll(async () => {
  server = await startFakeAws(aws);
  const data = path.join(PROJECT, 'model/heart/heart.csv');
  const options = { formula: 'target ~ age', seeds: { seed: 42 }, arguments: { 'num.trees': 5 }, validation: data, output: 'heart.canopy' };
  const { artifact } = await trainFile(data, options);
  archive = (await packArtifact(artifact)).bytes;
  Object.assign(process.env, environment());
});
afterAll(() => {
  server.close();
  rmSync(path.join(JOBS, JOB), { recursive: true, force: true });
});

const environment = () => ({
  AWS_ENDPOINT_URL: server.url,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EC2_METADATA_DISABLED: 'true',
});
const IMAGE = `1.dkr.ecr.sa-east-1.amazonaws.com/canopy-endpoint-dev@sha256:${'0'.repeat(64)}`;
const DEPLOYED = {
  Image: IMAGE,
  ModelBucketName: 'canopy-models',
  TrainBucket: 'data',
  TrainingRoleArn: 'arn:aws:iam::1:role/canopy-training',
};
const COMPLETED = {
  TrainingJobStatus: 'Completed',
  SecondaryStatus: 'Completed',
  ModelArtifacts: { S3ModelArtifacts: 's3://canopy-models/training/x/output/model.tar.gz' },
  AlgorithmSpecification: { TrainingImage: IMAGE },
  FinalMetricDataList: [{ MetricName: 'validation:rmse', Value: 0.5 }],
};
beforeEach(() => {
  const buckets = { data: { 'in/heart.csv': 11_021, 'in/heart-age.model.json': 1_771, 'in/': 0, 'held/more.csv': 3_000 } };
  const objects = { 'canopy-models/training/x/output/model.tar.gz': archive };
  Object.assign(aws, { outputs: DEPLOYED, buckets, objects, training: [COMPLETED], orders: [] });
});

/** The head of one entry of a tar archive (POSIX ustar), with a type that tar-stream itself does not write. */
function tarHead(name: string, size: number, type: string): Buffer {
  const head = Buffer.alloc(512);
  const octal = (value: number) => `${value.toString(8).padStart(11, '0')}\0`;
  head.write(name, 0);
  head.write(`${octal(size)}${octal(0)}${' '.repeat(8)}${type}`, 124);
  head.write('ustar\x0000', 257);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return head;
}

/** Runs the command against the small AWS. */
function trainJob(args: string[], script = 'container/train-job.ts'): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(PROJECT, script), ...args], {
      cwd: PROJECT,
      env: { ...process.env, ...environment() },
    });
    child.stdin.end();
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.err += chunk;
    });
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

const ASKED = ['--data', 's3://data/in/', '--formula', 'target ~ age', '--seed', '42'];
const made = (operation = 'CreateTrainingJob') => aws.orders.find((order) => order.operation === operation)?.asked;

describe('npm run train-job', () => {
  test('says what a job does and costs, starts it with the deployed image, follows it, and ends with its measures', async () => {
    aws.training = [{ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' }, COMPLETED];
    const more = [
      '--validation',
      's3://data/held',
      '--probability',
      '--num.trees',
      '20',
      '--hours',
      '2',
      '--yes',
      '--wait',
      '--every',
      '0.1',
    ];
    const { code, out, err } = await trainJob([...ASKED, ...more]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe('target ~ age on in/heart.csv, 12.8 kB, measured by 3.0 kB more');
    expect(lines[1]).toMatch(/^1 x ml\.m5\.large costs about \$0\.12 an hour, by the second/);
    expect(lines[2]).toMatch(
      /^job (canopy-dev-\d{8}-\d{6}-[0-9a-f]{4}) is started; what it leaves goes to s3:\/\/canopy-models\/training\/\1\/output$/,
    );
    expect(lines.slice(3, 6)).toEqual(['Training, 1 min', 'Completed, 1 min', 'validation:rmse 0.5']);
    expect(lines[6]).toMatch(/^the model is s3:\/\/.*model\.tar\.gz; npm run deploy -- --from-job canopy-dev-\S+ deploys it$/);
    expect(made()).toMatchObject({
      RoleArn: DEPLOYED.TrainingRoleArn,
      AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
      HyperParameters: { formula: 'target ~ age', seed: '42', probability: 'TRUE', 'num.trees': '20' },
      InputDataConfig: [
        { ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource: { S3Uri: 's3://data/in/' } } },
        { ChannelName: 'validation', DataSource: { S3DataSource: { S3Uri: 's3://data/held' } } },
      ],
      OutputDataConfig: { S3OutputPath: 's3://canopy-models/training' },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 6 },
      StoppingCondition: { MaxRuntimeInSeconds: 7_200 },
      EnableNetworkIsolation: true,
    });
    const { MetricDefinitions } = made()?.AlgorithmSpecification as { MetricDefinitions: { Name: string; Regex: string }[] };
    expect(MetricDefinitions).toContainEqual({
      Name: 'validation:r.squared',
      Regex: String.raw`metric validation:r\.squared=([-+.0-9eE]+)`,
    });
  });

  test('without --wait it says how the job is followed; --stop stops it', async () => {
    const { code, out } = await trainJob([...ASKED, '--yes']);
    expect(code).toBe(0);
    expect(out).toMatch(/npm run train-job -- --follow (canopy-dev-\S+) shows it, --stop \1 stops it\n$/);
    expect(aws.orders).toHaveLength(1);
    expect((await trainJob(['--stop', JOB])).out).toBe(`${JOB}: is asked to stop; it leaves no model\n`);
    expect(made('StopTrainingJob')).toEqual({ TrainingJobName: JOB });
  });

  test('a job that failed ends with the sentence that its container left', async () => {
    aws.training = [{ TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: hyperparameters: found no seed, exit code: 1' }];
    const { code, err } = await trainJob(['--follow', JOB]);
    expect([code, err]).toEqual([1, `${JOB} failed: AlgorithmError: hyperparameters: found no seed, exit code: 1\n`]);
  });

  test('--register makes a version of the model with the measures of its card, all their digits', async () => {
    const { code, out } = await trainJob(['--follow', JOB, '--register']);
    expect(code).toBe(0);
    expect(out).toContain('registered as arn:aws:sagemaker:sa-east-1:1:model-package/canopy-dev/1');
    const model = loadModel(path.join(JOBS, JOB, 'model.canopy'));
    expect(made('CreateModelPackageGroup')).toMatchObject({ ModelPackageGroupName: 'canopy-dev' });
    const url = 's3://canopy-models/training/x/output/model-quality.json';
    expect(made('CreateModelPackage')).toMatchObject({
      ModelPackageGroupName: 'canopy-dev',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: { Containers: [{ Image: IMAGE, ModelDataUrl: 's3://canopy-models/training/x/output/model.tar.gz' }] },
      ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: url } } },
      CustomerMetadataProperties: { job: JOB, sha256: model.sha256, rows: '303', seed: '42' },
    });
    const quality = JSON.parse(Buffer.from(aws.objects?.[url.slice(5)] as Uint8Array).toString());
    expect(quality.regression_metrics.rmse).toEqual({ value: model.card.training?.validation?.metrics.rmse, standard_deviation: 'NaN' });
    expect(Object.keys(quality.regression_metrics)).toEqual(['rmse', 'mae', 'r_squared', 'oob_prediction_error', 'oob_r_squared']);
  });

  test.each<[string, string[], Partial<FakeAws>, string]>([
    ['nobody to ask', ASKED, {}, 'found nobody to ask whether to start it, expected --yes'],
    ['no stack', ASKED, { outputs: undefined }, 'stage dev in sa-east-1 has no endpoint, and so no image; expected npm run deploy first'],
    ['an old stack', ASKED, { outputs: { Image: 'x' } }, 'was deployed before there were training jobs'],
    ['no formula', ['--data', 's3://data/in', '--seed', '1'], {}, 'hyperparameters: found no formula'],
    ['a wrong argument', [...ASKED, '--mtry', 'x'], {}, 'mtry: found x, expected a whole number'],
    ['a refused argument', [...ASKED, '--min.bucket', '3'], {}, 'min.bucket: found min.bucket=3, expected it left out'],
    ['no files', ASKED, { buckets: { data: {} } }, '--data: found no objects at s3://data/in/'],
    [
      'two files',
      ASKED,
      { buckets: { data: { 'in/a.csv': 1, 'in/b.csv': 1 } } },
      'found 2 files: in/a.csv, in/b.csv, expected one CSV or Parquet file',
    ],
    ['too much', ASKED, { buckets: { data: { 'in/a.csv': 6e8 } } }, '--data: found 600000000 bytes at s3://data/in/, expected at most'],
    ['another bucket', ['--data', 's3://other/in', ...ASKED.slice(2)], {}, "s3://other/in: found no right of the training's role to it"],
    ['a wrong type', [...ASKED, '--instance-type', 'm5.large'], {}, '--instance-type: found m5.large, expected ml.m5.large'],
    ['no hours', [...ASKED, '--hours', '0'], {}, '--hours: found 0, expected hours from 0.1 to 672'],
    ['two commands', [...ASKED, '--stop', 'x'], {}, 'found none or several of --data, --follow and --stop, expected one'],
    ['a version of nothing', [...ASKED, '--register'], {}, '--register: found no --wait, expected it, or --follow JOB'],
    ['no such job', ['--follow', JOB], { training: [] }, 'found no such training job'],
  ])('%s: a sentence, and nothing is started', async (_, args, given, message) => {
    Object.assign(aws, given);
    const { code, err } = await trainJob(args);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(made()).toBeUndefined();
  });

  test('--policy prints what the command needs, and no more', async () => {
    const { Statement } = JSON.parse((await trainJob(['--policy', '--data', 's3://data/in'])).out) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(Statement.flatMap(({ Action }) => Action).filter((action) => /:Delete|\*/.test(action))).toEqual([]);
    expect(Statement.flatMap(({ Resource }) => Resource)).toContain('arn:aws:s3:::data');
  });
});

describe('npm run deploy -- --from-job', () => {
  test('fetches the model that a job has left', async () => {
    const { file } = await fetchTrained('sa-east-1', JOB, JOBS);
    expect(loadModel(file).card.training).toMatchObject({ rows: 303, seed: 42 });
  });

  test.each<[string, string[], Partial<FakeAws>, string]>([
    [
      'a job that goes on',
      [JOB],
      { training: [{ TrainingJobStatus: 'InProgress' }] },
      `${JOB}: found it InProgress, expected a job that has completed`,
    ],
    ['no name of a job', ['../../x'], {}, 'the job: found ../../x, expected letters, digits and hyphens'],
    ['a job and a model', [JOB, '--example', 'heart'], {}, '--from-job: found it with --model or --example, expected one of the three'],
    [
      'another archive',
      [JOB],
      { objects: { 'canopy-models/training/x/output/model.tar.gz': Buffer.from('x') } },
      'expected an archive with model.canopy',
    ],
  ])('%s: a sentence, and nothing is deployed', async (_, args, given, message) => {
    rmSync(path.join(JOBS, JOB), { recursive: true, force: true });
    Object.assign(aws, given);
    const { code, err } = await trainJob(['--from-job', ...args], 'container/deploy.ts');
    expect([code, err.trim().split('\n').length]).toEqual([1, 1]);
    expect(err).toContain(message);
    expect(existsSync(path.join(JOBS, JOB))).toBe(false);
  });

  test.each([
    ['pax-header', 'x'],
    ['pax-global-header', 'g'],
    ['gnu-long-path', 'L'],
    ['gnu-long-link-path', 'K'],
    ['file', '0'],
  ])('a %s of 64 MB: only a file of an archive may be so large', async (_, type) => {
    const size = 64 * 2 ** 20;
    const bomb = gzipSync(Buffer.concat([tarHead('other', size, type), Buffer.alloc(size, '7 a=bc\n')]), { level: 1 });
    const sentence = type === '0' ? 'x: found no model.canopy' : 'x: found more than 1048576 bytes of heads of files, expected an archive';
    await expect(artifactIn(bomb, 'x')).rejects.toThrow(sentence);
  });

  test('an archive of nothing but zeros is refused before they are read', async () => {
    await expect(artifactIn(gzipSync(Buffer.alloc(64 * 2 ** 20)), 'x')).rejects.toThrow('found more than 1048576 bytes of heads of files');
  });

  test('an archive without the model, or cut off, is refused', async () => {
    await expect(artifactIn(archive.subarray(0, 100), 'x')).rejects.toThrow(/^x: found .*, expected an archive with model\.canopy/);
    const heart = importModel(path.join(PROJECT, 'model/heart/heart-age.RDS'));
    expect(Buffer.compare(await artifactIn((await packArtifact(heart)).bytes, 'x'), heart)).toBe(0);
  });
});
