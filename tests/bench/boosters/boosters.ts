import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildArtifact } from '../../../model/artifact/build.ts';
import { PROJECT } from '../../support/project.ts';
import type { Measure } from '../batches.ts';
import { outputOf } from '../children.ts';
import { interleave, median, ratios, short, times } from '../figures.ts';
import { CACHE, readDoubles } from '../forests.ts';
import type { Report } from '../report.ts';
import { type Session, startSession } from '../session.ts';
import { type Checked, startTimed } from '../timed.ts';
import { installBoosters, REQUIRED } from './install.ts';

/** The models by the names of make.py, and what they are. */
const MODELS: Record<string, { what: string; columns: number }> = {
  boosters: { what: 'heart, 500 boosted trees of depth 6', columns: 13 },
  'boosters-large': { what: '20 columns, 1,000 boosted trees of 255 leaves', columns: 20 },
};
const FILES: Record<string, string> = { boosters: 'heart', 'boosters-large': 'large' };
/** Parts of the bench. */
export const BOOSTERS = Object.keys(MODELS);
const SIZES = [1, 10_000];
/** How many times as fast as a model's engine ours must be. */
const BAR = 3;

/**
 * An engine and the models' files it made. Beside it treelite's interpreter, whose rows by the thousand would take minutes and so come by
 * 500 at once, and the same model compiled by tl2cgen.
 */
type Engine = { name: string; title: string; ending: string };
const ENGINES: Engine[] = [
  { name: 'xgboost', title: 'xgboost', ending: 'xgboost.json' },
  { name: 'lightgbm', title: 'LightGBM', ending: 'lightgbm.txt' },
];
const MOST_OF_TREELITE = 500;

/** Boosted models, batches of 1 and 10,000: ours, the model's engine, treelite and tl2cgen, on one thread each. */
export async function benchBoosters(names: string[], measure: Measure, report: Report): Promise<void> {
  const installed = await installBoosters(report.say);
  if ('missing' in installed) {
    for (const name of names) report.missing(name, installed.missing);
    return;
  }
  const { python } = installed;
  for (const name of names) {
    const folder = await makeModels(python, FILES[name] as string, report.say);
    for (const engine of ENGINES) await benchEngine(python, name, path.join(folder, FILES[name] as string), engine, measure, report);
  }
}

/** The folder with a model of either engine, which are kept under the sha256 of what makes them. */
async function makeModels(python: string, file: string, say: (line: string) => void): Promise<string> {
  const script = path.join(PROJECT, 'tests/bench/boosters/make.py');
  const key = createHash('sha256').update(readFileSync(script)).update(REQUIRED).digest('hex').slice(0, 12);
  const folder = path.join(CACHE, `boosters-${key}`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, `${file}-lightgbm.txt`))) {
    say(`${file}: xgboost and LightGBM are trained on it${file === 'large' ? ', which takes minutes the first time' : ''}`);
    await outputOf(python, [script, PROJECT, folder, file]);
  }
  return folder;
}

async function benchEngine(python: string, name: string, base: string, engine: Engine, measure: Measure, report: Report): Promise<void> {
  const { what, columns } = MODELS[name] as { what: string; columns: number };
  const [model, rows] = [`${base}-${engine.ending}`, `${base}.rows`];
  const ours = await startTimed('ours', 'ours-main.ts', [], { artifact: buildArtifact(model, PROJECT).file, rows });
  await compare(`${what}, ${engine.title}`, ours, readDoubles(`${model}.answers`), report);
  const peers: [title: string, session: Session, most: number][] = [];
  for (const [peer, title, most] of [
    [engine.name, engine.title, 10_000],
    ['treelite', `treelite's interpreter`, MOST_OF_TREELITE],
    ['tl2cgen', 'tl2cgen', 10_000],
  ] as const) {
    const session = await openPeer(python, peer, [model, rows, columns], `${title}, ${name}`, report);
    if (session) peers.push([title, session, most]);
  }
  for (const size of SIZES) {
    const all = [ours, ...peers.map(([, session, most]) => timedBy(session, most))];
    for (const one of all) await one.time(size, measure.least / 2);
    const [took = [], ...theirs] = await interleave(measure.rounds, all, async (one) => (await one.time(size, measure.least)) / size);
    const named = peers.map(([title, , most], at): [string, number[]] => [
      size > most ? `${title} (by ${short(most)})` : title,
      theirs[at] as number[],
    ]);
    report.speed(`${what}, ${engine.title}'s, ${short(size)} ${size === 1 ? 'row' : 'rows'}`, 'us a row', took, named);
    judge(`${what}, ${short(size)} ${size === 1 ? 'row' : 'rows'}, one thread, against ${engine.title}`, took, named, engine, report);
  }
  for (const one of [ours, ...peers.map(([, session]) => session)]) await one.close();
}

/** A peer with the model; undefined where it does not take that. */
async function openPeer(
  python: string,
  peer: string,
  words: (string | number)[],
  what: string,
  report: Report,
): Promise<Session | undefined> {
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  const session = startSession(peer, python, [path.join(PROJECT, 'tests/bench/boosters/serve.py')], env);
  try {
    if (peer === 'tl2cgen' && !existsSync(`${words[0]}.so`)) report.say(`${what}: gcc compiles it, which takes minutes the first time`);
    await session.ask('open', peer, ...words);
    return session;
  } catch (error) {
    await session.close();
    report.missing(what, (error as Error).message);
    return undefined;
  }
}

/** A session whose batches are of at most so many rows. */
function timedBy(session: Session, most: number): { time(rows: number, least: number): Promise<number> } {
  return {
    time: async (rows, least) => {
      const some = Math.min(rows, most);
      return ((await session.ask('time', some, least)) * rows) / some;
    },
  };
}

/** Counts the doubles that are not the engine's own. */
async function compare(what: string, ours: Checked, expected: Float64Array, report: Report): Promise<void> {
  const doubles = await ours.answers();
  if (doubles.length !== expected.length) throw new Error(`${what}: found ${doubles.length} doubles, expected ${expected.length}`);
  const differ = doubles.reduce((sum, one, at) => sum + (Object.is(one, expected[at]) ? 0 : 1), 0);
  report.compared(doubles.length, differ);
  report.say(`${what}: ${differ} of ${doubles.length} doubles differ from its own`);
}

function judge(what: string, took: number[], peers: [string, number[]][], { title }: Engine, report: Report): void {
  const theirs = peers.find(([name]) => name === title)?.[1];
  const found = theirs && ratios(theirs, took);
  report.judge(what, `>= ${BAR} x`, found ? times(found) : `${title} is not here`, found && median(found) >= BAR);
}
