/** The parts of Amazon States Language that are used here; more is allowed to stand in a state. */
type State = { Type: string; [member: string]: unknown };
export type Machine = { Comment: string; StartAt: string; States: Record<string, State> };

/** Of a state machine: its function's ARN, the place below which jobs write, and how many ranges are computed at once. */
export type MachineSettings = { functionArn: string; output: { bucket: string; prefix: string }; concurrency: number };

/** What Lambda says where a call could not be made or was cut off: to be asked again, longer each time. */
const AGAIN = { IntervalSeconds: 2, BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' };
/** Most ranges of a job (functions/batch/list.ts). */
const MOST_RANGES = 100_000;
/** A range has the function's 15 minutes, and what waits for a free environment. */
const RANGE_SECONDS = 1_800;

/**
 * The state machine of a job: one call lists the ranges of its files, a distributed map computes them, one call writes the manifest. A
 * range that fails keeps no other from being computed; the execution fails at its end, and names it. The map reads the list from S3 and
 * writes what came of each range there too: neither fits what a state may hold (256 KB).
 */
export function machine({ functionArn, output, concurrency }: MachineSettings): Machine {
  const invoke = (Payload: object) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Parameters: { FunctionName: functionArn, Payload },
    // What is wrong with a job is as wrong the next time.
    Retry: [
      { ErrorEquals: ['JobError'], MaxAttempts: 0 },
      { ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 10, ...AGAIN },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 3, ...AGAIN },
    ],
  });
  return {
    Comment: 'canopy: predicts files in S3, range by range',
    StartAt: 'List',
    States: {
      List: {
        ...invoke({ step: 'list', 'name.$': '$$.Execution.Name', 'job.$': '$' }),
        OutputPath: '$.Payload',
        Next: 'Ranges',
      },
      Ranges: {
        Type: 'Map',
        MaxConcurrency: concurrency,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { 'Bucket.$': '$.bucket', 'Key.$': '$.key' },
        },
        ItemSelector: { step: 'range', 'job.$': '$.job', 'range.$': '$$.Map.Item.Value' },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Range',
          States: {
            Range: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: functionArn, 'Payload.$': '$' },
              OutputPath: '$.Payload',
              TimeoutSeconds: RANGE_SECONDS,
              Retry: [
                { ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 20, ...AGAIN },
                { ErrorEquals: ['States.ALL'], MaxAttempts: 3, ...AGAIN },
              ],
              End: true,
            },
          },
        },
        // A range that failed is named at the end; the others are wanted.
        ToleratedFailureCount: MOST_RANGES,
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: output.bucket, 'Prefix.$': `States.Format('${output.prefix}_map/{}', $$.Execution.Name)` },
        },
        ResultPath: '$.map',
        Next: 'Finish',
      },
      Finish: { ...invoke({ step: 'finish', 'job.$': '$.job' }), OutputPath: '$.Payload', Next: 'Whole' },
      Whole: {
        Type: 'Choice',
        Choices: [{ Variable: '$.failed', NumericGreaterThan: 0, Next: 'PartsFailed' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
      PartsFailed: { Type: 'Fail', Error: 'PartsFailed', CausePath: '$.cause' },
    },
  };
}
