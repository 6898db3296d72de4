import { sizeInWords } from '../asking.ts';
import { AwsError, stackOutputs } from '../aws.ts';
import { type Place, stackName } from '../steps.ts';
import type { BatchValues, Engine, JobState } from './engine.ts';
import {
  type BatchPlan,
  batchCost,
  checkOptions,
  checkPlaces,
  formOfFiles,
  jobName,
  readInstances,
  readOnError,
  type S3Place,
  transformJob,
  urlOf,
} from './plan.ts';
import { describeJob, listInput, loggedReasons, startJob, stopJob } from './transform-job.ts';

/** SageMaker's transform jobs, with the model of the endpoint's stack. */
export function transformEngine(place: Place): Engine {
  const { region } = place;
  return {
    prepare: (input, output, values) => prepare(place, input, output, values),
    look: (job) => describeJob(region, job),
    stop: (job) => stopJob(region, job),
    results: ({ output }) => `the results are at ${output}, NAME.out for each file: aws s3 sync ${output} .`,
    failure: (job, state) => failure(region, job, state),
  };
}

async function prepare(place: Place, input: S3Place, output: S3Place, values: BatchValues) {
  checkOptions(values, 'transform', ['format', 'range-mb', 'no-split']);
  const { region, stage } = place;
  const instances = readInstances(values['instance-type'] ?? 'ml.m5.large', values.count ?? '1');
  const onError = readOnError(values['on-error']);
  const model = await deployedModel(place, [input, output]);
  const files = await listInput(region, input);
  const form = formOfFiles(files, input, values['content-type']);
  const plan: BatchPlan = { input, output, ...instances, ...form, onError, join: values.join === true };
  const count = files.keys.length;
  const of = `${count} file${count === 1 ? '' : 's'} of ${plan.contentType}${plan.isGzip ? ' in gzip' : ''}, ${sizeInWords(files.bytes)}`;
  const said = [`${of}, from ${urlOf(input)} to ${urlOf(output)}`];
  if (plan.count > count)
    said.push(`more instances (${plan.count}) than files: a file is never shared, so ${plan.count - count} would have nothing to do`);
  said.push(batchCost(plan));
  const start = async () => {
    const job = jobName(stage);
    await startJob(region, transformJob(job, model, plan));
    return { job, said: `job ${job} with model ${model} is started` };
  };
  return { said, start };
}

/** The name of the deployed model in SageMaker. Throws an AwsError where there is none, or its role may not use those places. */
async function deployedModel({ stage, region }: Place, places: S3Place[]): Promise<string> {
  const outputs = await stackOutputs(region, stackName('endpoint', stage));
  if (!outputs?.ModelName) {
    const why = outputs === undefined ? 'has no endpoint' : 'was deployed before there were transform jobs, or without a model';
    throw new AwsError(`stage ${stage} in ${region} ${why}; expected npm run deploy first, or --engine map`);
  }
  const { ModelBucketName, BatchBucket = 'none', ModelName } = outputs;
  const allowed = [`s3://${ModelBucketName}/batch/`, ...(BatchBucket === 'none' ? [] : [`s3://${BatchBucket}/`])];
  checkPlaces(places, allowed, 'deploy with --param batchBucket=BUCKET for another bucket');
  return ModelName;
}

async function failure(region: string, job: string, { reason, output }: JobState): Promise<AwsError> {
  const { reasons, problem } = await loggedReasons(region, job);
  const lines = [`${job} failed: ${reason ?? 'SageMaker says no more'}`, ...reasons.map((one) => `  ${one}`)];
  if (problem !== undefined) lines.push(problem);
  lines.push(`files without a failure are done, at ${output}; --on-error line lets a bad row fail nothing`);
  return new AwsError(lines.join('\n'));
}
