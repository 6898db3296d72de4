import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect } from '@jest/globals';
import type { LogEntry } from '../../container/server/access-log.ts';
import type { ContainerOptions } from '../../container/server/container.ts';
import { createContainer } from '../../container/server/server.ts';
import type { Model } from '../../shared/artifact.ts';

/** The containers of one test file. */
export type Containers = {
  /** Starts a container on a free port; its URL. */
  start(model: Model | undefined, options?: Partial<ContainerOptions>): Promise<string>;
  /** What they logged since the test began. */
  logged: LogEntry[];
};

/** Makes containers in this process, and closes them after the last test of the file. Call it where the file begins. */
export function openContainers(): Containers {
  const logged: LogEntry[] = [];
  const servers: Server[] = [];
  afterEach(() => {
    logged.length = 0;
  });
  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  return {
    logged,
    start: async (model, options = {}) => {
      const log = (entry: LogEntry) => void logged.push(entry);
      const server = createContainer(model, { mode: 'sagemaker', log, ...options });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
  };
}

/** Sends a body; a stream goes out in chunks. */
export function post(url: string, body: string | Uint8Array | ReadableStream, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as string, headers, duplex: 'half' } as RequestInit);
}

/** The problem document of a refusal, after a look at its form. */
export async function problem(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const document = (await response.json()) as { status: number; detail: string; requestId: string; errors?: { path: string }[] };
  expect(document.status).toBe(response.status);
  expect(document.requestId).toBe(response.headers.get('x-request-id'));
  return document;
}
