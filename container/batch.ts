import { setTimeout as sleep } from 'node:timers/promises';
import { readCommandLine } from '../model/commands/command-line.ts';
import { isWanted, showState, sizeInWords } from './deploy/asking.ts';
import { AwsError, stackOutputs } from './deploy/aws.ts';
import { describeJob, type JobState, listInput, loggedReasons, startJob, stopJob } from './deploy/batch-job.ts';
import { type BatchPlan, batchCost, formOfFiles, jobName, readInstances, readS3Place, transformJob, urlOf } from './deploy/batch-plan.ts';
import { batchPolicy } from './deploy/batch-rights.ts';
import { regionProblem } from './deploy/regions.ts';
import { type Place, readPlace, stackName } from './deploy/steps.ts';

const HELP = `Predicts files in S3 by a transform job of SageMaker, with the deployed model. Says what it costs before it starts.

  npm run batch -- --in s3://BUCKET/PREFIX --out s3://BUCKET/PREFIX [--stage dev] [--region sa-east-1]
  npm run batch -- --follow JOB     goes on to show how a job is
  npm run batch -- --stop JOB       stops a job

  --in, --out          files of CSV (no header line, the model's columns in their order) or JSON Lines, and where the answers go: a line
                       for each line, NAME.out for each file. A deploy with --param batchBucket=BUCKET lets jobs read and write there;
                       without it there is the folder batch/ of the model's own bucket
  --instance-type      ml.m5.large
  --count NUMBER       instances, which share the files: 1
  --content-type TYPE  text/csv or application/jsonlines, where the names of the files do not show it
  --on-error KIND      fail: a bad row fails its file (the default). line: an error stands in its line
  --no-wait            starts the job and does not follow it
  --every SECONDS      how often it is looked at: 10
  --yes                starts it without a question
  --policy             prints the IAM policy that this command needs, and does nothing else

Ctrl-C leaves the job running.
`;

await main().catch((error: Error) => {
  process.stderr.write(`${error instanceof TypeError ? error.stack : error.message}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const ways = { in: text, out: text, follow: text, stop: text, policy: flag };
  const kinds = { 'instance-type': text, count: text, 'content-type': text, 'on-error': text };
  const options = { ...ways, ...kinds, stage: text, region: text, every: text, 'no-wait': flag, yes: flag, help: flag };
  const { values } = readCommandLine({ options });
  if (values.help) return void process.stdout.write(HELP);
  if (values.policy) return console.log(JSON.stringify(batchPolicy(values.out), undefined, 2));
  const place = readPlace(values);
  const problem = regionProblem(place.region);
  if (problem !== undefined) throw new AwsError(problem);
  const every = Number(values.every ?? 10);
  if (!(every >= 0.1 && every <= 600)) throw new AwsError(`--every: found ${values.every}, expected seconds from 0.1 to 600`);
  const { follow, stop } = values;
  if ([follow, stop, values.in].filter((one) => one !== undefined).length > 1)
    throw new AwsError('found several of --in, --follow and --stop, expected one');
  if (stop !== undefined) {
    await stopJob(place.region, stop);
    console.log(`${stop}: is asked to stop; files that are done stay at the place that it writes to`);
    return;
  }
  if (follow !== undefined) return followJob(place, follow, every);
  const job = await start(place, values);
  if (job !== undefined && !values['no-wait']) await followJob(place, job, every);
}

type Values = {
  in?: string;
  out?: string;
  'instance-type'?: string;
  count?: string;
  'content-type'?: string;
  'on-error'?: string;
  yes?: boolean;
};

/** Says what a job would do and cost, asks, and starts it; its name, or undefined where it was not wanted. */
async function start(place: Place, values: Values): Promise<string | undefined> {
  const [input, output] = [readS3Place('--in', values.in), readS3Place('--out', values.out)];
  const instances = readInstances(values['instance-type'] ?? 'ml.m5.large', values.count ?? '1');
  const onError = values['on-error'] ?? 'fail';
  if (onError !== 'fail' && onError !== 'line') throw new AwsError(`--on-error: found ${onError}, expected fail or line`);
  const model = await deployedModel(place, [urlOf(input), urlOf(output)]);
  const files = await listInput(place.region, input);
  const plan: BatchPlan = { input, output, ...instances, ...formOfFiles(files, input, values['content-type']), onError };
  const count = files.keys.length;
  console.log(
    `${count} file${count === 1 ? '' : 's'} of ${plan.contentType}${plan.isGzip ? ' in gzip' : ''}, ${sizeInWords(files.bytes)}, from ${urlOf(input)} to ${urlOf(output)}`,
  );
  if (plan.count > count)
    console.log(`more instances (${plan.count}) than files: a file is never shared, so ${plan.count - count} would have nothing to do`);
  console.log(batchCost(plan));
  if (!values.yes && !(await isWanted())) {
    console.log('nothing was started');
    return undefined;
  }
  const name = jobName(place.stage);
  await startJob(place.region, transformJob(name, model, plan));
  console.log(`job ${name} with model ${model} is started`);
  return name;
}

/** The name of the deployed model in SageMaker. Throws an AwsError where there is none, or its role may not use those places. */
async function deployedModel({ stage, region }: Place, places: string[]): Promise<string> {
  const outputs = await stackOutputs(region, stackName('endpoint', stage));
  if (!outputs?.ModelName) {
    const why = outputs === undefined ? 'has no endpoint' : 'was deployed before there were transform jobs, or without a model';
    throw new AwsError(`stage ${stage} in ${region} ${why}; expected npm run deploy first`);
  }
  const { ModelBucketName, BatchBucket = 'none', ModelName } = outputs;
  const allowed = [`s3://${ModelBucketName}/batch/`, ...(BatchBucket === 'none' ? [] : [`s3://${BatchBucket}/`])];
  const strange = places.find((one) => !allowed.some((begin) => one.startsWith(begin)));
  if (strange === undefined) return ModelName;
  throw new AwsError(
    `${strange}: found no right of the model's role to it, expected ${allowed.join(' or ')}; deploy with --param batchBucket=BUCKET for another bucket`,
  );
}

/** Shows how a job is until it has ended. Throws an AwsError with the reasons where it failed. */
async function followJob({ region }: Place, name: string, every: number): Promise<void> {
  process.once('SIGINT', () => {
    console.log(`\n${name} goes on, and costs until it ends: npm run batch -- --follow ${name} shows it, --stop ${name} stops it`);
    process.exit(130);
  });
  let shown = '';
  for (;;) {
    const state = await describeJob(region, name);
    shown = showState(state.status, state.seconds, /^(?:InProgress|Stopping)$/.test(state.status), shown);
    if (state.status === 'Completed')
      return console.log(`the results are at ${state.output}, NAME.out for each file: aws s3 sync ${state.output} .`);
    if (state.status === 'Stopped') return console.log(`it was stopped; what was done is at ${state.output}`);
    if (state.status === 'Failed') throw await failure(region, name, state);
    await sleep(every * 1_000);
  }
}

async function failure(region: string, name: string, { reason, output }: JobState): Promise<AwsError> {
  const { reasons, problem } = await loggedReasons(region, name);
  const lines = [`${name} failed: ${reason ?? 'SageMaker says no more'}`, ...reasons.map((one) => `  ${one}`)];
  if (problem !== undefined) lines.push(problem);
  lines.push(`files without a failure are done, at ${output}; --on-error line lets a bad row fail nothing`);
  return new AwsError(lines.join('\n'));
}
