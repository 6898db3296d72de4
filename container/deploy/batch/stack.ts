import { machine } from './machine.ts';

/** What serverless.yml says of batch; each may be none but for the first. */
export type BatchSettings = {
  /** on or off. */
  batch: string;
  /** BUCKET/PREFIX: what a job may read, and where it may write. */
  batchInput: string;
  batchOutput: string;
  /** MB of the function, and how many ranges are computed at once. */
  batchMemory: number | string;
  batchConcurrency: number | string;
};

type Resource = { Type: string; Properties: Record<string, unknown> };
/** Of the framework's service, what is changed here. */
export type Service = {
  service: string;
  provider: { stage: string };
  functions: Record<string, object>;
  resources: { Resources: Record<string, Resource>; Outputs: Record<string, object> };
};

/** What CloudFormation puts the function's ARN in place of, in the state machine's definition. */
const FUNCTION_ARN = '$' + '{BatchLambdaFunction.Arn}';
/** A function has 15 minutes at most. */
const TIMEOUT_SECONDS = 900;

/** A sentence on everything that does not go together. */
export function batchProblems(settings: BatchSettings): string[] {
  const { batch, batchInput, batchOutput } = settings;
  const places = Object.entries({ batchInput, batchOutput });
  if (batch !== 'on')
    return places.flatMap(([name, value]) => (value === 'none' ? [] : [`${name}: found ${value}, expected --param batch=on with it`]));
  return places.flatMap(([name, value]) =>
    value === 'none' ? [`${name}: found none, expected --param ${name}=BUCKET/PREFIX, since batch is on`] : [],
  );
}

/**
 * Adds to the API's stack what predicts files in S3 without SageMaker: a function with the model in it and the state machine that asks it,
 * each with a role of its own. A stack for which nothing is asked has nothing of it. An idle one costs nothing.
 */
export function addBatch(stack: Service, settings: BatchSettings): void {
  if (settings.batch !== 'on') return;
  const { service, provider, functions, resources } = stack;
  const name = `${service}-${provider.stage}-batch`;
  // No queue for failed calls (CKV_AWS_116), no VPC (CKV_AWS_117), no reserved executions (CKV_AWS_115): the state machine asks again, S3 is
  // public, and the map bounds how many there are.
  functions.batch = {
    name,
    description: 'Predicts files in S3 for the state machine of batch jobs',
    handler: 'functions/batch.handler',
    role: 'BatchRole',
    events: [],
    timeout: TIMEOUT_SECONDS,
    memorySize: Number(settings.batchMemory),
  };
  const [input, output, concurrency] = [placeOf(settings.batchInput), placeOf(settings.batchOutput), Number(settings.batchConcurrency)];
  Object.assign(resources.Resources, {
    BatchRole: roleOf('lambda', functionRights(name, input, output)),
    BatchMachineRole: roleOf('states', machineRights(name, output)),
    // Its history is kept by Step Functions for 90 days, so it has no log (CKV_AWS_285); the rows' function has one.
    BatchMachine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: name,
        StateMachineType: 'STANDARD',
        RoleArn: { 'Fn::GetAtt': ['BatchMachineRole', 'Arn'] },
        TracingConfiguration: { Enabled: true },
        // As text with the function's ARN put in: cfn-lint reads both this and an object, moto this alone.
        DefinitionString: sub(JSON.stringify(machine({ functionArn: FUNCTION_ARN, output, concurrency }))),
      },
    },
  });
  Object.assign(resources.Outputs, {
    BatchMachineArn: { Description: 'The state machine of batch jobs', Value: { Ref: 'BatchMachine' } },
    BatchInput: { Description: 'What batch jobs may read', Value: settings.batchInput },
    BatchOutput: { Description: 'Where batch jobs may write', Value: settings.batchOutput },
    BatchSize: { Description: 'MB of the function, and ranges at once', Value: `${settings.batchMemory} x ${settings.batchConcurrency}` },
  });
}

type Place = { bucket: string; prefix: string };

/** BUCKET/PREFIX in its two parts. */
function placeOf(text: string): Place {
  const at = text.indexOf('/');
  return at === -1 ? { bucket: text, prefix: '' } : { bucket: text.slice(0, at), prefix: text.slice(at + 1) };
}

type Statement = { Effect: 'Allow'; Action: string | string[]; Resource: unknown; Condition?: object };
const sub = (text: string) => ({ 'Fn::Sub': text });
const allow = (Action: string | string[], Resource: unknown, Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

const bucketArn = ({ bucket }: Place) => sub(`arn:\${AWS::Partition}:s3:::${bucket}`);
const objectsArn = ({ bucket, prefix }: Place) => sub(`arn:\${AWS::Partition}:s3:::${bucket}/${prefix}*`);
/** Without it what is not there would be refused instead of not found. */
const list = (place: Place) =>
  place.prefix === ''
    ? allow('s3:ListBucket', bucketArn(place))
    : allow('s3:ListBucket', bucketArn(place), { StringLike: { 's3:prefix': `${place.prefix}*` } });
/** X-Ray knows no resource for its actions. */
const TRACE = allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*');

function functionRights(name: string, input: Place, output: Place): Statement[] {
  const log = sub(`arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${name}:*`);
  return [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log),
    TRACE,
    allow('s3:GetObject', objectsArn(input)),
    list(input),
    allow(['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'], objectsArn(output)),
    list(output),
  ];
}

function machineRights(name: string, output: Place): Statement[] {
  const states = (kind: string, rest: string) =>
    sub(`arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:${kind}:${name}${rest}`);
  return [
    allow('lambda:InvokeFunction', { 'Fn::GetAtt': ['BatchLambdaFunction', 'Arn'] }),
    { ...TRACE, Action: [...TRACE.Action, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'] },
    // A distributed map starts an execution of its own machine for each range.
    allow('states:StartExecution', states('stateMachine', '')),
    allow(['states:DescribeExecution', 'states:StopExecution'], [states('execution', ':*'), states('execution', '/*')]),
    // It reads the list of ranges, and writes what came of them.
    allow(['s3:GetObject', 's3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'], objectsArn(output)),
  ];
}

function roleOf(service: 'lambda' | 'states', Statement: Statement[]): Resource {
  const trust = { Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
      Policies: [{ PolicyName: 'batch', PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}
