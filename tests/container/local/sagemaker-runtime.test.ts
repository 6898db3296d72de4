import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  ModelError,
  SageMakerRuntimeClient,
  ValidationError,
} from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSageMakerRuntime } from '../../../container/local/sagemaker-runtime.ts';
import { createContainer } from '../../../container/server/server.ts';
import { loadModel } from '../../../model/artifact/import.ts';
import { golden } from '../../support/golden.ts';

const ages = golden('heart-age');
const R54 = ages.predictions[54]!;
const open: (http.Server | SageMakerRuntimeClient)[] = [];

async function listen(server: http.Server): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The real client with its endpoint set to a stand-in in front of that container. */
async function clientOf(containerUrl: string, timeout?: number): Promise<SageMakerRuntimeClient> {
  const options = { endpointName: 'canopy-test', containerUrl, ...(timeout === undefined ? {} : { timeout }) };
  const client = new SageMakerRuntimeClient({
    endpoint: await listen(createSageMakerRuntime(options)),
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  open.push(client);
  return client;
}

function invoke(client: SageMakerRuntimeClient, body: string | Uint8Array, more: object = {}) {
  const input = { EndpointName: 'canopy-test', Body: typeof body === 'string' ? Buffer.from(body) : body, ...more };
  return client.send(new InvokeEndpointCommand({ ContentType: 'application/json', ...input }));
}

/** The error a call ends with. */
async function failure(call: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> {
  return call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (error) => error,
  );
}

let container: string;
let client: SageMakerRuntimeClient;
beforeAll(async () => {
  container = await listen(createContainer(loadModel(ages.file), { mode: 'sagemaker', log: () => {} }));
  client = await clientOf(container);
});
afterAll(async () => {
  for (const one of open) {
    if (one instanceof SageMakerRuntimeClient) one.destroy();
    else {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  }
});

describe('the real client in front of the real container', () => {
  test('hears the prediction, its content type and the variant', async () => {
    const answer = await invoke(client, '{"age":54}');
    expect(JSON.parse(answer.Body.transformToString())).toMatchObject({ predictions: [R54] });
    expect(answer.ContentType).toBe('application/json');
    expect(answer.InvokedProductionVariant).toBe('AllTraffic');
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('may name the only variant; another one, a model, a container and a component are refused as AWS refuses them', async () => {
    expect((await invoke(client, '{"age":54}', { TargetVariant: 'AllTraffic' })).InvokedProductionVariant).toBe('AllTraffic');
    const refused: [object, string][] = [
      [{ TargetModel: 'iris.tar.gz' }, 'Endpoint canopy-test is not a multi-model endpoint and does not support target model header.'],
      [{ TargetVariant: 'Other' }, 'Endpoint canopy-test has no variant Other; it has AllTraffic.'],
      [{ TargetContainerHostname: 'two' }, 'Endpoint canopy-test is not a multi-container endpoint'],
      [{ InferenceComponentName: 'part' }, 'Endpoint canopy-test has no inference components.'],
      [{ EnableExplanations: '`true`' }, 'Endpoint canopy-test has no explainer.'],
    ];
    for (const [input, message] of refused) {
      const error = await failure(invoke(client, '{"age":54}', input));
      expect(error).toBeInstanceOf(ValidationError);
      expect(error.$metadata?.httpStatusCode).toBe(400);
      expect(error.message).toContain(message);
    }
  });

  test('hears by name which operations are not played', async () => {
    const stream = new InvokeEndpointWithResponseStreamCommand({ EndpointName: 'canopy-test', Body: Buffer.from('{"age":54}') });
    const later = new InvokeEndpointAsyncCommand({ EndpointName: 'canopy-test', InputLocation: 's3://bucket/key' });
    for (const [call, name] of [
      [() => client.send(stream), 'InvokeEndpointWithResponseStream'],
      [() => client.send(later), 'InvokeEndpointAsync'],
    ] as const) {
      const error = await failure(call());
      expect(error.name).toBe('UnknownOperationException');
      expect(error.message).toBe(`${name} is not played here; this stand-in for the SageMaker runtime has InvokeEndpoint alone`);
    }
  });

  test('has its ContentType and Accept passed on', async () => {
    const answer = await invoke(client, 'age\n54\n', { ContentType: 'text/csv', Accept: 'text/csv' });
    expect(answer.Body.transformToString()).toBe(`${R54}\n`);
    expect(answer.ContentType).toBe('text/csv');
  });

  test('hears ModelError with the container’s status and problem document', async () => {
    const error = await failure(invoke(client, '{"age":"old"}'));
    expect(error).toBeInstanceOf(ModelError);
    const { OriginalStatusCode, OriginalMessage, LogStreamArn, message, $metadata } = error as ModelError;
    expect($metadata.httpStatusCode).toBe(424);
    expect(OriginalStatusCode).toBe(422);
    expect(JSON.parse(OriginalMessage ?? '')).toMatchObject({ status: 422, errors: [{ path: '/age' }] });
    expect(LogStreamArn).toContain('log-group:/aws/sagemaker/Endpoints/canopy-test');
    expect(message).toMatch(/^Received client error \(422\) from primary with message "/);
  });

  test('hears ValidationError for an endpoint that does not exist', async () => {
    const error = await failure(invoke(client, '{"age":54}', { EndpointName: 'nobody' }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toBe('Endpoint nobody of account 123456789012 not found.');
    expect(error.$metadata?.httpStatusCode).toBe(400);
  });

  test('hears 413 for a body over 6 MB, of which the container hears nothing', async () => {
    const error = await failure(invoke(client, new Uint8Array(6_291_457)));
    expect(error).not.toBeInstanceOf(ModelError);
    expect(error.$metadata?.httpStatusCode).toBe(413);
  });
});

describe('in front of other containers', () => {
  test('custom attributes go both ways, other headers do not', async () => {
    let heard: http.IncomingHttpHeaders = {};
    const echo = http.createServer((request, response) => {
      heard = request.headers;
      const headers = { 'content-type': 'text/plain', 'x-amzn-sagemaker-custom-attributes': 'answer=2', 'x-secret': 'kept' };
      response.writeHead(201, headers).end('done');
    });
    const answer = await invoke(await clientOf(await listen(echo)), 'x', { CustomAttributes: 'question=1' });
    expect(heard['x-amzn-sagemaker-custom-attributes']).toBe('question=1');
    expect(heard).not.toHaveProperty('authorization');
    expect(answer.CustomAttributes).toBe('answer=2');
    expect(answer.Body.transformToString()).toBe('done');
  });

  test('one that is gone is a ModelError with OriginalStatusCode 0', async () => {
    const gone = http.createServer();
    const address = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    const error = await failure(invoke(await clientOf(address), '{"age":54}'));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ OriginalStatusCode: 0, message: expect.stringContaining('Received server error (0) from primary') });
  });

  test('one that hangs is a ModelError with OriginalStatusCode 0 once the time is over', async () => {
    const error = await failure(invoke(await clientOf(await listen(http.createServer(() => {})), 50), '{"age":54}'));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ OriginalStatusCode: 0, OriginalMessage: expect.stringContaining('timed out') });
  });

  test('one that fails is a ModelError with its 5xx', async () => {
    const failing = http.createServer((_, response) => response.writeHead(503).end('no model'));
    const error = await failure(invoke(await clientOf(await listen(failing)), '{"age":54}'));
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ OriginalStatusCode: 503, OriginalMessage: 'no model' });
    expect(error.message).toContain('Received server error (503) from primary with message "no model"');
  });
});

describe('without the client', () => {
  test('another path is an unknown operation', async () => {
    const runtime = await listen(createSageMakerRuntime({ endpointName: 'canopy-test', containerUrl: container }));
    const response = await fetch(`${runtime}/endpoints/canopy-test/async-invocations`, { method: 'POST' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  });
});
