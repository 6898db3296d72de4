import http from 'node:http';
import { loadModel } from '../../model/artifact/import.ts';
import { encodeArtifact } from '../../shared/artifact.ts';
import { type Forest, treeCount } from '../../shared/bodies/forest/forest.ts';
import { predictRows } from '../../shared/predict.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { forestBody, forestOf } from '../support/bodies.ts';
import { histogram, openLoop, percentile } from './load.ts';
import { ARTIFACT, startContainer } from './stack.ts';

/**
 * What an overload showed: answers a second, and times in milliseconds. `refusedWithin` is the server's own: 99 of 100 refusals took
 * no longer since they can have come in. `refusedP99` is what the load generator saw, its own pauses among it.
 */
export type Overload = {
  msPerRow: number;
  peak: number;
  goodput: number;
  p99: number;
  refused: number;
  refusedP99: number;
  refusedWithin: number;
  others: number;
};

/**
 * A model that costs about so many milliseconds a row here: the trees of the default model, many times over, and the body that asks
 * for all of them but one, which is computed tree by tree: only R's default answer has a faster way.
 */
function slowModel(ms: number): { artifact: Uint8Array; body: string; msPerRow: number } {
  const model = loadModel(ARTIFACT);
  const own = forestOf(model);
  if (!own) throw new Error('the default model is no forest');
  const time = (one: { schema: Schema; forest: Forest }, rows: number) => {
    const start = performance.now();
    const values = Float64Array.from({ length: rows }, (_, row) => row % 100);
    predictRows({ schema: one.schema, body: forestBody(one.forest) }, values, {
      ...defaultParameters(one.schema),
      numTrees: treeCount(one.forest) - 1,
    });
    return (performance.now() - start) / rows;
  };
  time({ schema: model.schema, forest: own }, 200);
  const slowed = (times: number) => {
    const forest = repeatTrees(own, Math.max(1, Math.round(times)));
    return { forest, schema: { ...model.schema, trees: treeCount(forest) } };
  };
  // What a tree costs grows as the forest leaves the cache, so the number of trees is approached.
  let times = ms / time({ schema: model.schema, forest: own }, 100);
  for (let round = 0; round < 6; round += 1) {
    const one = slowed(times);
    time(one, 20);
    times *= Math.sqrt(ms / time(one, 20));
  }
  const { forest, schema } = slowed(times);
  const { rows } = model.checks;
  const body = forestBody(forest);
  const slow = { ...model, schema, body, checks: { rows, outputs: predictRows({ schema, body }, rows) } };
  const asked = JSON.stringify({ instances: [[54]], parameters: { numTrees: schema.trees - 1 } });
  return { artifact: encodeArtifact(slow), body: asked, msPerRow: time({ schema, forest }, 20) };
}

function repeatTrees(forest: Forest, times: number): Forest {
  const nodes = forest.left.length;
  const trees = forest.roots.length - 1;
  const repeat = <T extends Float64Array | Uint32Array | Uint16Array>(array: T, made: T): T => {
    for (let copy = 0; copy < times; copy += 1) made.set(array, copy * nodes);
    return made;
  };
  const left = repeat(forest.left, new Uint32Array(nodes * times));
  const right = repeat(forest.right, new Uint32Array(nodes * times));
  for (let node = nodes; node < left.length; node += 1) {
    if (left[node] === 0) continue; // A leaf: its row of leaves is shared.
    const shift = Math.floor(node / nodes) * nodes;
    left[node] = left[node]! + shift;
    right[node] = right[node]! + shift;
  }
  const roots = Uint32Array.from({ length: trees * times + 1 }, (_, tree) => {
    return forest.roots[tree % trees]! + Math.floor(tree / trees) * nodes;
  });
  const feature = repeat(forest.feature, new Uint16Array(nodes * times));
  const threshold = repeat(forest.threshold, new Float64Array(nodes * times));
  // They are packed anew.
  const { packed: _, ...rest } = forest;
  return { ...rest, roots, left, right, feature, threshold };
}

/** Overload and peak are measured by turns; each peak takes so many milliseconds. */
const TURNS = 5;
const PEAK_MS = 700;

/** Four times as many requests as a container can compute, for some seconds; a row takes `rowMs` milliseconds, about. */
export async function runOverload(seconds: number, rowMs: number, over = 4): Promise<Overload> {
  const { artifact, body, msPerRow } = slowModel(rowMs);
  const container = await startContainer(artifact);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  const post = () => ask(agent, `${container.url}/invocations`, body);
  try {
    // The peak by a closed loop: always four requests, each of which is answered.
    const peakFor = async (ms: number) => {
      const [start, end] = [performance.now(), performance.now() + ms];
      let answered = 0;
      const loop = async () => {
        while (performance.now() < end) if ((await post()) === 200) answered += 1;
      };
      await Promise.all([loop(), loop(), loop(), loop()]);
      return (answered * 1_000) / (performance.now() - start);
    };
    await peakFor(1_000);
    const [good, refused] = [histogram(), histogram()];
    let [others, peaks, overloadMs, expected] = [0, 0, 0, await peakFor(1_000)];
    // By turns, since the machine is not ours alone, and its speed changes from one second to the next.
    for (let turn = 0; turn < TURNS; turn += 1) {
      const before = await peakFor(PEAK_MS);
      const start = performance.now();
      await openLoop(expected * over, seconds / TURNS, async (_, intended) => {
        const status = await post();
        const latency = Math.round((performance.now() - intended) * 1_000);
        if (status === 200) good.recordValue(latency);
        else if (status === 503) refused.recordValue(latency);
        else others += 1;
      });
      overloadMs += performance.now() - start;
      const after = await peakFor(PEAK_MS);
      expected = (before + after) / 2;
      peaks += expected;
    }
    const peak = peaks / TURNS;
    const goodput = (good.totalCount * 1_000) / overloadMs;
    const refusedWithin = await refusalsWithin(container.url);
    const times = { p99: percentile(good, 99), refusedP99: percentile(refused, 99), refusedWithin };
    return { msPerRow, peak, goodput, refused: refused.totalCount, others, ...times };
  } finally {
    agent.destroy();
    await container.stop();
  }
}

/** Within how many milliseconds 99 of 100 refusals were given, by the container's own histogram: the bound of a bucket. */
async function refusalsWithin(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
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
