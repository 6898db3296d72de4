import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { readCommandLine, UsageError } from '../../model/commands/command-line.ts';
import { PROJECT } from '../support/project.ts';
import { runAgainst } from './against/against.ts';
import { benchBatches, benchGrowth, benchLoad, type Peers } from './batches.ts';
import { BOOSTERS, benchBoosters } from './boosters/boosters.ts';
import { endAllAtExit } from './children.ts';
import { benchContainer } from './container.ts';
import { benchCores } from './cores/cores.ts';
import { benchExplain } from './explain/explain.ts';
import { type Files, makeForests, rVersions } from './forests.ts';
import { benchFunction } from './function.ts';
import { benchMath } from './math.ts';
import { benchMemory } from './memory.ts';
import { installOnnx } from './onnx/install.ts';
import { benchPackages, PACKAGES } from './packages/packages.ts';
import { benchPipeline } from './pipeline.ts';
import { hasRanger, hasRecipes, startR } from './ranger.ts';
import { createReport, type Report, summary, toMarkdown, verdict, writeBetweenMarks } from './report.ts';
import { bundleImage } from './servers.ts';

const HELP = `How fast ours is, beside its peers in the same run: ranger's own predict, the series' plumber container, onnxruntime-node,
scikit-learn behind Flask, bare Node; randomForest, rpart, xgboost, LightGBM, treelite, tl2cgen and shap. Peers that are not installed are named. The last
line names the bars that are missed, and the status is then 1.

  npm run bench -- speed [--quick] [--only NAME[,NAME]] [--write]
  npm run bench -- speed --against COMMIT [--only NAME[,NAME]]

  --quick   short rounds: the form for a shared machine. large-short and growth-short stand for large and growth; no load, no cores and no boosters-large
  --only    of heart-age, heart, large, iris, heart-probability, veteran (batches of these forests), large-short (100 trees as large as those of
            large), pipeline (a recipe of five steps and heart's forest), growth, growth-short (six of its forests), load, randomForest and rpart (models of these packages beside R's predict()), container, cores (10,000 rows by two threads of it, against one), memory (of the
            container), function, math (the C library's functions against Math.exp), boosters (500 trees of depth 6), boosters-large (1,000 of 255
            leaves), explain (contributions, beside shap's)
  --write   puts the tables into tests/README.md; a whole run alone can
  --against a commit, or "before": what is committed, where files are changed; else where this branch left main; else the commit before the last.
            Its code and ours take turns, in the form of --quick. A table has each ratio beside those of three runs of that commit; where one is
            slower than the slowest of them by more than 5 %, and slower again in a second run, the status is 1
`;

const FORESTS = ['heart-age', 'heart', 'large', 'iris', 'heart-probability', 'veteran'];
/** Of more and more trees; of trees ever deeper, and of ever more training rows, 100 each. */
const GROWTH = [
  ...['heart-50-trees', 'heart-100-trees', 'heart-200-trees', 'heart'],
  ...['depth-4', 'depth-6', 'depth-8', 'depth-12', 'rows-1000', 'rows-5000', 'rows-20000'],
];
const SHORT_GROWTH = ['heart', 'depth-4', 'depth-8', 'depth-12', 'rows-1000', 'rows-5000'];
/** As many rows trained it as the large forest. */
const SHORT_LARGE = 'rows-20000';
/** What --quick has in the place of longer parts. */
const SHORT = ['large-short', 'growth-short'];
const PARTS = [
  ...[...FORESTS, 'pipeline', 'growth', 'load', ...SHORT, ...PACKAGES],
  ...['container', 'cores', 'memory', 'function', 'math', 'explain', ...BOOSTERS],
];
/** What needs no R: forests, their rows and what is right of them are R's. */
const WITHOUT_R = ['memory', 'function', 'math', 'explain', ...BOOSTERS];
/** What --quick leaves out: it takes minutes. */
const LONG = ['large', 'growth', 'load', 'cores', 'boosters-large'];
/** What has no ratios to compare with an older commit's. */
const WITHOUT_PEERS = ['memory'];
const ROUNDS = 5;

/** Measures, prints the tables. The exit code is 1 where an answer is not R's or a bar is missed; the last line names them. */
export async function runSpeed(args: string[]): Promise<number> {
  const options = {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
    against: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  const { quick, only, write, against, help } = readCommandLine({ args, options }).values;
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const left = against === undefined ? (quick ? LONG : SHORT) : [...LONG, ...WITHOUT_PEERS];
  const names = only?.split(',') ?? PARTS.filter((name) => !left.includes(name));
  const unknown = names.filter((name) => !PARTS.includes(name));
  if (unknown.length > 0) throw new UsageError(`--only: found ${unknown.join(', ')}, expected some of ${PARTS.join(', ')}`);
  if (write && (quick || only)) throw new UsageError('--write: found --quick or --only with it, expected a whole run');
  if (write && against !== undefined) throw new UsageError('--write: found --against with it, expected a run of this code alone');
  if (against !== undefined) {
    endAllAtExit(() => {});
    return await runAgainst(against, names, (line) => console.log(line));
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-bench-'));
  endAllAtExit(() => rmSync(folder, { recursive: true, force: true }));
  const report = createReport((line) => console.log(line));
  const withR = hasRanger();
  const versions = withR ? await rVersions() : 'no R';
  if (!withR)
    report.missing(`all but ${WITHOUT_R.join(', ')}`, 'it needs r-base-core, r-cran-ranger and r-cran-survival: apt-get install them');
  if (quick && !only) for (const name of LONG) report.missing(name, '--quick');
  await measure(withR ? names : names.filter((name) => WITHOUT_R.includes(name)), quick, versions, folder, report);
  const where = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}, ${versions}; ${new Date().toISOString().slice(0, 10)}.`;
  const markdown = toMarkdown(report, where);
  if (write) writeBetweenMarks(path.join(PROJECT, 'tests', 'README.md'), markdown);
  else console.log(`\n${markdown}\n`);
  for (const bar of report.bars) console.log(`${bar.what} | ${bar.bar} | ${bar.measured} | ${verdict(bar)}`);
  const { line, fails } = summary(report);
  console.log(line);
  return fails ? 1 : 0;
}

async function measure(names: string[], quick: boolean, versions: string, folder: string, report: Report): Promise<void> {
  const times = { rounds: ROUNDS, least: quick ? 100 : 300, seconds: quick ? 1 : 3 };
  const make = (wanted: readonly string[]) => makeForests(wanted, versions, report.say);
  const batches = [...FORESTS.filter((name) => names.includes(name)), ...(names.includes('large-short') ? [SHORT_LARGE] : [])];
  const packages = PACKAGES.filter((name) => names.includes(name));
  const [withLoad, withPipeline] = ['load', 'pipeline'].map((name) => names.includes(name));
  const growth = names.includes('growth') ? GROWTH : names.includes('growth-short') ? SHORT_GROWTH : [];
  if (batches.length > 0 || packages.length > 0 || growth.length > 0 || withLoad || withPipeline) {
    const onnx = batches.length > 0 ? await installOnnx(report.say) : undefined;
    if (onnx && 'missing' in onnx) report.missing('onnxruntime-node', onnx.missing);
    const peers: Peers = { r: startR(), onnx: onnx && 'folder' in onnx ? onnx.folder : undefined };
    await benchBatches(await make(batches), peers, times, report);
    if (withPipeline && !hasRecipes()) report.missing('pipeline', 'it needs r-cran-recipes: apt-get install it');
    else if (withPipeline) await benchPipeline((await make(['recipe', 'recipe-body'])) as [Files, Files], peers, times, report);
    if (withLoad) for (const files of await make(['large'])) await benchLoad(files, peers, times, report);
    await benchGrowth(await make(growth), peers, times, report);
    await benchPackages(packages, peers, times, report);
    await peers.r.close();
  }
  if (names.includes('container')) {
    await benchContainer(await make(['heart-age', 'heart']), await bundleImage(folder), folder, times, report);
  }
  if (names.includes('cores')) {
    await benchCores(await make(['heart', 'large']), await bundleImage(folder), folder, times, report);
  }
  if (names.includes('memory')) await benchMemory(await bundleImage(folder), folder, report);
  if (names.includes('function')) await benchFunction(times, report);
  if (names.includes('math')) await benchMath(times, report);
  if (names.includes('explain')) await benchExplain(folder, times, report);
  const boosters = BOOSTERS.filter((name) => names.includes(name));
  if (boosters.length > 0) await benchBoosters(boosters, times, report);
}
