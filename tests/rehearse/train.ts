import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stackOutputs } from '../../container/deploy/aws.ts';
import { must, run } from '../../container/deploy/command.ts';
import { placesBelow } from '../../container/train/places.ts';
import { importModel, loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { startTraining, stopContainer, trainOnce } from './containers.ts';
import { check, PROJECT, PYTHON, TOOLS, until } from './run.ts';

const REGION = 'sa-east-1';
const HEART = path.join(PROJECT, 'model/heart');
const AGE = { formula: 'target ~ age', seed: '42' };
/** What the step with the command is about, for the table. */
export const TRAIN_REAL =
  'npm run train-job and deploy --from-job, the SDKs, awscli; the image’s train under podman with the job’s own settings';
export const TRAIN_OTHER = 'CloudFormation, S3, SageMaker’s jobs and registry by moto, which trains nothing; the log, the rights, the disk';

/** The sha256 of the model that R's own file gives. */
const ofR = () => decodeArtifact(importModel(path.join(HEART, 'heart-age.RDS'))).sha256;

/** A folder as the platform prepares it for a job, with files of the channel `train` by their names. */
function jobFolder(hyperparameters: Record<string, string>, files: Record<string, Buffer | string>): string {
  const folder = mkdtempSync(path.join(TOOLS, 'job-'));
  const places = placesBelow(folder);
  mkdirSync(path.dirname(places.hyperparameters), { recursive: true });
  writeFileSync(places.hyperparameters, JSON.stringify(hyperparameters));
  writeFileSync(places.hosts, JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }));
  if (Object.keys(files).length > 0) mkdirSync(path.join(places.data, 'train'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(places.data, 'train', name), content);
  return folder;
}

const heartFiles = () => ({
  'heart.csv': readFileSync(path.join(HEART, 'heart.csv')),
  'heart-age.model.json': readFileSync(path.join(HEART, 'heart-age.model.json')),
});

/** What cannot be trained: hyperparameters, files, more of podman's arguments, the exit code and the sentence. */
const FAILURES: [string, Record<string, string>, Record<string, string>, string[], number, RegExp][] = [
  ['no channel', AGE, {}, [], 1, /^the channel "train": found no folder/],
  [
    'a bad hyperparameter',
    { ...AGE, mtry: 'all' },
    { 'a.csv': 'target,age\n1,2\n0,3\n' },
    [],
    1,
    /^mtry: found all, expected a whole number/,
  ],
  ['NA', AGE, { 'a.csv': 'target,age\n1,2\n0,NA\n' }, [], 1, /^a\.csv, column "age", row 2: found NA/],
  ['one class', { ...AGE, formula: 'factor(target) ~ age' }, { 'a.csv': 'target,age\n1,2\n1,3\n' }, [], 1, /expected at least 2 classes$/],
  ['disk full', AGE, { 'a.csv': 'target,age\n1,2\n0,3\n' }, ['--tmpfs', '/opt/ml/model:rw,size=4k'], 2, /model\.canopy: no space left$/],
];

/** The image trains R's own model, and each failure leaves its sentence and its exit code; SIGTERM ends it. */
export async function trainInImage(env: NodeJS.ProcessEnv): Promise<string> {
  const good = jobFolder(AGE, heartFiles());
  const { code, output } = await trainOnce(env, good);
  check(code === 0, `train: found exit code ${code}, expected 0: ${output.slice(-300)}`);
  const { sha256 } = loadModel(placesBelow(good).model);
  check(sha256 === ofR(), `train: found sha256 ${sha256}, expected ${ofR()} as of heart-age.RDS`);
  check(/^metric oob:r\.squared=-0\.09\d+$/m.test(output), `train: found ${output}, expected its measures`);
  rmSync(good, { recursive: true });
  for (const [name, asked, files, more, expected, sentence] of FAILURES) {
    const folder = jobFolder(asked, files);
    const ended = await trainOnce(env, folder, more);
    const left = readFileSync(placesBelow(folder).failure, 'utf8');
    check(ended.code === expected, `${name}: found exit code ${ended.code}, expected ${expected}: ${ended.output.slice(-300)}`);
    check(sentence.test(left) && left.length <= 1_024, `${name}: found the failure ${left}, expected ${sentence}`);
    rmSync(folder, { recursive: true });
  }
  return `${sha256.slice(0, 8)}, as of heart-age.RDS; ${FAILURES.length} failures, each with its sentence and exit code; ${await stopped(env)}`;
}

async function stopped(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = jobFolder({ ...AGE, formula: 'target ~ .', 'num.trees': '100000' }, heartFiles());
  const id = await startTraining(env, folder);
  await until('the training', 20, async () => /is read from/.test((await run('podman', ['logs', id], { env })).output));
  const start = performance.now();
  const { code } = await stopContainer(env, id);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const left = readFileSync(placesBelow(folder).failure, 'utf8');
  check(code === 143 && /^the job: found SIGTERM after /.test(left), `SIGTERM: found exit code ${code} and ${left}, expected 143`);
  rmSync(folder, { recursive: true });
  return `SIGTERM: 143 after ${seconds} s`;
}

type Job = {
  HyperParameters: Record<string, string>;
  InputDataConfig: { ChannelName: string; ContentType: string; DataSource: { S3DataSource: { S3Uri: string } } }[];
  ModelArtifacts: { S3ModelArtifacts: string };
};

/** A job is started by the command; what moto was asked for is played by the image, registered, and deployed. */
export async function trainingJob(env: NodeJS.ProcessEnv, deploy: (more: string[]) => Promise<string>): Promise<string> {
  const aws = async (...args: string[]) => {
    const out = await must(path.join(PYTHON, 'aws'), [...args, '--output', 'json'], { env, seconds: 60 });
    return JSON.parse(out || '{}') as Record<string, unknown>;
  };
  const command = (...args: string[]) => must(process.execPath, ['container/train-job.ts', ...args], { cwd: PROJECT, env, seconds: 60 });
  const { ModelBucketName: bucket = '' } = (await stackOutputs(REGION, 'canopy-endpoint-dev')) ?? {};
  for (const name of Object.keys(heartFiles()))
    await aws('s3api', 'put-object', '--bucket', bucket, '--key', `training/in/${name}`, '--body', path.join(HEART, name));
  const said = await command('--data', `s3://${bucket}/training/in/`, '--formula', AGE.formula, '--seed', AGE.seed, '--yes');
  check(/^target ~ age on training\/in\/heart\.csv, .*\n1 x ml\.m5\.large costs about/.test(said), `npm run train-job: found ${said}`);
  const name = /job (\S+) is started/.exec(said)?.[1] ?? '';
  const job = (await aws('sagemaker', 'describe-training-job', '--training-job-name', name)) as unknown as Job;
  await play(env, job, aws);
  const followed = await command('--follow', name, '--register');
  const arn = /registered as (\S+)/.exec(followed)?.[1] ?? '';
  const version = await aws('sagemaker', 'describe-model-package', '--model-package-name', arn);
  check(version.ModelApprovalStatus === 'PendingManualApproval', `the registry: found ${JSON.stringify(version)}`);
  await deploy(['--from-job', name]);
  const sha256 = (await stackOutputs(REGION, 'canopy-dev'))?.ModelSha256;
  check(sha256 === ofR(), `npm run deploy -- --from-job: found ${sha256}, expected ${ofR()} as of heart-age.RDS`);
  rmSync(path.join(PROJECT, '.canopy/jobs', name), { recursive: true, force: true });
  return `cost told, job made; played by the image; a version in the registry; deployed: ${sha256.slice(0, 8)}, as of heart-age.RDS`;
}

/** What the platform does with a job: the channel's files, the container, the archive of what it left. */
async function play(env: NodeJS.ProcessEnv, job: Job, aws: (...args: string[]) => Promise<unknown>): Promise<void> {
  const folder = jobFolder(job.HyperParameters, {});
  const places = placesBelow(folder);
  const channels = job.InputDataConfig.map(({ ChannelName, ContentType }) => [ChannelName, { ContentType, TrainingInputMode: 'File' }]);
  writeFileSync(places.channels, JSON.stringify(Object.fromEntries(channels)));
  for (const { ChannelName, DataSource } of job.InputDataConfig) {
    const to = path.join(places.data, ChannelName);
    await must(path.join(PYTHON, 'aws'), ['s3', 'cp', '--recursive', DataSource.S3DataSource.S3Uri, to], { env, seconds: 60 });
  }
  const { code, output } = await trainOnce(env, folder);
  check(code === 0, `the job played: found exit code ${code}, expected 0: ${output.slice(-300)}`);
  const archive = path.join(folder, 'model.tar.gz');
  await must('tar', ['-czf', archive, '-C', path.dirname(places.model), '.']);
  const [bucket = '', ...key] = job.ModelArtifacts.S3ModelArtifacts.replace('s3://', '').split('/');
  await aws('s3api', 'put-object', '--bucket', bucket, '--key', key.join('/'), '--body', archive);
  rmSync(folder, { recursive: true });
}
