import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a small server that stands for AWS knows: a stack's outputs, buckets with the sizes of their objects, transform jobs, a log. */
export type FakeAws = {
  outputs: Record<string, string> | undefined;
  buckets: Record<string, Record<string, number>>;
  /** What each look at a job gives, the last for good. */
  states: { TransformJobStatus: string; FailureReason?: string }[];
  log: string[] | undefined;
  /** The orders that came, in their order: the operation and what was asked. */
  orders: { operation: string; asked: Record<string, unknown> }[];
};

/** Starts it; its address, which AWS_ENDPOINT_URL takes. */
export async function startFakeAws(aws: FakeAws): Promise<{ url: string; close: () => void }> {
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const [status, type, text] = answer(aws, request, body);
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

type Answer = [number, string, string];

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
  if (operation !== 'DescribeTransformJob') return ok({ TransformJobArn: 'arn:aws:sagemaker:sa-east-1:1:transform-job/x' });
  const state = aws.states.length > 1 ? aws.states.shift() : aws.states[0];
  if (!state) return refused('ValidationException', 'Could not find requested job');
  return ok({ ...state, TransformStartTime: Date.now() / 1_000 - 75, TransformOutput: { S3OutputPath: 's3://data/out' } });
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
