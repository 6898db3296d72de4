import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import path from 'node:path';
import { type Packaged, packageFunction } from '../support/lambda.ts';
import { PROJECT, recordedEvent } from '../support/project.ts';
import { end, keep } from './children.ts';
import { interleave, median, ratios, short, times } from './figures.ts';
import type { Calls } from './handler-main.ts';
import type { Report } from './report.ts';

const MOST_ZIP = 350_000;
const MOST_START = 2;
/** Microseconds of CPU. */
const MOST_FALLBACK = 150;
const WARM_CALLS = 500;
const CALLS = 2_000;
/** Starts of each in a round. */
const STARTS = 4;

/** The packaged `predict`: its zip, its start, and the CPU of one row by its fallback path. */
export async function benchFunction({ rounds }: { rounds: number }, report: Report): Promise<void> {
  report.say('predict is packaged');
  const packaged = await packageFunction('predict');
  try {
    const bytes = packaged.zipBytes - packaged.artifactBytes - packaged.pageBytes;
    report.judge("predict's zip without artifact and page", '< 350 KB', `${Math.round(bytes / 1e3)} KB`, bytes < MOST_ZIP);
    await starts(packaged, rounds, report);
    await fallback(packaged, rounds, report);
  } finally {
    packaged.remove();
  }
}

function environmentOf({ environment }: Packaged): NodeJS.ProcessEnv {
  const fake = { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  return { PATH: process.env.PATH, ...fake, ...environment };
}

/** Milliseconds from a process's start to its end: a bare one, one that loads the handler, one that answers too. */
async function starts(packaged: Packaged, rounds: number, report: Report): Promise<void> {
  const load = `const { handler } = require(${JSON.stringify(path.join(packaged.folder, packaged.entry))});`;
  const event = JSON.stringify(recordedEvent('predict-json'));
  const context = "{ awsRequestId: 'bench', functionName: 'predict', getRemainingTimeInMillis: () => 8_000 }";
  const scripts = [
    '',
    load,
    `${load} handler(${event}, ${context}).then((answer) => { process.exitCode = answer.statusCode === 200 ? 0 : 1; });`,
  ];
  const start = (script: string) => {
    const before = performance.now();
    for (let one = 0; one < STARTS; one += 1) {
      const options = { cwd: packaged.folder, env: environmentOf(packaged), stdio: 'ignore' as const };
      const { status } = spawnSync(process.execPath, ['-e', script], options);
      if (status !== 0) throw new Error(`predict's start ended with ${status}`);
    }
    return (performance.now() - before) / STARTS;
  };
  for (const script of scripts) start(script);
  const [bare = [], loaded = [], answered = []] = await interleave(rounds, scripts, start);
  report.speed('start of predict', 'ms', loaded, [['bare node start', bare]]);
  report.speed('start of predict, first row answered', 'ms', answered, [['bare node start', bare]]);
  const found = ratios(loaded, bare);
  report.judge("predict's start against a bare node's", `<= ${short(MOST_START)} x`, times(found), median(found) <= MOST_START);
}

/** Microseconds of CPU of a warm call that the fallback answers, beside a handler that parses and writes its body. */
async function fallback(packaged: Packaged, rounds: number, report: Report): Promise<void> {
  const options = {
    cwd: packaged.folder,
    env: environmentOf(packaged),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'] as const,
  };
  const child = keep(fork(path.join(PROJECT, 'tests/bench/handler-main.ts'), [packaged.entry], { ...options, stdio: [...options.stdio] }));
  try {
    await heard(child);
    const event = recordedEvent('predict-json');
    const run = async (calls: number, bare: boolean) => {
      const answer = heard(child);
      child.send({ event, calls, bare } satisfies Calls);
      const { each, said } = (await answer) as { each: number; said: { statusCode: number; body: string } };
      if (said.statusCode !== 200 || (!bare && JSON.parse(said.body).servedBy !== 'fallback')) throw new Error(`predict said ${said.body}`);
      return each;
    };
    for (const bare of [false, true]) await run(WARM_CALLS, bare);
    const [took = [], theirs = []] = await interleave(rounds, [false, true], (bare) => run(CALLS, bare));
    report.speed('CPU of a warm predict by its fallback, one row', 'us', took, [['a handler that parses and writes the body', theirs]]);
    const what = 'fallback path of a warm predict, one row';
    report.judge(what, '< 0.15 ms of CPU', `${short(median(took) / 1e3)} ms`, median(took) < MOST_FALLBACK);
  } finally {
    await end(child);
  }
}

function heard(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the handler's process ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}
