import type { AwsError } from '../aws.ts';
import type { S3Place } from './plan.ts';

/** How a job is. Times in seconds; `progress`: how far it is, where that is known; `output`: where it writes. */
export type JobState = { status: string; reason: string | undefined; output: string; seconds: number; progress?: string; result?: string };

/** What the command line asks for, as it was written. */
export type BatchValues = {
  'instance-type'?: string;
  count?: string;
  'content-type'?: string;
  'on-error'?: string;
  format?: string;
  'range-mb'?: string;
  'no-split'?: boolean;
  join?: boolean;
};

/** A job that may be started: what it will do and cost, in lines, and its start, which gives its name and what is said of it. */
export type Prepared = { said: string[]; start(): Promise<{ job: string; said: string }> };

/** What runs jobs: SageMaker's transform jobs, or a state machine. Each member throws an AwsError that says what to do. */
export type Engine = {
  prepare(input: S3Place, output: S3Place, values: BatchValues): Promise<Prepared>;
  look(job: string): Promise<JobState>;
  stop(job: string): Promise<void>;
  /** What is said of a job that is completed. */
  results(state: JobState): string;
  failure(job: string, state: JobState): Promise<AwsError>;
};
