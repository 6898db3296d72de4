import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stackOutputs } from '../../container/deploy/aws.ts';
import { must } from '../../container/deploy/command.ts';
import { runTransformJob, type TransformJob } from '../support/batch/transform-job.ts';
import { golden } from '../support/golden.ts';
import { check, PROJECT, PYTHON, TOOLS } from './run.ts';

const REGION = 'sa-east-1';
const ages = golden('heart-age');
/** What the step is about, for the table. */
export const BATCH_REAL = 'npm run batch, the SDKs, awscli; the container with the deployed archive and the job’s own settings';
export const BATCH_OTHER =
  'CloudFormation, S3, SageMaker’s job by moto, which runs none; batch transform by tests/support/batch/transform-job.ts; the log, the rights';

type Job = {
  ModelName: string;
  BatchStrategy: TransformJob['BatchStrategy'];
  Environment: Record<string, string>;
  TransformInput: { ContentType: string; SplitType: TransformJob['SplitType']; DataSource: { S3DataSource: { S3Uri: string } } };
  TransformOutput: { Accept: string; AssembleWith: TransformJob['AssembleWith']; S3OutputPath: string };
};

/** A transform job is started by the command with two files in the model's bucket; what moto was asked for is then played with the container. */
export async function batchTransform(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = mkdtempSync(path.join(TOOLS, 'batch-'));
  const aws = async (...args: string[]) => {
    const out = await must(path.join(PYTHON, 'aws'), [...args, '--output', 'json'], { env, seconds: 60 });
    return JSON.parse(out || '{}') as Record<string, unknown>;
  };
  try {
    const { ModelBucketName: bucket = '', ModelName = '', ModelKey = '' } = (await stackOutputs(REGION, 'canopy-endpoint-dev')) ?? {};
    const rows = ages.rows.map(({ age }) => `${age}\n`);
    const files = new Map([
      ['batch/in/a.csv', Buffer.from(rows.join(''))],
      ['batch/in/b.csv', Buffer.from(`${rows[54]}old\n${rows[61]}`)],
    ]);
    for (const [key, bytes] of files) {
      writeFileSync(path.join(folder, 'rows'), bytes);
      await aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', path.join(folder, 'rows'));
    }
    const places = ['--in', `s3://${bucket}/batch/in`, '--out', `s3://${bucket}/batch/out`];
    const command = ['container/batch.ts', ...places, '--yes', '--on-error', 'line', '--every', '0.1'];
    const said = await must(process.execPath, command, { cwd: PROJECT, env, seconds: 60 });
    check(/^2 files of text\/csv, .*\n1 x ml\.m5\.large costs about \$0\.12 an hour/.test(said), `npm run batch: found ${said}`);
    check(said.includes(`the results are at s3://${bucket}/batch/out`), `npm run batch: found ${said}, expected where the results are`);
    const name = /job (\S+) with model/.exec(said)?.[1] ?? '';
    const job = (await aws('sagemaker', 'describe-transform-job', '--transform-job-name', name)) as unknown as Job;
    check(job.ModelName === ModelName, `the job: found model ${job.ModelName}, expected ${ModelName}`);
    // What the platform does from here on: the archive unpacked, the container with the job's settings, the files.
    const archive = path.join(folder, 'model.tar.gz');
    await aws('s3api', 'get-object', '--bucket', bucket, '--key', ModelKey, archive);
    mkdirSync(path.join(folder, 'model'));
    await must('tar', ['-xzf', archive, '-C', path.join(folder, 'model')]);
    return await play(job, files, path.join(folder, 'model'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(job: Job, files: Map<string, Buffer>, MODEL_DIR: string): Promise<string> {
  const { TransformInput, TransformOutput, BatchStrategy, Environment } = job;
  const env = { ...process.env, MODEL_DIR, PORT: '0', SAGEMAKER_BATCH: 'true', ...Environment };
  const child = spawn(process.execPath, ['container/main.ts', 'serve'], { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
        const found = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
        if (found) resolve(found);
      });
      child.on('exit', () => reject(new Error(`the container ended: ${text}`)));
    });
    const { ContentType, SplitType } = TransformInput;
    const { Accept, AssembleWith = 'None' } = TransformOutput;
    const played: TransformJob = {
      instances: [url],
      files,
      ContentType,
      Accept,
      SplitType,
      ...(BatchStrategy ? { BatchStrategy } : {}),
      AssembleWith,
    };
    const { outputs, failures } = await runTransformJob(played);
    check(failures.length === 0, `the job played: found ${failures.join('; ')}`);
    const expected = ages.predictions.map((one) => `${one}\n`).join('');
    check(outputs.get('batch/in/a.csv.out') === expected, 'a.csv.out: expected R’s numbers, line for line');
    const [first, bad, last] = [ages.predictions[54], '""', ages.predictions[61]];
    check(outputs.get('batch/in/b.csv.out') === `${first}\n${bad}\n${last}\n`, `b.csv.out: found ${outputs.get('batch/in/b.csv.out')}`);
    return `cost told, job made and followed; played: ${ages.rows.length + 3} rows of 2 files, R’s bits, the bad row an empty field`;
  } finally {
    child.kill('SIGKILL');
  }
}
