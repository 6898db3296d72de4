import { interleave, median, ratios, short, times } from './figures.ts';
import { type Files, readDoubles } from './forests.ts';
import type { RSession } from './ranger.ts';
import type { Report } from './report.ts';
import { type Checked, type Contender, startTimed } from './timed.ts';

/** How long and how often is measured. */
export type Measure = { rounds: number; least: number };
/** The peers that are here: R always, and the folder with onnxruntime-node where it could be had. */
export type Peers = { r: RSession; onnx: string | undefined };
/** How often ours is faster, for each size of batch. */
export type Found = { ours: number[]; ranger: number[]; onnx: number[] | undefined };

/** Rows of a call; of a large forest ten too, since so few come one by one. */
export const SIZES = [1, 100, 10_000];
const SIZES_OF_LARGE = [1, 10, 100, 10_000];
/** The forests and how many times ranger's rows a second must be ours. */
const BARS: Record<string, number> = { 'heart-age': 500, heart: 50, large: 6 };
/** How many times onnxruntime-node's. */
const ONNX_BAR = 5;

/** Every forest, batches of 1, 100 and 10,000, a large one also of 10: ours, ranger's predict() and onnxruntime-node, on one thread each. */
export async function benchBatches(forests: Files[], peers: Peers, measure: Measure, report: Report): Promise<void> {
  const onnx: [name: string, ratios: number[] | undefined][] = [];
  for (const files of forests) {
    const ours = await startTimed('ours', 'ours-main.ts', [], files);
    const runtime = peers.onnx ? await startOnnx(peers.onnx, files, report) : undefined;
    const ranger = await peers.r.open(files);
    await compare(files, ours, runtime, report);
    for (const size of files.name.startsWith('large') ? SIZES_OF_LARGE : SIZES) {
      const found = await race(
        `${files.name}, ${short(size)} ${size === 1 ? 'row' : 'rows'}`,
        size,
        [ours, ranger, runtime],
        measure,
        report,
      );
      judge(files.name, size, found, report);
      if (size === 10_000 && files.name in BARS) onnx.push([files.name, found.onnx]);
    }
    for (const one of [ours, ranger, runtime]) await one?.close();
  }
  if (onnx.length === 0) return;
  const told = onnx.map(([name, share]) => `${name} ${share ? times(share) : 'not measured'}`).join(', ');
  const all = onnx.every(([, share]) => share) ? onnx.every(([, share]) => median(share as number[]) >= ONNX_BAR) : undefined;
  report.judge('batch of 10,000 against onnxruntime-node, one thread', `>= ${ONNX_BAR} x`, told, all);
}

/** onnxruntime-node with a forest; undefined where it does not take that. */
async function startOnnx(folder: string, files: Files, report: Report): Promise<Checked | undefined> {
  try {
    return await startTimed('onnxruntime-node', 'onnx/onnx-main.ts', [folder], files);
  } catch (error) {
    report.missing(`onnxruntime-node, ${files.name}`, (error as Error).message);
    return undefined;
  }
}

/** One size of batch: microseconds a row of each, in turn. */
async function race(
  what: string,
  size: number,
  [ours, ranger, onnx]: [Contender, Contender, Contender | undefined],
  { rounds, least }: Measure,
  report: Report,
): Promise<Found> {
  const all = onnx ? [ours, ranger, onnx] : [ours, ranger];
  for (const one of all) await one.time(size, least / 2);
  const [took = [], r = [], runtime] = await interleave(rounds, all, async (one) => (await one.time(size, least)) / size);
  report.speed(what, 'us a row', took, [
    [ranger.name, r],
    ...(runtime ? [['onnxruntime-node (float32)', runtime] as [string, number[]]] : []),
  ]);
  return { ours: took, ranger: ratios(r, took), onnx: runtime && ratios(runtime, took) };
}

/** Counts the doubles that are not R's: ours, where none may be, and onnxruntime-node's, where most are. */
export async function compare({ name, answers }: Files, ours: Checked, onnx: Checked | undefined, report: Report): Promise<void> {
  const expected = readDoubles(answers);
  const differ = (doubles: Float64Array) => doubles.reduce((sum, one, at) => sum + (isSame(one, expected[at]!) ? 0 : 1), 0);
  const doubles = await ours.answers();
  if (doubles.length !== expected.length)
    throw new Error(`${name}: found ${doubles.length} doubles, expected ${expected.length} as R gave`);
  report.compared(doubles.length, differ(doubles));
  const ties = expected.reduce((sum, one) => sum + (Number.isNaN(one) ? 1 : 0), 0);
  report.say(
    `${name}: ${differ(doubles)} of ${doubles.length} doubles differ from R's${ties > 0 ? `; ${ties} ties, which R breaks at random, aside` : ''}`,
  );
  if (!onnx) return;
  const theirs = await onnx.answers();
  const furthest = theirs.reduce((most, one, at) => (Number.isNaN(expected[at]) ? most : Math.max(most, Math.abs(one - expected[at]!))), 0);
  report.say(
    `${name}: onnxruntime-node (float32): ${differ(theirs)} of ${theirs.length} differ from R's, by up to ${furthest.toPrecision(2)}`,
  );
}

function isSame(one: number, other: number): boolean {
  return Number.isNaN(other) || Object.is(one, other);
}

function judge(name: string, size: number, { ours, ranger }: Found, report: Report): void {
  const bar = BARS[name];
  if (size === 10_000 && bar !== undefined) {
    report.judge(`${name}, batch of 10,000, one thread, against ranger`, `>= ${bar} x`, times(ranger), median(ranger) >= bar);
  }
  if (size === 1 && name === 'heart') report.judge('heart, single row in process', '< 3 us', `${short(median(ours))} us`, median(ours) < 3);
}

/** What is measured beside R alone: R's name in the tables, the batches of a model, and what its figures are called. */
type BesideR = { peer: string; sizes(name: string): readonly number[]; figure(name: string): string };

/** Models beside R's predict() of their package, on one thread each. */
export async function benchBesideR(models: Files[], peers: Peers, measure: Measure, report: Report, asked: BesideR): Promise<void> {
  for (const files of models) {
    const ours = await startTimed('ours', 'ours-main.ts', [], files);
    const theirs = await peers.r.open(files, asked.peer);
    await compare(files, ours, undefined, report);
    for (const size of asked.sizes(files.name)) {
      const what = `${asked.figure(files.name)}, ${short(size)} ${size === 1 ? 'row' : 'rows'}`;
      await race(what, size, [ours, theirs, undefined], measure, report);
    }
    for (const one of [ours, theirs]) await one.close();
  }
}

/** How the time of a row grows with trees, depth and rows, beside ranger's. */
export async function benchGrowth(forests: Files[], peers: Peers, measure: Measure, report: Report): Promise<void> {
  const sizes = (name: string) => (name === 'heart' ? [1, 10, 100, 1_000, 10_000] : [10_000]);
  await benchBesideR(forests, peers, measure, report, { peer: 'ranger', sizes, figure: (name) => `growth: ${name}` });
}

/** The large model's artifact against readRDS of its RDS: milliseconds. */
export async function benchLoad(files: Files, { r }: Peers, { rounds }: Measure, report: Report): Promise<void> {
  const ours = await startTimed('ours', 'ours-main.ts', [], files);
  const ways = [() => ours.load(false), () => ours.load(true), () => r.load(files.model)];
  for (const way of ways) await way();
  const [load = [], withRow = [], rds = []] = await interleave(rounds, ways, (way) => way());
  await ours.close();
  report.speed(`load of ${files.name}`, 'ms', load, [['readRDS', rds]]);
  report.speed(`load of ${files.name} and its first row`, 'ms', withRow, [['readRDS', rds]]);
  const found = ratios(rds, load);
  report.judge(`${files.name}: load of the artifact against readRDS of the RDS`, '>= 10 x', times(found), median(found) >= 10);
}
