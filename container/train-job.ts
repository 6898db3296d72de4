import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../model/artifact/printable.ts';
import { endInWords, print, readCommandLine } from '../model/commands/command-line.ts';
import { ARGUMENT_NAMES, argumentLines, REFUSED, withFlagValues } from '../model/train/arguments.ts';
import { isWanted, showState, sizeInWords } from './deploy/asking.ts';
import { AwsError, stackOutputs } from './deploy/aws.ts';
import { batchCost, jobName, readS3Place, type S3Place, urlOf } from './deploy/batch/plan.ts';
import { listInput } from './deploy/batch/transform-job.ts';
import { regionProblem } from './deploy/regions.ts';
import { endpointName, type Place, PROJECT, readPlace, stackName } from './deploy/steps.ts';
import { describeTraining, startTraining, stopTraining } from './deploy/training/job.ts';
import { registerModel } from './deploy/training/package.ts';
import {
  checkTrainingFiles,
  contentTypeOf,
  readHours,
  readTrainingType,
  type TrainingPlan,
  trainingJob,
  volumeFor,
} from './deploy/training/plan.ts';
import { trainingPolicy } from './deploy/training/rights.ts';
import { readHyperparameters } from './train/hyperparameters.ts';

const HELP = `Trains a model by a training job of SageMaker, with the image of the endpoint's stack. Says what it costs before it starts.

  npm run train-job -- --data s3://BUCKET/PREFIX --formula 'y ~ .' --seed 42 [--wait] [--stage dev] [--region sa-east-1]
  npm run train-job -- --follow JOB [--register]   goes on to show how a job is
  npm run train-job -- --stop JOB                  stops a job, which leaves no model

  --data               one CSV file with a line of names, or one Parquet file, and beside it a sidecar (model.json or NAME.model.json), where there is one. A
                       deploy with --param trainBucket=BUCKET lets jobs read there; without it there is the folder training/ of the
                       model's own bucket, where each job writes
  --validation         one such file of rows to measure the model by
  --formula, --seed, --ranger-seed   as npm run model -- train --help explains them, and ranger's arguments:

  ${argumentLines()}

  --instance-type      ml.m5.large
  --hours NUMBER       after which the job is stopped: 24
  --wait               follows the job to its end
  --register           once it has ended: a version of the model with its measures in SageMaker's registry, which waits for an approval
  --every SECONDS      how often it is looked at: 10
  --yes                starts it without a question
  --policy             prints the IAM policy that this command needs, and does nothing else

Ctrl-C leaves the job running. npm run deploy -- --from-job JOB deploys the model.
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const OURS = {
  ...{ data: text, validation: text, follow: text, stop: text, policy: flag, help: flag },
  ...{ stage: text, region: text, 'instance-type': text, hours: text, every: text, wait: flag, register: flag, yes: flag },
};
const ASKED = ['formula', 'seed', 'ranger-seed', ...ARGUMENT_NAMES, ...Object.keys(REFUSED)];

await main().catch(endInWords);

async function main(): Promise<void> {
  const options = { ...OURS, ...Object.fromEntries(ASKED.map((name) => [name, text])) };
  const known = [...Object.keys(OURS), 'formula', 'seed', 'ranger-seed', ...ARGUMENT_NAMES];
  const { values } = readCommandLine({ args: withFlagValues(process.argv.slice(2)), options }, known);
  if (values.help) return print(HELP);
  const place = readPlace(values);
  const problem = regionProblem(place.region);
  if (problem !== undefined) throw new AwsError(problem);
  if (values.policy) return console.log(JSON.stringify(trainingPolicy(place.region, values.data), undefined, 2));
  const every = Number(values.every ?? 10);
  if (!(every >= 0.1 && every <= 600)) throw new AwsError(`--every: found ${values.every}, expected seconds from 0.1 to 600`);
  const { follow, stop, wait = false, register = false } = values;
  if ([follow, stop, values.data].filter((one) => one !== undefined).length !== 1)
    throw new AwsError('found none or several of --data, --follow and --stop, expected one');
  if (register && !wait && follow === undefined) throw new AwsError('--register: found no --wait, expected it, or --follow JOB');
  if (stop !== undefined) {
    await stopTraining(place.region, stop);
    return console.log(`${stop}: is asked to stop; it leaves no model`);
  }
  if (follow !== undefined) return followJob(place, follow, { every, register });
  const asked = ASKED.flatMap((name): [string, string][] => {
    const value = (values as Record<string, string | boolean | undefined>)[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  const job = await start(place, values, Object.fromEntries(asked));
  if (job === undefined) return;
  if (wait) return followJob(place, job, { every, register });
  console.log(`npm run train-job -- --follow ${job} shows it, --stop ${job} stops it`);
}

type Values = { data?: string; validation?: string; 'instance-type'?: string; hours?: string; yes?: boolean };

/** Says what a job would do and cost, asks, and starts it; its name, or undefined where it was not wanted. */
async function start(place: Place, values: Values, hyperparameters: Record<string, string>): Promise<string | undefined> {
  // What the container would refuse is refused before it costs anything.
  const { formula } = readHyperparameters(hyperparameters);
  const instanceType = readTrainingType(values['instance-type'] ?? 'ml.m5.large');
  const seconds = readHours(values.hours ?? '24');
  const data = readS3Place('--data', values.data);
  const validation = values.validation === undefined ? undefined : readS3Place('--validation', values.validation);
  const { image, role, output } = await deployed(place, validation ? [data, validation] : [data]);
  const files = await listInput(place.region, data);
  const held = validation && (await listInput(place.region, validation));
  const name = checkTrainingFiles('--data', files, data);
  const heldName = validation && held ? checkTrainingFiles('--validation', held, validation) : '';
  const types = { data: contentTypeOf(name), validation: contentTypeOf(heldName) };
  const volume = volumeFor(files.bytes + (held?.bytes ?? 0));
  const plan: TrainingPlan = { data, validation, output, types, instanceType, volume, seconds, hyperparameters, image, role };
  console.log(
    printable(`${formula} on ${name}, ${sizeInWords(files.bytes)}${held ? `, measured by ${sizeInWords(held.bytes)} more` : ''}`),
  );
  console.log(batchCost({ instanceType, count: 1 }));
  if (!values.yes && !(await isWanted())) {
    console.log('nothing was started');
    return undefined;
  }
  const job = jobName(place.stage);
  await startTraining(place.region, trainingJob(job, plan));
  console.log(`job ${job} is started; what it leaves goes to ${urlOf(output)}/${job}/output`);
  return job;
}

/** The deployed image, the role of jobs, and where they write. Throws an AwsError where there is none, or the role may not read those places. */
async function deployed({ stage, region }: Place, places: S3Place[]): Promise<{ image: string; role: string; output: S3Place }> {
  const outputs = await stackOutputs(region, stackName('endpoint', stage));
  const { Image: image, TrainingRoleArn: role, ModelBucketName: bucket, TrainBucket = 'none' } = outputs ?? {};
  if (!image || !role || !bucket) {
    const why = !image ? 'has no endpoint, and so no image' : 'was deployed before there were training jobs';
    throw new AwsError(`stage ${stage} in ${region} ${why}; expected npm run deploy first`);
  }
  const allowed = [`s3://${bucket}/training/`, ...(TrainBucket === 'none' ? [] : [`s3://${TrainBucket}/`])];
  const strange = places.map(urlOf).find((one) => !allowed.some((begin) => one.startsWith(begin)));
  if (strange === undefined) return { image, role, output: { bucket, prefix: 'training' } };
  throw new AwsError(
    `${strange}: found no right of the training's role to it, expected ${allowed.join(' or ')}; deploy with --param trainBucket=BUCKET for another bucket`,
  );
}

/** Shows how a job is until it has ended, and then its measures. Throws an AwsError with the reason where it failed. */
async function followJob(place: Place, name: string, { every, register }: { every: number; register: boolean }): Promise<void> {
  process.once('SIGINT', () => {
    console.log(`\n${name} goes on, and costs until it ends: npm run train-job -- --follow ${name} shows it, --stop ${name} stops it`);
    process.exit(130);
  });
  for (let shown = ''; ; ) {
    const { status, step, reason, seconds, measures, archive } = await describeTraining(place.region, name);
    const isOpen = status === 'InProgress' || status === 'Stopping';
    shown = showState(isOpen ? step || status : status, seconds, isOpen, shown);
    if (status === 'Failed') throw new AwsError(`${name} failed: ${reason ?? 'SageMaker says no more'}`);
    if (status === 'Stopped') return console.log('it was stopped; there is no model');
    if (status === 'Completed') {
      for (const [measure, value] of Object.entries(measures)) console.log(`${measure} ${value}`);
      console.log(`the model is ${archive}; npm run deploy -- --from-job ${name} deploys it`);
      break;
    }
    await sleep(every * 1_000);
  }
  if (register)
    console.log(`registered as ${await registerModel(place.region, name, endpointName(place.stage), `${PROJECT}/.canopy/jobs`)}`);
}
