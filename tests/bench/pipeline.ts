import { compare, type Measure, type Peers } from './batches.ts';
import { interleave, median, short, spread } from './figures.ts';
import type { Files } from './forests.ts';
import type { Report } from './report.ts';
import { startTimed } from './timed.ts';

const SIZES = [1, 100, 10_000];
/** How many times as long as its steps and its forest apart a pipeline may take. */
const MOST = 1.15;

/**
 * A recipe of five steps and heart's forest as one model, beside R's bake() and ranger's predict(): whole, and its steps alone. `body` is the
 * forest alone, asked the recipe's columns: a pipeline's row costs what its steps and its forest cost.
 */
export async function benchPipeline([whole, body]: [Files, Files], { r }: Peers, measure: Measure, report: Report): Promise<void> {
  const [ours, steps, forest] = await Promise.all([
    startTimed('ours', 'ours-main.ts', [], whole),
    startTimed('ours, steps alone', 'ours-main.ts', ['steps'], whole),
    startTimed('ours, forest alone', 'ours-main.ts', [], body),
  ]);
  const theirs = await r.open(whole);
  for (const [files, one] of [[whole, ours] as const, [body, forest] as const]) await compare(files, one, undefined, report);
  const all = [ours, steps, forest, theirs, r.recipe];
  for (const size of SIZES) {
    const { rounds, least } = measure;
    for (const one of all) await one.time(size, least / 2);
    const [both = [], ofSteps = [], ofForest = [], ranger = [], bake = []] = await interleave(
      rounds,
      all,
      async (one) => (await one.time(size, least)) / size,
    );
    const rows = `${short(size)} ${size === 1 ? 'row' : 'rows'}`;
    report.speed(`recipe and forest, ${rows}`, 'us a row', both, [['bake() and ranger', ranger]]);
    report.speed(`recipe alone, ${rows}`, 'us a row', ofSteps, [['bake()', bake]]);
    if (size !== 10_000) continue;
    const shares = both.map((took, round) => took / (ofSteps[round]! + ofForest[round]!));
    report.judge(`recipe and forest, 10,000 rows, against both apart`, `<= ${MOST} x`, `${spread(shares)} x`, median(shares) <= MOST);
  }
  for (const one of [ours, steps, forest, theirs]) await one.close();
}
