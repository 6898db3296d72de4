import { AwsError, explain, withClient } from '../aws.ts';
import type { JobState } from './engine.ts';

type Sfn = typeof import('@aws-sdk/client-sfn');

const STATUS: Record<string, string> = {
  RUNNING: 'InProgress',
  PENDING_REDRIVE: 'InProgress',
  SUCCEEDED: 'Completed',
  FAILED: 'Failed',
  TIMED_OUT: 'Failed',
  ABORTED: 'Stopped',
};

async function ask<Result>(region: string, work: (sdk: Sfn, client: InstanceType<Sfn['SFNClient']>) => Promise<Result>): Promise<Result> {
  const sdk = await import('@aws-sdk/client-sfn');
  const client = new sdk.SFNClient({ region, maxAttempts: 5 });
  return withClient(
    client,
    () => work(sdk, client),
    (error) => {
      if (/DoesNotExist/.test(error.name)) throw new AwsError(`${error.message}: found no such job or state machine`);
      throw explain(error);
    },
  );
}

/** The name of a job's execution, as AWS makes it of its state machine's. */
function executionArn(machineArn: string, job: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${job}`;
}

/** Starts an execution. Throws an AwsError. */
export function startMapJob(region: string, machineArn: string, job: string, input: object): Promise<void> {
  return ask(region, async (sdk, client) => {
    await client.send(new sdk.StartExecutionCommand({ stateMachineArn: machineArn, name: job, input: JSON.stringify(input) }));
  });
}

/** Asks a job to stop; parts that are written stay. Throws an AwsError. */
export function stopMapJob(region: string, machineArn: string, job: string): Promise<void> {
  return ask(region, async (sdk, client) => {
    await client.send(new sdk.StopExecutionCommand({ executionArn: executionArn(machineArn, job) }));
  });
}

/** How many jobs of a state machine run now. Throws an AwsError. */
export function runningJobs(region: string, machineArn: string): Promise<string[]> {
  return ask(region, async (sdk, client) => {
    const { executions = [] } = await client.send(new sdk.ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'RUNNING' }));
    return executions.map(({ name = '' }) => name);
  });
}

/** How a job is, with how many of its parts are done. Throws an AwsError where there is none of that name. */
export function describeMapJob(region: string, machineArn: string, job: string): Promise<JobState> {
  return ask(region, async (sdk, client) => {
    const arn = executionArn(machineArn, job);
    const told = await client.send(new sdk.DescribeExecutionCommand({ executionArn: arn }));
    const { mapRuns = [] } = await client.send(new sdk.ListMapRunsCommand({ executionArn: arn }));
    const run = mapRuns[0] && (await client.send(new sdk.DescribeMapRunCommand({ mapRunArn: mapRuns[0].mapRunArn })));
    const counts = run?.itemCounts;
    const { out = '' } = JSON.parse(told.input ?? '{}') as { out?: string };
    return {
      status: STATUS[told.status ?? ''] ?? String(told.status),
      reason: told.cause ?? told.error,
      output: `${out}${out.endsWith('/') ? '' : '/'}${job}/`,
      seconds: Math.max(0, ((told.stopDate ?? new Date()).getTime() - (told.startDate ?? new Date()).getTime()) / 1_000),
      ...(counts ? { progress: `${counts.succeeded ?? 0} of ${counts.total ?? 0} parts` } : {}),
      ...(told.output ? { result: told.output } : {}),
    };
  });
}
