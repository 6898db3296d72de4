import { loadModel } from '../../model/artifact/import.ts';
import type { Schema } from '../../shared/schema/features.ts';
import { benchArrays } from './arrays.ts';
import { interleave, median, ratios, short, times } from './figures.ts';
import { type Files, readDoubles, toObjects } from './forests.ts';
import type { Report } from './report.ts';
import {
  type Asker,
  flaskMissing,
  openAsker,
  plumberMissing,
  type Server,
  startBare,
  startFlask,
  startOurs,
  startPlumber,
} from './servers.ts';
import { runWrk, writeWrkScript, wrkMissing } from './wrk.ts';

/** Different single rows that are sent in turn. */
const SINGLE_ROWS = 64;
/** Requests of 10,000 rows in a round. */
const BIG_REQUESTS = 3;
const PLUMBER_BAR = 300;
const BARE_BAR = 0.8;
const JSON_BAR = 3;
/** The forest with more to read and to compute than to send, and how many times as fast as the bare server it answers 10,000 rows of JSON at least. */
const WORKING = 'heart';
const BARE_JSON_BAR = 1;

/** The container's server against the series' plumber container, Flask and a bare Node server. */
export async function benchContainer(
  forests: Files[],
  bundle: string,
  folder: string,
  { rounds, seconds }: { rounds: number; seconds: number },
  report: Report,
): Promise<void> {
  const peers: [string, string | undefined][] = [
    ['plumber', plumberMissing()],
    ['Flask with scikit-learn', flaskMissing()],
    ['single rows over HTTP', wrkMissing()],
  ];
  for (const [name, why] of peers) if (why) report.missing(name, why);
  for (const files of forests) {
    const { schema } = loadModel(files.artifact);
    const rows = toObjects(schema, readDoubles(files.rows));
    const [ours, bare] = [await startOurs(bundle, files.artifact, folder), await startBare()];
    try {
      await checkAnswers(ours, rows, readDoubles(files.answers), report);
      if (!wrkMissing()) await singleRows(files, schema, [ours, bare], rows, folder, { rounds, seconds }, report);
      const { ask, end } = openAsker();
      await bigBatch(files.name, [ours, bare], ask, JSON.stringify(rows), rounds, report);
      if (files.name === WORKING) await benchArrays(files, schema.features.length, ours, ask, rounds, report);
      end();
    } finally {
      for (const one of [ours, bare]) await one.close();
    }
  }
}

/** Compares what the server answers to all rows with R's answers. */
async function checkAnswers({ url }: Server, rows: object[], expected: Float64Array, report: Report): Promise<void> {
  const reply = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify(rows) });
  const { predictions } = (await reply.json()) as { predictions: number[] };
  report.compared(
    expected.length,
    expected.reduce((sum, one, at) => sum + (Object.is(one, predictions?.[at]) ? 0 : 1), 0),
  );
}

async function singleRows(
  { name, model }: Files,
  schema: Schema,
  [ours, bare]: [Server, Server],
  rows: object[],
  folder: string,
  { rounds, seconds }: { rounds: number; seconds: number },
  report: Report,
): Promise<void> {
  const plumber = plumberMissing() ? undefined : await startPlumber(model);
  const flask = flaskMissing() ? undefined : await startFlask(schema.features.map((feature) => feature.name));
  const servers = [ours, bare, plumber, flask].filter((one) => one !== undefined);
  try {
    const script = writeWrkScript(
      folder,
      rows.slice(0, SINGLE_ROWS).map((row) => JSON.stringify([row])),
    );
    for (const { url } of servers) await runWrk(url, script, seconds + 1);
    const found = await interleave(rounds, servers, ({ url }) => runWrk(url, script, seconds));
    const of = (server: Server | undefined) => (server ? (found[servers.indexOf(server)] as number[]) : undefined);
    const here = of(ours) as number[];
    const what = `container, ${name}, single rows, 32 connections`;
    report.speed(
      what,
      'requests a second',
      here,
      servers.slice(1).map((one): [string, number[]] => [one.name, of(one) as number[]]),
      'per second',
    );
    const theirs = of(plumber);
    const better = theirs && ratios(here, theirs);
    report.judge(
      `${what}, against plumber`,
      `>= ${PLUMBER_BAR} x`,
      better ? times(better) : 'plumber is not here',
      better && median(better) >= PLUMBER_BAR,
    );
    const share = ratios(here, of(bare) as number[]);
    report.judge(`${what}, against a bare node server`, '>= 80 %', `${short(100 * median(share))} %`, median(share) >= BARE_BAR);
  } finally {
    for (const one of [plumber, flask]) await one?.close();
  }
}

/** 10,000 rows in one request, against parsing and writing the same bytes alone, in milliseconds. */
async function bigBatch(
  name: string,
  [ours, bare]: [Server, Server],
  ask: Asker,
  body: string,
  rounds: number,
  report: Report,
): Promise<void> {
  const bytes = Buffer.from(body);
  let written = 0;
  const ways = [
    () => ask(ours.url, bytes, 'application/json'),
    () => ask(bare.url, bytes, 'application/json'),
    () => {
      written += JSON.stringify(JSON.parse(bytes.toString())).length;
    },
  ];
  const mean = async (way: () => unknown) => {
    const start = performance.now();
    for (let one = 0; one < BIG_REQUESTS; one += 1) await way();
    return (performance.now() - start) / BIG_REQUESTS;
  };
  for (const way of [...ways, ...ways]) await mean(way);
  const [took = [], echo = [], json = []] = await interleave(rounds, ways, mean);
  if (written === 0) throw new Error('nothing was written');
  const what = `container, ${name}, 10,000 rows of JSON (${short(bytes.length / 1e6)} MB)`;
  report.speed(what, 'ms', took, [
    ['JSON.parse + JSON.stringify alone', json],
    ['bare node server', echo],
  ]);
  const share = ratios(took, json);
  report.judge(`${what}, against JSON.parse + JSON.stringify alone`, `< ${JSON_BAR} x`, times(share), median(share) < JSON_BAR);
  if (name !== WORKING) return;
  const faster = ratios(echo, took);
  report.judge(`${what}, against a bare node server`, `>= ${BARE_JSON_BAR} x`, times(faster), median(faster) >= BARE_JSON_BAR);
}
