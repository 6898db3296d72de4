import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../model/artifact/printable.ts';
import { endInWords, print, readCommandLine } from '../model/commands/command-line.ts';
import { isWanted, showState } from './deploy/asking.ts';
import { AwsError, stackOutputs } from './deploy/aws.ts';
import type { BatchValues, Engine } from './deploy/batch/engine.ts';
import { isMapJob, mapEngine } from './deploy/batch/map.ts';
import { readS3Place } from './deploy/batch/plan.ts';
import { batchPolicy } from './deploy/batch/rights.ts';
import { transformEngine } from './deploy/batch/transform.ts';
import { regionProblem } from './deploy/regions.ts';
import { type Place, readPlace, stackName } from './deploy/steps.ts';

const HELP = `Predicts files in S3 with the deployed model: by a transform job of SageMaker, or by a state machine and functions alone. Says what
it costs before it starts.

  npm run batch -- --in s3://BUCKET/PREFIX --out s3://BUCKET/PREFIX [--stage dev] [--region sa-east-1]
  npm run batch -- --follow JOB     goes on to show how a job is
  npm run batch -- --stop JOB       stops a job

  --in, --out          files of CSV or JSON Lines (and Parquet, with the engine map), and where the answers go
  --engine NAME        map: the state machine of a deploy with --param batch=on --param batchInput=... --param batchOutput=...
                       transform: a transform job with the endpoint's model; a deploy with --param batchBucket=BUCKET lets it read and
                       write there, without it there is the folder batch/ of the model's own bucket. Without --engine the one that is
                       deployed, map where both are
  --content-type TYPE  text/csv or application/jsonlines, where the names of the files do not show it
  --on-error KIND      fail: a bad row fails its file or part (the default). line: an error stands in its line
  --join               the input's columns before the answers
  --no-wait            starts the job and does not follow it
  --every SECONDS      how often it is looked at: 10
  --yes                starts it without a question
  --policy             prints the IAM policy that this command needs, and does nothing else

transform: no header line, the model's columns in their order; a line for each line, NAME.out for each file
  --instance-type      ml.m5.large
  --count NUMBER       instances, which share the files: 1

map: a file is cut into ranges, each of which becomes a part: OUT/JOB/FILE/part-00000.csv
  --range-mb NUMBER    MB of a range: 16
  --no-split           each file is one range; so a CSV may have line breaks in quotes
  --format NAME        the answers' form, where it is not the files': csv, jsonlines or parquet

Ctrl-C leaves the job running.
`;

await main().catch(endInWords);

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const ways = { in: text, out: text, follow: text, stop: text, policy: flag, engine: text, stage: text, region: text };
  const kinds = { 'instance-type': text, count: text, 'content-type': text, 'on-error': text, join: flag };
  const cuts = { 'range-mb': text, 'no-split': flag, format: text };
  const options = { ...ways, ...kinds, ...cuts, every: text, 'no-wait': flag, yes: flag, help: flag };
  const { values } = readCommandLine({ options });
  if (values.help) return print(HELP);
  const place = readPlace(values);
  const problem = regionProblem(place.region);
  if (problem !== undefined) throw new AwsError(problem);
  if (values.policy) return console.log(JSON.stringify(batchPolicy(place.region, values.out), undefined, 2));
  const every = Number(values.every ?? 10);
  if (!(every >= 0.1 && every <= 600)) throw new AwsError(`--every: found ${values.every}, expected seconds from 0.1 to 600`);
  const { follow, stop } = values;
  if ([follow, stop, values.in].filter((one) => one !== undefined).length > 1)
    throw new AwsError('found several of --in, --follow and --stop, expected one');
  const known = follow ?? stop;
  const engine = await engineOf(place, known === undefined ? values.engine : isMapJob(known) ? 'map' : 'transform');
  if (stop !== undefined) {
    await engine.stop(stop);
    console.log(`${stop}: is asked to stop; what is done stays at the place that it writes to`);
    return;
  }
  if (follow !== undefined) return followJob(engine, follow, every);
  const job = await start(engine, values);
  if (job !== undefined && !values['no-wait']) await followJob(engine, job, every);
}

/** What runs jobs: as it is named, or as it is deployed. */
async function engineOf(place: Place, name?: string): Promise<Engine> {
  if (name !== undefined && name !== 'map' && name !== 'transform')
    throw new AwsError(`--engine: found ${name}, expected map or transform`);
  if (name === 'transform') return transformEngine(place);
  const outputs = (await stackOutputs(place.region, stackName('api', place.stage))) ?? {};
  return name === undefined && outputs.BatchMachineArn === undefined ? transformEngine(place) : mapEngine(place, outputs);
}

type Values = BatchValues & { in?: string; out?: string; yes?: boolean };

/** Says what a job would do and cost, asks, and starts it; its name, or undefined where it was not wanted. */
async function start(engine: Engine, values: Values): Promise<string | undefined> {
  const prepared = await engine.prepare(readS3Place('--in', values.in), readS3Place('--out', values.out), values);
  for (const line of prepared.said) console.log(printable(line));
  if (!values.yes && !(await isWanted())) {
    console.log('nothing was started');
    return undefined;
  }
  const { job, said } = await prepared.start();
  console.log(said);
  return job;
}

/** Shows how a job is until it has ended. Throws an AwsError with the reasons where it failed. */
async function followJob(engine: Engine, job: string, every: number): Promise<void> {
  process.once('SIGINT', () => {
    console.log(`\n${job} goes on, and costs until it ends: npm run batch -- --follow ${job} shows it, --stop ${job} stops it`);
    process.exit(130);
  });
  let shown = '';
  for (;;) {
    const state = await engine.look(job);
    const { status, seconds, progress } = state;
    const isOpen = status === 'InProgress' || status === 'Stopping';
    shown = showState(progress === undefined ? status : `${status}, ${progress}`, seconds, isOpen, shown);
    if (status === 'Completed') return console.log(printable(engine.results(state)));
    if (status === 'Stopped') return console.log(printable(`it was stopped; what was done is at ${state.output}`));
    if (status === 'Failed') throw await engine.failure(job, state);
    await sleep(every * 1_000);
  }
}
