import type { CreateTrainingJobCommandInput, TrainingInstanceType } from '@aws-sdk/client-sagemaker';
import { ModelError } from '../../../shared/errors.ts';
import { chooseFiles } from '../../train/channels.ts';
import { metricDefinitions } from '../../train/measures.ts';
import { AwsError } from '../aws.ts';
import { type InputFiles, type S3Place, urlOf } from '../batch/plan.ts';
import { instanceTypeProblem } from '../instance-types.ts';

/** What a training job is to do. */
export type TrainingPlan = {
  data: S3Place;
  validation: S3Place | undefined;
  output: S3Place;
  /** Content types of the channels. */
  types: { data: string; validation: string };
  instanceType: string;
  /** Of the disk: GB. */
  volume: number;
  /** After so many seconds SageMaker stops the job. */
  seconds: number;
  hyperparameters: Record<string, string>;
  image: string;
  role: string;
};

/** Largest data: about as many bytes as a text of JavaScript may have characters. */
const MOST_BYTES = 2 ** 29;
/** The least disk, in GB, and how many times the data are counted: they are read from it once. */
const LEAST_VOLUME = 5;

/** The instance type of a training job. Throws an AwsError for one on which none runs. */
export function readTrainingType(type: string): string {
  const problem = /^ml\.t2\./.test(type)
    ? `found ${type}, expected a type that training jobs run on, such as ml.m5.large`
    : instanceTypeProblem(type);
  if (problem === undefined) return type;
  throw new AwsError(`--instance-type: ${problem}`);
}

/** Hours after which a job is stopped, in seconds. Throws an AwsError where they are none. */
export function readHours(text: string): number {
  const hours = Number(text);
  if (/^[\d.]{1,10}$/.test(text) && hours >= 0.1 && hours <= 672) return Math.round(hours * 3_600);
  throw new AwsError(`--hours: found ${text}, expected hours from 0.1 to 672`);
}

/** The name of the file of data among the objects of a channel. Throws an AwsError where there is not one, or one too large. */
export function checkTrainingFiles(option: string, { keys, bytes }: InputFiles, from: S3Place): string {
  if (keys.length === 0) throw new AwsError(`${option}: found no objects at ${urlOf(from)}, expected one CSV or Parquet file`);
  if (bytes > MOST_BYTES) throw new AwsError(`${option}: found ${bytes} bytes at ${urlOf(from)}, expected at most ${MOST_BYTES}`);
  try {
    return chooseFiles(keys, `${option} ${urlOf(from)}`).data;
  } catch (error) {
    throw error instanceof ModelError ? new AwsError(error.message) : error;
  }
}

/** The content type of a file by the end of its name. */
export function contentTypeOf(name: string): string {
  return /\.parquet$/i.test(name) ? 'application/x-parquet' : 'text/csv';
}

/** The disk that a job with so many bytes of data gets, in GB. */
export function volumeFor(bytes: number): number {
  return LEAST_VOLUME + Math.ceil((2 * bytes) / 1e9);
}

/** What SageMaker is asked for. The container fetches nothing, so that it gets no network. */
export function trainingJob(name: string, plan: TrainingPlan): CreateTrainingJobCommandInput {
  const channel = (ChannelName: string, place: S3Place, contentType: string) => ({
    ChannelName,
    ContentType: contentType,
    InputMode: 'File' as const,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: urlOf(place), S3DataDistributionType: 'FullyReplicated' as const },
    },
  });
  return {
    TrainingJobName: name,
    RoleArn: plan.role,
    AlgorithmSpecification: { TrainingImage: plan.image, TrainingInputMode: 'File', MetricDefinitions: metricDefinitions() },
    HyperParameters: plan.hyperparameters,
    InputDataConfig: [
      channel('train', plan.data, plan.types.data),
      ...(plan.validation ? [channel('validation', plan.validation, plan.types.validation)] : []),
    ],
    OutputDataConfig: { S3OutputPath: urlOf(plan.output) },
    ResourceConfig: { InstanceType: plan.instanceType as TrainingInstanceType, InstanceCount: 1, VolumeSizeInGB: plan.volume },
    StoppingCondition: { MaxRuntimeInSeconds: plan.seconds },
    EnableNetworkIsolation: true,
    Tags: [{ Key: 'project', Value: 'canopy' }],
  };
}
