import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';

/** What can be wrong with an endpoint, as its caller sees it. */
export const FAULTS = [
  'none',
  'slow',
  'hang',
  'drip',
  'server-errors',
  'throttle',
  'reset',
  'cut',
  'garbage',
  'truncated',
  'flap',
  'absent',
] as const;
export type Fault = (typeof FAULTS)[number];

export type FaultyRuntime = { server: Server; set(fault: Fault): void; calls(): number };

const awsError = (response: ServerResponse, status: number, type: string, more: object = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ message: type, ...more }));
};

/** A SageMaker runtime in front of a container, with faults that are switched on and off while it runs. */
export function createFaultyRuntime(options: { endpointName: string; containerUrl: string }): FaultyRuntime {
  const [pass] = createSageMakerRuntime(options).listeners('request') as RequestListener[];
  let fault: Fault = 'none';
  let since = 0;
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    const now = fault === 'flap' ? (Math.floor((performance.now() - since) / 500) % 2 === 0 ? 'reset' : 'none') : fault;
    // What stays unanswered is closed by its caller, at its deadline.
    const forward = () => (pass as RequestListener)(request, response);
    switch (now) {
      case 'slow':
        setTimeout(forward, 5_000);
        break;
      case 'hang':
        request.resume();
        break;
      case 'drip':
        drip(response);
        forward();
        break;
      case 'server-errors':
        failHalf(response, forward);
        break;
      case 'throttle':
        if (Math.random() < 0.1) forward();
        else awsError(response, 429, 'ThrottlingException');
        break;
      case 'reset':
        request.socket.resetAndDestroy();
        break;
      case 'cut':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 });
        response.write('{"predictions":[0.5', () => request.socket.destroy());
        break;
      case 'garbage':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(randomBytes(300));
        break;
      case 'truncated':
        truncate(response);
        forward();
        break;
      case 'absent':
        awsError(response, 400, 'ValidationError');
        break;
      default:
        forward();
    }
  });
  return {
    server,
    set: (next) => {
      fault = next;
      since = performance.now();
    },
    calls: () => calls,
  };
}

/** Half of the calls fail: a quarter by the container, a quarter by the service. */
function failHalf(response: ServerResponse, forward: () => void): void {
  const draw = Math.random();
  if (draw < 0.5) forward();
  else if (draw < 0.75) awsError(response, 424, 'ModelError', { OriginalStatusCode: 500, OriginalMessage: 'no' });
  else awsError(response, 503, 'ServiceUnavailable');
}

/** Sends what is to be sent a byte each 100 ms. */
function drip(response: ServerResponse): void {
  const end = response.end.bind(response);
  response.end = ((body: string | Uint8Array = '') => {
    const bytes = Buffer.from(body as string);
    let at = 0;
    const timer = setInterval(() => {
      if (at >= bytes.length) {
        clearInterval(timer);
        end();
      } else response.write(bytes.subarray(at, ++at));
    }, 100);
    response.on('close', () => clearInterval(timer));
    return response;
  }) as ServerResponse['end'];
}

/** Sends the first half of what is to be sent, as a whole answer. */
function truncate(response: ServerResponse): void {
  const [writeHead, end] = [response.writeHead.bind(response), response.end.bind(response)];
  // Headers come as a flat list of names and values.
  response.writeHead = ((status: number, headers: string[]) => {
    const at = headers.indexOf('content-length');
    return writeHead(status, headers.toSpliced(at, 2));
  }) as ServerResponse['writeHead'];
  response.end = ((body: string | Uint8Array = '') => {
    const bytes = Buffer.from(body as string);
    return end(bytes.subarray(0, bytes.length / 2));
  }) as ServerResponse['end'];
}
