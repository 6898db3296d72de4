import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeModel, familiesOf, isRead, readChosen } from '../../model/artifact/import.ts';
import { fileReaderOf } from '../../model/artifact/package-format.ts';
import { compressionOf, inflate } from '../../model/rds/inflate.ts';
import { RDS_LIMITS } from '../../model/rds/limits.ts';
import { readRFile } from '../../model/rds/rds.ts';
import { modelIn } from '../../model/readers/saved.ts';
import { decodeArtifact, failedCheck } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { generator } from '../../shared/math/generator.ts';

/** Longest time for one file, in milliseconds of processor time: five times the bar of 1 s. A booster of 43,527 features takes 0.34 s, and
 * 1.9 s in jest, whose contexts slow every global name down. */
const MAX_MS = 5000;
/** Most bytes that one file may leave in use while it is read. A byte of the file becomes at most a value of some 200 bytes. */
const MAX_BYTES = 256 * 2 ** 20;
/** How often a file that takes too long or too much is read. */
const READS = 3;
/** Largest file to change; what a mutation finds in a small one it finds in a large one, later. */
const MAX_SEED_FILE = 12_000;
/** Largest pipeline to change. */
const MAX_PIPELINE = 70_000;
/** Pipelines among R's files, one of each kind of object: all of them are changed by themselves, too. */
const PIPELINES = ['caret-rf-prob.RDS', 'engine-rpart-prob.RDS'];
const THING = 'model.RDS';

/** What a run of the fuzzer found: how the files came out, and every one that did what none may do. */
export type FuzzReport = { files: number; refused: number; models: number; slowestMs: number; wrong: string[] };

/** The small files of tests/golden and tests/rds-files and some pipelines, each as it is and without its compression. */
function seedFiles(): { name: string; bytes: Buffer }[] {
  return ['../golden/', '../golden/pipelines/', '../rds-files/'].flatMap((folder) => {
    const at = fileURLToPath(new URL(folder, import.meta.url));
    const names = readdirSync(at).filter((name) => /\.(?:RDS|RData)$/.test(name));
    return names.flatMap((name) => {
      const bytes = readFileSync(at + name);
      const isChosen = folder.endsWith('pipelines/') ? PIPELINES.includes(name) : bytes.length <= MAX_SEED_FILE;
      if (!isChosen || name.startsWith('zeros')) return [];
      const plain = Buffer.from(inflate(bytes, name, RDS_LIMITS.inflatedBytes));
      return compressionOf(bytes) === 'none'
        ? [{ name, bytes }]
        : [
            { name, bytes },
            { name: `${name} inflated`, bytes: plain },
          ];
    });
  });
}

/** The small files of tests/golden/boosting: boosters in their packages' own formats and in R's; R's files without their compression too. */
function boosterFiles(): { name: string; bytes: Buffer }[] {
  const at = fileURLToPath(new URL('../golden/boosting/', import.meta.url));
  return readdirSync(at, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    if (!/[/\\]model\.\w+$/.test(name)) return [];
    const bytes = readFileSync(at + name);
    if (bytes.length > MAX_SEED_FILE) return [];
    return compressionOf(bytes) === 'none'
      ? [{ name, bytes }]
      : [{ name: `${name} inflated`, bytes: Buffer.from(inflate(bytes, name, RDS_LIMITS.inflatedBytes)) }];
  });
}

/** The pipelines of tests/golden/pipelines but for the largest, without their compression: each kind of step and engine is in one. */
function pipelineFiles(): { name: string; bytes: Buffer }[] {
  const at = fileURLToPath(new URL('../golden/pipelines/', import.meta.url));
  const files = readdirSync(at).filter((name) => name.endsWith('.RDS'));
  const small = files.map((name) => ({ name, bytes: readFileSync(at + name) })).filter(({ bytes }) => bytes.length <= MAX_PIPELINE);
  return small.map(({ name, bytes }) => ({ name, bytes: Buffer.from(inflate(bytes, name, RDS_LIMITS.inflatedBytes)) }));
}

/** Which files are changed: those of R, those of boosters, or R's pipelines. */
export const FUZZ_SEEDS = { r: seedFiles, boosters: boosterFiles, pipelines: pipelineFiles };
export type FuzzSeeds = keyof typeof FUZZ_SEEDS;

/** All that an import does with a file's bytes. */
function importBytes(bytes: Uint8Array): void {
  const format = fileReaderOf(bytes);
  const model = format
    ? format.read(bytes, THING)
    : readChosen(modelIn(readRFile(bytes, THING), THING, { isRead, families: familiesOf() }), THING);
  const failed = failedCheck(decodeArtifact(encodeModel(model, {}, { file: THING, sidecarFile: THING, bytes }), THING));
  if (failed) throw new Error(failed);
}

/** One change: bits flipped, bytes drawn anew, cut off, a length made large, a part taken out, doubled or brought from elsewhere. */
function mutate(bytes: Buffer, other: Buffer, random: () => number): Buffer {
  const below = (most: number) => Math.floor(random() * most);
  // Half of the changes fall among the first bytes, where types and lengths stand thick.
  const at = below(random() < 0.5 ? Math.min(800, bytes.length) : bytes.length);
  const length = 1 + below(Math.min(64, bytes.length - at));
  const out = Buffer.from(bytes);
  switch (below(8)) {
    case 0:
      out[at]! ^= 1 << below(8);
      return out;
    case 1:
      out[at] = below(256);
      return out;
    case 2:
      return out.subarray(0, at);
    case 3:
    case 4: {
      if (at + 4 > out.length) return out.subarray(0, at);
      const aligned = at - (at % 4) + ((out.length - (out.length % 4)) % 4);
      const numbers = [0x7fffffff, -1, 0x10000000, 1 << below(31), below(1 << 16), 0, 254, 255, 238, 19, 14];
      out.writeInt32BE(numbers[below(numbers.length)]!, Math.min(random() < 0.5 ? at : aligned, out.length - 4));
      return out;
    }
    case 5:
      return Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
    case 6:
      return Buffer.concat([out.subarray(0, at + length), out.subarray(at)]);
    default: {
      const from = below(other.length);
      return Buffer.concat([out.subarray(0, at), other.subarray(from, from + length), out.subarray(at + length)]);
    }
  }
}

/** Reads `count` changed files, the same for the same seed: each must be refused by a ModelError, or be a model whose check rows hold. */
export function fuzz(
  count: number,
  seed: number,
  progress: (report: FuzzReport, file: string) => void = () => {},
  seeds: FuzzSeeds = 'r',
): FuzzReport {
  const files = FUZZ_SEEDS[seeds]();
  const random = generator(seed);
  const report: FuzzReport = { files: 0, refused: 0, models: 0, slowestMs: 0, wrong: [] };
  const pick = () => files[Math.floor(random() * files.length)] as { name: string; bytes: Buffer };
  for (let run = 0; run < count; run += 1) {
    const { name, bytes } = pick();
    let changed = mutate(bytes, pick().bytes, random);
    while (random() < 0.3 && changed.length > 0) changed = mutate(changed, pick().bytes, random);
    progress(report, `file ${run} (${name})`);
    const wrong = readOne(changed, report);
    if (wrong !== undefined)
      report.wrong.push(`seed ${seed}, file ${run} (${name}): ${wrong}; base64 ${changed.toString('base64').slice(0, 20_000)}`);
    report.files += 1;
  }
  return report;
}

/** Reads one file; gives what it did that it may not. Too long or too much counts only where it happens each time: a collector that
 * tidies up behind earlier files takes processor time, too. */
function readOne(bytes: Buffer, report: FuzzReport): string | undefined {
  let read = measured(bytes);
  for (let again = 1; again < READS && read.wrong === undefined && overLimit(read) !== undefined; again += 1) read = measured(bytes);
  if (read.isModel) report.models += 1;
  else report.refused += 1;
  report.slowestMs = Math.max(report.slowestMs, read.ms);
  return read.wrong ?? overLimit(read);
}

/** What one reading of a file gave and took: milliseconds of processor time, bytes left in use. */
type Reading = { isModel: boolean; wrong: string | undefined; ms: number; grown: number };

function measured(bytes: Buffer): Reading {
  const before = process.memoryUsage();
  const start = process.cpuUsage();
  let isModel = false;
  let wrong: string | undefined;
  try {
    importBytes(bytes);
    isModel = true;
  } catch (error) {
    if (!(error instanceof ModelError && error.message.startsWith(THING))) wrong = (error as Error).stack ?? String(error);
  }
  const ms = process.cpuUsage(start).user / 1000;
  const after = process.memoryUsage();
  return { isModel, wrong, ms, grown: after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers };
}

function overLimit({ ms, grown }: Reading): string | undefined {
  if (ms > MAX_MS) return `took ${ms} ms`;
  return grown > MAX_BYTES ? `left ${grown} bytes in use` : undefined;
}
