import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a small server that stands for AWS knows: a stack's outputs, buckets with the sizes of their objects, jobs, a log. */
export type FakeAws = {
  outputs: Record<string, string> | undefined;
  buckets: Record<string, Record<string, number>>;
  /** What each look at a job gives, the last for good. */
  states: { TransformJobStatus: string; FailureReason?: string }[];
  /** And at an execution of a state machine, with how many of its parts are done; others that run. */
  executions?: { status: string; cause?: string; output?: string; succeeded: number }[];
  running?: string[];
  log: string[] | undefined;
  /** What each look at a training job gives, the last for good. */
  training?: Record<string, unknown>[];
  /** The bytes of objects, by BUCKET/KEY. */
  objects?: Record<string, Uint8Array>;
  /** The orders that came, in their order: the operation and what was asked. */
  orders: { operation: string; asked: Record<string, unknown> }[];
};

/** Starts it; its address, which AWS_ENDPOINT_URL takes. */
export async function startFakeAws(aws: FakeAws): Promise<{ url: string; close: () => void }> {
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const [status, type, content] = objectOf(aws, request, body) ?? answer(aws, request, body.toString());
    response.writeHead(status, { 'content-type': type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

type Answer = [number, string, string | Uint8Array];

/** A request for the bytes of an object; undefined where it is none. */
function objectOf({ objects = {} }: FakeAws, { method, url = '' }: http.IncomingMessage, body: Buffer): Answer | undefined {
  const name = new URL(url, 'http://aws').pathname.slice(1);
  if (method === 'PUT') objects[name] = body;
  else if (method !== 'GET' || objects[name] === undefined) return undefined;
  return [200, 'application/octet-stream', method === 'PUT' ? '' : (objects[name] as Uint8Array)];
}

function answer(aws: FakeAws, { headers, url = '' }: http.IncomingMessage, body: string): Answer {
  const [service, operation] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== undefined) return json(aws, service as string, operation, JSON.parse(body));
  if (body.includes('Action=DescribeStacks')) return stacks(aws);
  return objects(aws, new URL(url, 'http://aws'));
}

function json(aws: FakeAws, service: string, operation: string, asked: Record<string, unknown>): Answer {
  aws.orders.push({ operation, asked });
  const ok = (value: unknown): Answer => [200, 'application/x-amz-json-1.1', JSON.stringify(value)];
  const refused = (name: string, message: string): Answer => [400, 'application/x-amz-json-1.1', JSON.stringify({ __type: name, message })];
  if (service.startsWith('Logs')) {
    if (!aws.log) return refused('ResourceNotFoundException', 'The specified log group does not exist.');
    return ok({ events: aws.log.map((message, at) => ({ message, eventId: String(at) })) });
  }
  if (operation === 'DescribeTrainingJob') {
    const state = aws.training && (aws.training.length > 1 ? aws.training.shift() : aws.training[0]);
    return state
      ? ok({ ...state, TrainingStartTime: Date.now() / 1_000 - 75 })
      : refused('ValidationException', 'Requested resource not found.');
  }
  if (operation === 'CreateModelPackage') return ok({ ModelPackageArn: 'arn:aws:sagemaker:sa-east-1:1:model-package/canopy-dev/1' });
  if (service === 'AWSStepFunctions') return ok(execution(aws, operation, asked));
  if (operation !== 'DescribeTransformJob') return ok({ TransformJobArn: 'arn:aws:sagemaker:sa-east-1:1:transform-job/x' });
  const state = aws.states.length > 1 ? aws.states.shift() : aws.states[0];
  if (!state) return refused('ValidationException', 'Could not find requested job');
  return ok({ ...state, TransformStartTime: Date.now() / 1_000 - 75, TransformOutput: { S3OutputPath: 's3://data/out' } });
}

function execution(aws: FakeAws, operation: string, asked: Record<string, unknown>): object {
  const [startDate, mapRunArn] = [Date.now() / 1_000 - 75, 'arn:aws:states:sa-east-1:1:mapRun:canopy-dev-batch/x:y'];
  if (operation === 'ListExecutions') return { executions: (aws.running ?? []).map((name) => ({ name })) };
  if (operation === 'ListMapRuns') return { mapRuns: [{ mapRunArn }] };
  const { executions = [] } = aws;
  const [state] = executions;
  if (operation === 'DescribeMapRun') {
    if (executions.length > 1) executions.shift();
    return { mapRunArn, itemCounts: { total: 3, succeeded: state?.succeeded ?? 0 } };
  }
  if (operation === 'DescribeExecution') return { ...state, ...asked, startDate, input: '{"in":"s3://data/in/","out":"s3://data/out"}' };
  return { executionArn: 'arn:aws:states:sa-east-1:1:execution:canopy-dev-batch:x', startDate, stopDate: startDate };
}

function stacks({ outputs }: FakeAws): Answer {
  if (!outputs) {
    const error = '<Code>ValidationError</Code><Message>Stack with id canopy-endpoint-dev does not exist</Message>';
    return [400, 'text/xml', `<ErrorResponse><Error><Type>Sender</Type>${error}</Error></ErrorResponse>`];
  }
  const members = Object.entries(outputs).map(
    ([name, value]) => `<member><OutputKey>${name}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member>`;
  const result = `<DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult>`;
  return [200, 'text/xml', `<DescribeStacksResponse>${result}</DescribeStacksResponse>`];
}

function objects({ buckets }: FakeAws, { pathname, searchParams }: URL): Answer {
  const bucket = buckets[pathname.split('/')[1] as string];
  if (!bucket) return [404, 'application/xml', '<Error><Code>NoSuchBucket</Code><Message>no such bucket</Message></Error>'];
  const prefix = searchParams.get('prefix') ?? '';
  const keys = Object.entries(bucket).filter(([key]) => key.startsWith(prefix));
  const contents = keys.map(([key, size]) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`).join('');
  return [200, 'application/xml', `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`];
}
