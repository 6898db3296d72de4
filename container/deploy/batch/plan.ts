import { randomBytes } from 'node:crypto';
import type { CreateTransformJobCommandInput } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../aws.ts';
import { hourlyPrice, PRICES_OF } from '../costs.ts';
import { instanceTypeProblem } from '../instance-types.ts';

/** A place in S3: a bucket, and the beginning of the keys in it. */
export type S3Place = { bucket: string; prefix: string };

/** What a transform job is to do. `onError` as in the container's BATCH_ON_ERROR. */
export type BatchPlan = {
  input: S3Place;
  output: S3Place;
  instanceType: string;
  count: number;
  contentType: string;
  isGzip: boolean;
  onError: 'fail' | 'line';
  /** The input's columns stand before the answers. */
  join: boolean;
};

/** The objects of a job's input: how many, and their bytes. */
export type InputFiles = { keys: string[]; bytes: number };

/** The content type of a file by the end of its name. */
const TYPES: Record<string, string> = { csv: 'text/csv', jsonl: 'application/jsonlines', ndjson: 'application/jsonlines' };
const READ = [...new Set(Object.values(TYPES))];
/** SageMaker's limit for the instances of a job (quotas are lower). */
const MOST_INSTANCES = 100;

/** A place as s3://BUCKET/PREFIX names it. Throws an AwsError where it names none. */
export function readS3Place(option: string, given: string | undefined): S3Place {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(given ?? '') ?? [];
  if (bucket === undefined) throw new AwsError(`${option}: found ${given ?? 'nothing'}, expected a place in S3, s3://BUCKET/PREFIX`);
  return { bucket, prefix };
}

/** What a bad row does. Throws an AwsError for another word. */
export function readOnError(given = 'fail'): 'fail' | 'line' {
  if (given === 'fail' || given === 'line') return given;
  throw new AwsError(`--on-error: found ${given}, expected fail or line`);
}

/** Throws an AwsError for a place in S3 that a job has no right to; `allowed` are beginnings of addresses. */
export function checkPlaces(places: S3Place[], allowed: string[], help: string): void {
  const strange = places.map(urlOf).find((one) => !allowed.some((begin) => one.startsWith(begin)));
  if (strange !== undefined) throw new AwsError(`${strange}: found no right to it, expected ${allowed.join(' or ')}; ${help}`);
}

/** Throws an AwsError for an option that the engine does not know. */
export function checkOptions(values: Record<string, unknown>, engine: string, others: string[]): void {
  const strange = others.find((name) => values[name] !== undefined);
  if (strange !== undefined) throw new AwsError(`--${strange}: found it with --engine ${engine}, expected it with the other engine alone`);
}

export function urlOf({ bucket, prefix }: S3Place): string {
  return `s3://${bucket}/${prefix}`;
}

/** The instances of a job. Throws an AwsError for a type or a number that a transform job does not take. */
export function readInstances(type: string, count: string): { instanceType: string; count: number } {
  const problem = /^ml\.t\d/.test(type)
    ? `found ${type}, expected a type that transform jobs run on, such as ml.m5.large`
    : instanceTypeProblem(type);
  if (problem !== undefined) throw new AwsError(`--instance-type: ${problem}`);
  const number = Number(count);
  if (!/^\d+$/.test(count) || number < 1 || number > MOST_INSTANCES)
    throw new AwsError(`--count: found ${count}, expected a whole number from 1 to ${MOST_INSTANCES}`);
  return { instanceType: type, count: number };
}

/**
 * What the files of an input are: their content type, by the ends of their names or as it is `given`, and whether all are packed by
 * gzip. Throws an AwsError where there are none, or they are not alike.
 */
export function formOfFiles({ keys }: InputFiles, from: S3Place, given?: string): Pick<BatchPlan, 'contentType' | 'isGzip'> {
  if (given !== undefined && !READ.includes(given)) throw new AwsError(`--content-type: found ${given}, expected ${READ.join(' or ')}`);
  if (keys.length === 0) throw new AwsError(`--in: found no objects at ${urlOf(from)}, expected files of CSV or JSON Lines`);
  const packed = keys.filter((key) => key.endsWith('.gz')).length;
  if (packed > 0 && packed < keys.length)
    throw new AwsError(`--in: found ${packed} of ${keys.length} objects packed by gzip, expected all of them or none`);
  if (given !== undefined) return { contentType: given, isGzip: packed > 0 };
  const types = new Set(keys.map((key) => TYPES[/\.([a-z]+)(?:\.gz)?$/.exec(key)?.[1] ?? '']));
  const [contentType] = types;
  if (types.size > 1)
    throw new AwsError(`--in: found several kinds of files at ${urlOf(from)}, expected one; name it with --content-type, or a prefix`);
  if (contentType === undefined) {
    const name = keys[0]?.split('/').at(-1);
    throw new AwsError(
      `--in: found ${name}, expected names that end in ${Object.keys(TYPES)
        .map((one) => `.${one}`)
        .join(', ')}; else name it with --content-type`,
    );
  }
  return { contentType, isGzip: packed > 0 };
}

/** The cost of a job in words. It ends by itself, and is charged by the second until then. */
export function batchCost({ instanceType, count }: Pick<BatchPlan, 'instanceType' | 'count'>): string {
  const price = hourlyPrice(instanceType);
  const of = `${count} x ${instanceType}`;
  const beside = `us-east-1, prices of ${PRICES_OF} at second hand; other regions differ, sa-east-1 is dearer`;
  if (price === undefined) return `${of} costs by the second while the job runs, at a price that is not known here (see AWS's list)`;
  const hour = price * count;
  return `${of} costs about $${hour.toFixed(2)} an hour, by the second while the job runs and at least some minutes for its start: $${(hour / 6).toFixed(2)} for ten minutes (${beside})`;
}

/** A job's name: what runs it, its stage, the time and a few letters. */
export function jobName(stage: string, engine: 'canopy' | 'map' = 'canopy', now = new Date()): string {
  return `${engine}-${stage}-${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
}

/**
 * What SageMaker is asked for. How large and how many payloads are is left to the container (/execution-parameters). Its answers end
 * each line themselves, so nothing is put between them.
 */
export function transformJob(name: string, model: string, plan: BatchPlan): CreateTransformJobCommandInput {
  const { input, output, instanceType, count, contentType, isGzip, onError, join } = plan;
  return {
    TransformJobName: name,
    ModelName: model,
    BatchStrategy: 'MultiRecord',
    Environment: { BATCH_ON_ERROR: onError },
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: urlOf(input) } },
      ContentType: contentType,
      SplitType: 'Line',
      CompressionType: isGzip ? 'Gzip' : 'None',
    },
    TransformOutput: { S3OutputPath: urlOf(output), Accept: contentType, AssembleWith: join ? 'Line' : 'None' },
    ...(join ? { DataProcessing: { JoinSource: 'Input' } } : {}),
    TransformResources: { InstanceType: instanceType as 'ml.m5.large', InstanceCount: count },
    Tags: [{ Key: 'project', Value: 'canopy' }],
  };
}
