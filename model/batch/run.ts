import { totalmem } from 'node:os';
import type { Model } from '../../shared/artifact.ts';
import { answerLines } from '../../shared/batch/columns.ts';
import type { BadLine, OnError } from '../../shared/batch/piece.ts';
import { ModelError, RequestError } from '../../shared/errors.ts';
import { prepareKernel } from '../../shared/predict.ts';
import { explainedOf } from '../../shared/schema/explanation.ts';
import { defaultParameters, type Parameters } from '../../shared/schema/parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';
import { Stopped, Taken, Unfinished } from './errors.ts';
import { type Head, type Journal, type Kept, openJournal, type Place } from './journal.ts';
import { discard, type Files, finish, type Output, openOutput } from './output.ts';
import { counted, type Progress } from './progress.ts';
import type { Cut, Sizes, Source } from './source.ts';
import { leftover, type Mode, REPLACES } from './start.ts';
import type { Done, OutputForm, Task } from './task.ts';
import { startThreads, type Threads } from './threads.ts';

/** What a run does. `parameters`: what is computed, the model's default where they are not given. `signal` ends it early. */
export type Asked = {
  model: Model;
  artifact: Uint8Array;
  label: string;
  source: Source;
  files: Files;
  form: OutputForm;
  parameters?: Parameters | undefined;
  onError: OnError;
  mode: Mode;
  threads: number;
  signal: AbortSignal;
  progress(state: Progress): void;
  /** Milliseconds between two entries of the journal. */
  everyMs?: number;
  sizes?: Partial<Sizes>;
};

/** What a run did: rows of the whole output, the first bad ones of this run, and what of it an earlier run had done. */
export type Summary = { rows: number; bad: number; badLines: BadLine[]; before: number; bytes: number };

/** How large a piece of lines is, and a row group of a Parquet output: larger ones are read faster by others. `doubles`: of its answers. */
const SIZES = { lines: { rows: 8_192, bytes: 262_144, doubles: 500_000 }, parquet: { rows: 65_536, bytes: 8_388_608, doubles: 1_000_000 } };
/** Explanations take a hundred times as long as predictions. */
const EXPLAINED_ROWS = 256;
const EVERY_MS = 1_000;
/** Bytes that all threads together may keep of a Parquet file: a quarter of the memory that there is. */
const MOST_KEPT = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) / 4;
const MOST_LISTED = 100;

/** What a run knows while it goes on. */
type Run = {
  asked: Asked;
  output: Output;
  journal: Journal | undefined;
  threads: Threads;
  queue: { cut: Cut; done: Promise<Done> }[];
  place: Place;
  /** Row groups that the journal does not have yet, and all. */
  groups: { fresh: string[]; all: string[] };
  badLines: BadLine[];
  /** Where this run began to read. */
  from: number;
  /** When the journal was last written, by performance.now(). */
  noted: number;
};

/**
 * Answers an input row by row into a file, which appears under its name when it is whole. What is written is kept beside it (`.part`), and a
 * journal says how far that is (`.journal`), so that a run which was broken off, by whatever, can go on without a lost or doubled row. Throws
 * an Unfinished with the reason, where something is kept.
 */
export async function runBatch(asked: Asked): Promise<Summary> {
  const { source, files } = asked;
  try {
    const { kept, replaces } = await leftover(asked, headOf(asked));
    if (!kept?.isWhole || !kept.place) return await runFrom(asked, kept, replaces);
    await finish(files);
    return { ...kept.place, badLines: [], before: kept.place.rows + kept.place.bad, bytes: kept.place.written };
  } finally {
    await source.close();
  }
}

async function runFrom(asked: Asked, kept: Kept | undefined, replaces: boolean): Promise<Summary> {
  const { model, source, files, form, parameters } = asked;
  const opened: { close(): Promise<void> }[] = [];
  const open = <Item extends { close(): Promise<void> }>(item: Item): Item => {
    opened.push(item);
    return item;
  };
  const place = kept?.place ?? { read: 0, hash: '', line: 1, written: 0, rows: 0, bad: 0 };
  try {
    const journal = source.isFile
      ? open(await openJournal(files.journal, { ...headOf(asked), ...(replaces ? REPLACES : {}) }, kept))
      : undefined;
    const output = open(await openOutput(files, place.written));
    const threads = open(startThreads(taskOf(asked), asked.threads));
    const kit = { asked, output, journal, threads, queue: [], place, badLines: [] };
    const run: Run = { ...kit, groups: { fresh: [], all: kept?.groups ?? [] }, from: place.read, noted: Number.NEGATIVE_INFINITY };
    try {
      if (!kept) await output.write(await startOf(model, form, parameters));
      await answerAll(run, kept?.place);
      if (form === 'parquet') await output.write(await endOf(run));
      await note(run, output.written());
    } catch (error) {
      throw await unfinished(run, error);
    }
    await finish(files);
    return { rows: run.place.rows, bad: run.place.bad, badLines: run.badLines, before: place.rows + place.bad, bytes: output.written() };
  } finally {
    await Promise.all(opened.map((item) => item.close()));
  }
}

/** What must be the same for a run to go on. How bad rows are taken may change: those before are the same either way. */
function headOf({ model: { schema, sha256 }, source, form, parameters, sizes }: Asked): Head {
  const used = parameters ?? defaultParameters(schema);
  // What explanations and intervals rest on is no part of the model's sha256; nor is what further types of answer and errors are made of.
  const explain = explainedOf(schema, used.explain)?.sha256;
  const intervals = used.interval || used.type !== defaultParameters(schema).type ? schema.intervals?.sha256 : undefined;
  const rests = { ...(explain ? { explain } : {}), ...(intervals ? { intervals } : {}) };
  return { canopy: 1, model: sha256, parameters: used, output: form, ...rests, ...source.identity, ...(sizes ? { sizes } : {}) };
}

function taskOf({ model, artifact, source, form, onError, parameters, threads }: Asked): Task {
  const shared = new SharedArrayBuffer(artifact.byteLength);
  new Uint8Array(shared).set(artifact);
  const memory = MOST_KEPT / threads;
  return { artifact: shared, table: prepareKernel(model)?.table, rows: source.rows, output: form, onError, memory, parameters };
}

/** How many rows are answered together. What a row group is must not depend on the machine: the same rows give the same bytes. */
function sizesOf({ model: { schema }, form, parameters = defaultParameters(schema), sizes }: Asked): Sizes {
  const { rows, bytes, doubles } = form === 'parquet' ? SIZES.parquet : SIZES.lines;
  const most = parameters.explain ? Math.min(rows, EXPLAINED_ROWS) : rows;
  return { rows: Math.max(1, Math.min(most, Math.floor(doubles / Math.max(1, outputWidth(schema, parameters))))), bytes, ...sizes };
}

async function answerAll(run: Run, from: Place | undefined): Promise<void> {
  const { asked, queue, threads } = run;
  const cuts = asked.source.cuts(sizesOf(asked), from);
  const next = async () => {
    try {
      return await unlessStopped(cuts.next(), asked.signal);
    } catch (error) {
      // What came before is right, whatever became of the input.
      while (queue.length > 0) await takeOne(run);
      throw error;
    }
  };
  for (let one = await next(); !one.done; one = await next()) {
    const done = threads.compute(one.value.work);
    // An error is heard when its turn comes; until then it must not count as unheard.
    done.catch(() => {});
    queue.push({ cut: one.value, done });
    while (queue.length > 2 * asked.threads) await takeOne(run);
  }
  while (queue.length > 0) await takeOne(run);
}

/** Waits for the answers to the first rows of the queue and writes them. */
async function takeOne(run: Run): Promise<void> {
  const { asked, queue, output, place, groups } = run;
  const first = queue[0]!;
  const { bytes, group, rows, bad, badLines } = await unlessStopped(first.done, asked.signal);
  if (group !== undefined) {
    const { groupOf, groupText, placedGroup } = await import('../../shared/batch/parquet-output.ts');
    groups.fresh.push(groupText(placedGroup(groupOf(group), output.written())));
  }
  await output.write(bytes);
  queue.shift();
  run.place = { ...first.cut.mark, written: output.written(), rows: place.rows + rows, bad: place.bad + bad };
  for (const one of badLines) if (run.badLines.length < MOST_LISTED) run.badLines.push(one);
  asked.progress({ ...run.place, share: first.cut.share });
  if (performance.now() - run.noted >= (asked.everyMs ?? EVERY_MS)) await note(run);
}

/** Has what is written on the disk, and then says so in the journal: never the other way round. `whole`: the bytes of an output that is. */
async function note(run: Run, whole?: number): Promise<void> {
  const { asked, output, journal, groups, place } = run;
  if (!(await isOwn(run))) throw new Taken(asked.files.output);
  await output.sync();
  await journal?.add({ ...place, written: whole ?? place.written }, groups.fresh, whole !== undefined);
  groups.all.push(...groups.fresh);
  groups.fresh = [];
  run.noted = performance.now();
}

/** Whether the output is still this run's: what another writes now must neither get its name nor be taken away. */
async function isOwn({ output, journal }: Run): Promise<boolean> {
  return (await output.isOwn()) && ((await journal?.isOwn()) ?? true);
}

async function unlessStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** What stands before the first row. */
async function startOf({ schema }: Model, form: OutputForm, parameters: Parameters | undefined): Promise<Uint8Array> {
  if (form === 'parquet') return (await import('../../shared/batch/parquet-output.ts')).PARQUET_START;
  return Buffer.from(form === 'csv' ? answerLines(schema, parameters).header : '');
}

/** What stands behind the last row of Parquet. */
async function endOf({ asked: { model, parameters }, groups }: Run): Promise<Uint8Array> {
  const { answerFields, groupOf, parquetEnd } = await import('../../shared/batch/parquet-output.ts');
  const fields = answerFields(model.schema, parameters ?? defaultParameters(model.schema));
  return parquetEnd(fields, [...groups.all, ...groups.fresh].map(groupOf));
}

/** Keeps what can be kept of a run that failed, and says how to go on; takes it away where there is nothing. */
async function unfinished(run: Run, error: unknown): Promise<unknown> {
  const { asked, journal, place, from } = run;
  const isBadRow = error instanceof RequestError;
  if (!(await isOwn(run))) return error;
  const cause = isBadRow ? new RequestError(error.status, `${asked.label}: ${error.message}`) : error;
  if (!journal || place.read === 0) {
    await discard(asked.files);
    return cause instanceof Stopped ? new Unfinished(cause, 'stopped; nothing is kept') : cause;
  }
  // Nothing was done: what was kept is not for this input, or not yet.
  if (cause instanceof ModelError && place.read === from) return cause;
  try {
    await note(run);
  } catch {
    // The journal's last entry counts then, which is as right.
  }
  const rows = `${counted(place.rows + place.bad)} rows are kept in ${asked.files.part}`;
  const how = isBadRow
    ? 'mend the row, or add --on-error line, which leaves such rows without an answer; with --resume the run goes on'
    : 'the same command with --resume goes on behind them';
  return new Unfinished(cause, `${rows}; ${how}`);
}
