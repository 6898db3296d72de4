import http from 'node:http';
import { loadModel } from '../../model/artifact/import.ts';
import { histogram, openLoop, percentile } from './load.ts';
import { ARTIFACT, startContainer } from './stack.ts';

/**
 * What an overload showed: answers a second, and times in milliseconds. `ms` is what a request takes at the peak. `goodput` is a
 * share of the peak: the median of the turns, of which `turns` has all. `byCpu` is the same share of what the container computes in a
 * second of its own CPU time: on a busy machine, which takes the container's processor away, it still tells what refusing costs.
 * `refusedWithin` is the server's own: 99 of 100 refusals took
 * no longer since they can have come in. `refusedP99` is what the load generator saw, its own pauses among it.
 */
export type Overload = {
  ms: number;
  peak: number;
  goodput: number;
  turns: number[];
  byCpu: number;
  p99: number;
  refused: number;
  refusedP99: number;
  refusedWithin: number;
  others: number;
};

/** Overload and peak are measured by turns; each peak takes so many milliseconds. */
const TURNS = 5;
const PEAK_MS = 700;
/** The time of a request comes this near to the one that is asked for, as a factor; it is approached so often at most. */
const NEAR = 1.1;
const MOST_TRIES = 5;
/** What the listening thread computes itself: more rows would go to a worker. */
const MOST_ROWS = 1_000;

/** What was answered in a second, and in a second of the container's CPU time. */
type Rate = { wall: number; cpu: number };

/**
 * Four times as many requests as a container can compute, for some seconds. A request takes about `requestMs` milliseconds: it has that
 * many rows, and asks for all trees but one, which is computed tree by tree (only R's default answer has a faster way). A model of many
 * more trees would take as long for one row, but by its memory, which the load generator makes slower.
 */
export async function runOverload(seconds: number, requestMs: number, over = 4): Promise<Overload> {
  const container = await startContainer(ARTIFACT);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  const postRows = (rows: number) => {
    const body = bodyOf(rows);
    return () => ask(agent, `${container.url}/invocations`, body);
  };
  try {
    const rows = await rowsFor(requestMs, (some) => peakFor(PEAK_MS, container.url, postRows(some)));
    const post = postRows(rows);
    const first = await peakFor(PEAK_MS, container.url, post);
    const [good, refused] = [histogram(), histogram()];
    const [peaks, turns, byCpu] = [[] as number[], [] as number[], [] as number[]];
    let [others, expected] = [0, first.wall];
    // By turns, since the machine is not ours alone, and its speed changes from one second to the next.
    for (let turn = 0; turn < TURNS; turn += 1) {
      const before = await peakFor(PEAK_MS, container.url, post);
      const reached = await rateOf(container.url, async () => {
        const already = good.totalCount;
        const ms = await openLoop(expected * over, seconds / TURNS, async (_, intended) => {
          const status = await post();
          const latency = Math.round((performance.now() - intended) * 1_000);
          if (status === 200) good.recordValue(latency);
          else if (status === 503) refused.recordValue(latency);
          else others += 1;
        });
        return { ms, answered: good.totalCount - already };
      });
      const after = await peakFor(PEAK_MS, container.url, post);
      expected = (before.wall + after.wall) / 2;
      peaks.push(expected);
      turns.push(reached.wall / expected);
      byCpu.push((2 * reached.cpu) / (before.cpu + after.cpu));
    }
    const refusedWithin = await refusalsWithin(container.url);
    const times = { p99: percentile(good, 99), refusedP99: percentile(refused, 99), refusedWithin };
    const peak = median(peaks);
    const shares = { goodput: median(turns), turns, byCpu: median(byCpu) };
    return { ms: 1_000 / peak, peak, ...shares, refused: refused.totalCount, others, ...times };
  } finally {
    agent.destroy();
    await container.stop();
  }
}

/** A request for so many rows and all trees of the default model but one. */
function bodyOf(rows: number): string {
  const { trees } = loadModel(ARTIFACT).schema;
  if (trees === undefined) throw new Error('the default model is no forest');
  return JSON.stringify({ instances: Array.from({ length: rows }, (_, row) => [row % 100]), parameters: { numTrees: trees - 1 } });
}

/** How many rows take so many milliseconds, by what the container itself shows. */
async function rowsFor(ms: number, peakOf: (rows: number) => Promise<Rate>): Promise<number> {
  let rows = 100;
  await peakOf(rows);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const factor = (ms * (await peakOf(rows)).wall) / 1_000;
    if (factor <= NEAR && factor >= 1 / NEAR) break;
    rows = Math.min(MOST_ROWS, Math.max(1, Math.round(rows * factor)));
  }
  return rows;
}

/** What a closed loop reaches: always four requests, each of which is answered. */
function peakFor(ms: number, url: string, post: () => Promise<number>): Promise<Rate> {
  return rateOf(url, async () => {
    const [start, end] = [performance.now(), performance.now() + ms];
    let answered = 0;
    const loop = async () => {
      while (performance.now() < end) if ((await post()) === 200) answered += 1;
    };
    await Promise.all([loop(), loop(), loop(), loop()]);
    return { ms: performance.now() - start, answered };
  });
}

async function rateOf(url: string, work: () => Promise<{ ms: number; answered: number }>): Promise<Rate> {
  const before = await cpuSeconds(url);
  const { ms, answered } = await work();
  return { wall: (answered * 1_000) / ms, cpu: answered / ((await cpuSeconds(url)) - before) };
}

/** The CPU time that the container has taken, in seconds. */
async function cpuSeconds(url: string): Promise<number> {
  return Number(/^process_cpu_seconds_total ([\d.e+-]+)/m.exec(await metricsOf(url))?.[1]);
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

function median(numbers: number[]): number {
  return [...numbers].sort((one, other) => one - other)[numbers.length >> 1] ?? 0;
}

/** Within how many milliseconds 99 of 100 refusals were given, by the container's histogram: the bound of a bucket. */
async function refusalsWithin(url: string): Promise<number> {
  const text = await metricsOf(url);
  const buckets = Array.from(text.matchAll(/^canopy_refused_seconds_bucket\{le="([^"]+)",route="\/invocations"\} (\d+)$/gm), (found) => ({
    ms: found[1] === '+Inf' ? Number.POSITIVE_INFINITY : Number(found[1]) * 1_000,
    count: Number(found[2]),
  }));
  const all = buckets.at(-1)?.count ?? 0;
  return buckets.find(({ count }) => count >= 0.99 * all)?.ms ?? 0;
}

/** The status of a request; 0 where the connection broke, -1 where it was not taken on. `tell` hears why it broke. */
export function ask(agent: http.Agent, url: string, body = '[[54]]', tell: (code: string) => void = () => {}): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', () => resolve(0));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // Never connected, and so never taken on.
      if (error.syscall === 'connect') return resolve(-1);
      tell(`${error.code} ${error.syscall ?? error.message}`);
      resolve(0);
    });
    request.end(body);
  });
}
