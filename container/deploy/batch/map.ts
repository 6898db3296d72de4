import { sizeInWords } from '../asking.ts';
import { AwsError } from '../aws.ts';
import { batchMapCost, PRICES_OF } from '../costs.ts';
import type { Place } from '../steps.ts';
import type { BatchValues, Engine, JobState } from './engine.ts';
import { describeMapJob, runningJobs, startMapJob, stopMapJob } from './map-job.ts';
import { checkOptions, checkPlaces, type InputFiles, jobName, readOnError, type S3Place, urlOf } from './plan.ts';
import { listInput } from './transform-job.ts';

/** How many bytes a function gets through in a second, of a small forest's CSV: for a size of the cost, and not for a bill. */
const BYTES_A_SECOND = 2e6;
/** A function has 15 minutes for a part. */
const MOST_SECONDS = 900;
const DEFAULT_RANGE_MB = 16;
const FORMATS = ['csv', 'jsonlines', 'parquet'];
const CONTENT_TYPES = ['text/csv', 'application/jsonlines', 'application/vnd.apache.parquet'];

/** Whether a job is one of a state machine, by its name. */
export function isMapJob(job: string): boolean {
  return job.startsWith('map-');
}

/** The state machine of the API's stack, whose outputs name it and what it may read and write. */
export function mapEngine(place: Place, outputs: Record<string, string>): Engine {
  const { region, stage } = place;
  const { BatchMachineArn: machine } = outputs;
  if (machine === undefined)
    throw new AwsError(
      `stage ${stage} in ${region} has no state machine for jobs; expected a deploy with --param batch=on --param batchInput=BUCKET/PREFIX --param batchOutput=BUCKET/PREFIX`,
    );
  return {
    prepare: (input, output, values) => prepare(place, machine, outputs, { input, output }, values),
    look: (job) => describeMapJob(region, machine, job),
    stop: (job) => stopMapJob(region, machine, job),
    results: resultsInWords,
    failure: async (job, { reason, output }) =>
      new AwsError(
        `${job} failed: ${reason ?? 'Step Functions says no more'}\nparts without a failure are done, at ${output}; --on-error line lets a bad row fail nothing`,
      ),
  };
}

type Places = { input: S3Place; output: S3Place };

async function prepare(place: Place, machine: string, outputs: Record<string, string>, places: Places, values: BatchValues) {
  const { region, stage } = place;
  const { input, output } = places;
  const asked = readAsked(values);
  const help = 'deploy with another --param batchInput=BUCKET/PREFIX or batchOutput=BUCKET/PREFIX';
  checkPlaces([input], [`s3://${outputs.BatchInput}`], help);
  const isFolder = output.prefix === '' || output.prefix.endsWith('/');
  checkPlaces([isFolder ? output : { ...output, prefix: `${output.prefix}/` }], [`s3://${outputs.BatchOutput}`], help);
  const files = await listInput(region, input);
  const count = files.keys.length;
  if (count === 0) throw new AwsError(`--in: found no objects at ${urlOf(input)}, expected files of CSV, JSON Lines or Parquet`);
  const said = [
    `${count} file${count === 1 ? '' : 's'}, ${sizeInWords(files.bytes)}, from ${urlOf(input)} to ${urlOf(output)}, by the state machine`,
    mapCostInWords(files, asked.rangeMb, outputs.BatchSize ?? ''),
  ];
  const running = await runningJobs(region, machine);
  if (running.length > 0)
    said.push(`${running.join(', ')} runs too: each has its own share of the account's executions, and the API what is left`);
  const start = async () => {
    const job = jobName(stage, 'map');
    await startMapJob(region, machine, job, { in: urlOf(input), out: urlOf(output), ...asked });
    return { job, said: `job ${job} is started` };
  };
  return { said, start };
}

/** What an execution is started with, beside its places (functions/batch/job.ts). Throws an AwsError. */
function readAsked(values: BatchValues) {
  checkOptions(values, 'map', ['instance-type', 'count']);
  const { format, 'content-type': contentType } = values;
  if (format !== undefined && !FORMATS.includes(format)) throw new AwsError(`--format: found ${format}, expected ${FORMATS.join(', ')}`);
  if (contentType !== undefined && !CONTENT_TYPES.includes(contentType))
    throw new AwsError(`--content-type: found ${contentType}, expected ${CONTENT_TYPES.join(', ')}`);
  const rangeMb = Number(values['range-mb'] ?? DEFAULT_RANGE_MB);
  if (!(rangeMb >= 0.001 && rangeMb <= 1_024))
    throw new AwsError(`--range-mb: found ${values['range-mb']}, expected MB from 0.001 to 1024`);
  return {
    onError: readOnError(values['on-error']),
    rangeMb,
    split: values['no-split'] !== true,
    join: values.join === true,
    ...(contentType === undefined ? {} : { contentType }),
    ...(format === undefined ? {} : { format }),
  };
}

/** The cost of a job in words; `size` is the function's MB and how many work at once, as the stack's output has it. */
export function mapCostInWords({ bytes, keys }: InputFiles, rangeMb: number, size: string): string {
  const [memory = 1_769, atOnce = 1] = size.split(' x ').map(Number);
  // Each file has a range that is not full.
  const parts = keys.length + Math.floor(bytes / (rangeMb * 1_048_576));
  const cost = batchMapCost(parts, memory);
  const seconds = bytes / BYTES_A_SECOND;
  const dollars = (value: number) => `$${value.toFixed(value < 0.01 ? 4 : 2)}`;
  const minutes = Math.ceil(seconds / atOnce / 60);
  return (
    `about ${parts} part${parts === 1 ? '' : 's'}, ${atOnce} at once: ${dollars(cost.parts + seconds * cost.second)} and ${minutes} min for a small forest, ` +
    `more for a larger model, at most ${dollars(cost.parts + parts * MOST_SECONDS * cost.second)} ` +
    `(us-east-1, prices of ${PRICES_OF} at second hand; other regions differ, sa-east-1 is dearer; S3 comes on top)`
  );
}

function resultsInWords({ output, result }: JobState): string {
  const { rows, bad, parts } = JSON.parse(result ?? '{}') as { rows?: number; bad?: number; parts?: number };
  const without = bad ? `, ${bad} more without an answer` : '';
  return `${rows} rows${without} in ${parts} parts are at ${output}, a folder for each file and manifest.json: aws s3 sync ${output} .`;
}
