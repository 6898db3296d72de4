import { type ChildProcess, spawn } from 'node:child_process';
import http from 'node:http';
import { cpus, loadavg } from 'node:os';
import { histogram, openLoop, percentile } from '../../faults/load.ts';
import { golden } from '../../support/golden.ts';
import { startPorts } from '../../support/ports.ts';
import { below, leftOf, memoryOf, type Process } from '../../support/processes.ts';
import { PROJECT } from '../../support/project.ts';
import { endAllAtExit } from '../children.ts';

/** The bars: milliseconds to the first answer, bytes of all processes at rest, and milliseconds within which 99 % are answered. */
const BARS = { answersWithin: 3_000, memory: 200_000_000, p99: 300 };
/** How long the container is frozen, as a part of the whole. */
const FROZEN = 1 / 12;
/** How long it may take to start on a machine that does much else, in milliseconds. */
const READY_WITHIN = 60_000;
/** Until what a start leaves behind is collected, in milliseconds. */
const REST = 3_000;

/** `npm start` in a process group of its own: its first answer, the container's process, and all processes but npm's own. */
type Started = { npm: ChildProcess; url: string; answeredMs: number; container: number; processes: Process[] };
/** What the load found. Times in milliseconds. */
type Load = { requests: number; failed: number; wrong: number; p50: number; p99: number; most: number; servedBy: Record<string, number> };

const ages = golden('heart-age');

/** `npm start` and its load; a line for each part. What must hold and does not: times count where it is not `short`. */
export async function runLoad({ rate, seconds, short }: { rate: number; seconds: number; short: boolean }): Promise<string[]> {
  console.log(`${rate} requests a second for ${seconds} s; ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before we began`);
  const missed: string[] = [];
  const say = (what: string, claims: [holds: boolean, what: string, isTime?: 'time'][]) => {
    const broken = claims.filter(([holds]) => !holds);
    missed.push(...broken.filter(([, , isTime]) => !(short && isTime)).map(([, claim]) => claim));
    const judged = claims.some(([, , isTime]) => !(short && isTime));
    const verdict = broken.length > 0 ? `NOT: ${broken.map(([, claim]) => claim).join(', ')}` : 'holds';
    console.log(`${what}  ${judged || broken.length === 0 ? verdict : `${verdict} (not judged in the short form)`}`);
  };
  const started = await start();
  try {
    const { answeredMs } = started;
    say(`the first right answer ${answeredMs.toFixed(0)} ms after the command`, [[answeredMs < BARS.answersWithin, 'under 3 s', 'time']]);
    await new Promise((resolve) => setTimeout(resolve, REST));
    const atRest = memoryOf(started.processes);
    say(`${megabytes(atRest)} MB at rest in ${started.processes.length} processes`, [[atRest < BARS.memory, 'under 200 MB']]);
    const one = await load(started, rate, seconds);
    const times = `p50 ${one.p50.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms, slowest ${one.most.toFixed(0)} ms`;
    say(`${one.requests} requests, ${one.failed} failed, ${one.wrong} wrong; ${times}; ${JSON.stringify(one.servedBy)}`, [
      [one.failed === 0, 'nothing failed'],
      [one.wrong === 0, 'nothing wrong'],
      [one.p99 < BARS.p99, 'p99 under 300 ms', 'time'],
    ]);
    console.log(`${megabytes(memoryOf(started.processes))} MB after the load, without the container`);
  } finally {
    process.kill(-(started.npm.pid ?? 0), 'SIGINT');
  }
  const left = await leftOf(started.processes);
  say(`after Ctrl-C ${left.length} processes are left`, [[left.length === 0, `no process left (found ${left.join(', ')})`]]);
  return missed;
}

async function start(): Promise<Started> {
  const ports = await startPorts();
  const began = performance.now();
  const npm = spawn('npm', ['start'], { cwd: PROJECT, detached: true, env: { ...process.env, ...ports } });
  let hasEnded = false;
  npm.on('exit', () => {
    hasEnded = true;
  });
  endAllAtExit(() => hasEnded || process.kill(-(npm.pid ?? 0), 'SIGKILL'));
  let said = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk) => {
      if (said.length < 10_000) said += chunk;
    });
  }
  const url = `http://127.0.0.1:${ports.API_PORT}/predict`;
  const until = <Value>(look: () => Promise<Value | undefined> | Value | undefined) =>
    waitFor(
      look,
      () => hasEnded,
      () => said,
    );
  await until(async () => {
    const answer = await fetch(url, { method: 'POST', body: '{"age":54}' }).catch(() => undefined);
    return (await answer?.json()) as object | undefined;
  });
  const answeredMs = performance.now() - began;
  const pid = await until(() => /kill (\d+)/.exec(said)?.[1]);
  return { npm, url, answeredMs, container: Number(pid), processes: below(npm.pid ?? 0) };
}

async function waitFor<Value>(
  look: () => Promise<Value | undefined> | Value | undefined,
  hasEnded: () => boolean,
  said: () => string,
): Promise<Value> {
  for (const end = performance.now() + READY_WITHIN; performance.now() < end && !hasEnded(); ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`npm start ${hasEnded() ? 'ended' : `was not ready after ${READY_WITHIN / 1_000} s`}: ${said()}`);
}

async function load({ url, container }: Started, rate: number, seconds: number): Promise<Load> {
  const agent = new http.Agent({ keepAlive: true });
  const latencies = histogram();
  const found = { failed: 0, wrong: 0, servedBy: {} as Record<string, number> };
  const ask = async (number: number, intended: number) => {
    const row = number % ages.rows.length;
    const answer = await post(agent, url, JSON.stringify(ages.rows[row])).catch((error: Error) => error.message);
    latencies.recordValue(Math.round((performance.now() - intended) * 1_000));
    if (typeof answer === 'string') found.failed += 1;
    else if (answer.predictions?.length !== 1 || !Object.is(answer.predictions[0], ages.predictions[row])) found.wrong += 1;
    const who = typeof answer === 'string' ? answer : (answer.reason ?? answer.servedBy);
    found.servedBy[who] = (found.servedBy[who] ?? 0) + 1;
  };
  const signal = (name: NodeJS.Signals) => () => process.kill(container, name);
  try {
    await openLoop(rate, seconds, ask, [
      [seconds / 3, signal('SIGSTOP')],
      [seconds / 3 + seconds * FROZEN, signal('SIGCONT')],
      [seconds / 2, signal('SIGKILL')],
    ]);
  } finally {
    agent.destroy();
  }
  const [p50, p99] = [percentile(latencies, 50), percentile(latencies, 99)];
  return { requests: Math.round(rate * seconds), ...found, p50, p99, most: latencies.maxValue / 1_000 };
}

type Answer = { predictions?: number[]; servedBy: string; reason?: string };

/** An answer of the API. Rejects where the connection breaks, the status is not 200 or the body is no JSON. */
function post(agent: http.Agent, url: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on('error', reject).end(body);
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
