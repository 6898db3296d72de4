import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createContainer } from '../../container/server/server.ts';
import type { Guard } from '../../functions/endpoint/guard.ts';
import { createFailover } from '../../functions/failover.ts';
import { lambda } from '../../functions/http.ts';
import { openLocal } from '../../functions/local.ts';
import type { Telemetry } from '../../functions/telemetry.ts';
import { type Sent, sent } from './fuzz.ts';

/** What many bodies gave. `differences` are sentences. */
export type Verdicts = { bodies: number; statuses: Record<number, number>; calls: number; differences: string[]; seed: number };
type Verdict = { status: number; type: string; body: string };

const SILENT: Telemetry = { log: () => {}, count: () => {}, remoteLatency: () => {}, localServed: () => {}, flush: () => {} };
/** Bodies under way at once. */
const AT_ONCE = 32;

/**
 * Sends generated bodies to the function and to the container. Each that is refused must be so by both, with one problem
 * document; each that is taken must give the same numbers; the endpoint must hear of none that is refused.
 */
export async function compareVerdicts(artifact: string, count: number, seed: number): Promise<Verdicts> {
  const local = openLocal(readFileSync(artifact), artifact);
  let asked = 0;
  const guard: Guard = {
    ask: async () => {
      asked += 1;
      return { answered: false, reason: 'endpoint-error', detail: '', ms: 0 };
    },
    state: () => ({ breaker: 'closed', deadlineMs: 0, calls: 0, timeouts: 0, last: [] }),
  };
  const handler = lambda(createFailover(local, guard, SILENT, { dualShare: 0 }), SILENT);
  const server = createContainer(local.model, { mode: 'sagemaker', log: () => {} });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const found: Verdicts = { bodies: 0, statuses: {}, calls: 0, differences: [], seed };
  const judge = async (one: Sent) => {
    const before = asked;
    const answering = byFunction(handler, one);
    const [function_, container] = await Promise.all([answering, byContainer(agent, port, one)]);
    found.bodies += 1;
    found.statuses[function_.status] = (found.statuses[function_.status] ?? 0) + 1;
    const wrong = difference(function_, container);
    if (wrong && found.differences.length < 10) {
      found.differences.push(
        `seed ${seed}: ${wrong}: ${JSON.stringify(one.headers)} ${JSON.stringify(one.body.toString('latin1')).slice(0, 200)}`,
      );
    }
    // In order: the function's path runs to its end before another body is judged.
    if (function_.status !== 200) found.calls += asked - before;
  };
  const chunk = 2_000;
  for (let done = 0; done < count; done += chunk) {
    const bodies = fc.sample(sent, { numRuns: Math.min(chunk, count - done), seed: seed + done });
    let at = 0;
    const next = async () => {
      for (let one = bodies[at++]; one; one = bodies[at++]) await judge(one);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
  const accepted = found.statuses[200] ?? 0;
  // Bodies overlap, so that calls are counted as a whole: one for each that was taken, none for any other.
  found.calls = asked - accepted;
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return found;
}

type Handler = ReturnType<typeof lambda>;

async function byFunction(handler: Handler, { body, headers }: Sent): Promise<Verdict> {
  const event = {
    version: '2.0',
    rawPath: '/predict',
    headers,
    body: body.toString('base64'),
    isBase64Encoded: true,
    requestContext: { http: { method: 'POST' } },
  };
  const answer = (await handler(event, { getRemainingTimeInMillis: () => 8_000 } as never)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
  };
  return { status: answer.statusCode, type: answer.headers['content-type'] ?? '', body: answer.body };
}

function byContainer(agent: http.Agent, port: number, { body, headers }: Sent): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      port,
      host: '127.0.0.1',
      path: '/invocations',
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
    };
    const request = http.request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** What is wrong with two verdicts on one body; undefined where they agree and are as the contract has them. */
function difference(one: Verdict, other: Verdict): string | undefined {
  if (one.status !== other.status) return `the function says ${one.status}, the container ${other.status}`;
  if (one.status >= 500 || one.status < 200) return `status ${one.status}`;
  if (one.status === 200) return numbersOf(one) === numbersOf(other) ? undefined : 'other numbers';
  if (one.type !== 'application/problem+json' || other.type !== one.type) return `a refusal as ${one.type} and ${other.type}`;
  const withoutId = ({ body }: Verdict) => JSON.stringify({ ...JSON.parse(body), requestId: '' });
  return withoutId(one) === withoutId(other) ? undefined : 'other problems';
}

/** The predictions as they stand in the body. */
function numbersOf({ type, body }: Verdict): string {
  return type === 'application/json' ? body.slice(0, body.indexOf('],"model"')) : body;
}
