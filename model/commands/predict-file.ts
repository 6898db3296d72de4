import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Model } from '../../shared/artifact.ts';
import { ModelError } from '../../shared/errors.ts';
import { defaultParameters, type Parameters } from '../../shared/schema/parameters.ts';
import type { DeclaredForm } from '../../shared/wire/media.ts';
import { type Bytes, openBytes, piped } from '../batch/bytes.ts';
import { Stopped } from '../batch/errors.ts';
import { openLines } from '../batch/lines-source.ts';
import { filesOf } from '../batch/output.ts';
import { counted, createProgress } from '../batch/progress.ts';
import { runBatch, type Summary } from '../batch/run.ts';
import type { Source } from '../batch/source.ts';
import type { OutputForm } from '../batch/task.ts';
import { UsageError } from './command-line.ts';
import { isSameFile } from './files.ts';
import { checkedArtifact } from './load.ts';

/** `predict` with a file of predictions, as the command line has it. `parametersOf`: what is computed of a model. */
type PredictFile = {
  file: string;
  rows: string;
  object: string | undefined;
  declared: DeclaredForm;
  parametersOf(model: Model): Parameters;
  out: string;
  resume: boolean;
  force: boolean;
  onError: string | undefined;
  threads: string | undefined;
};

const FORMS: Record<string, OutputForm> = { '.csv': 'csv', '.jsonl': 'jsonlines', '.ndjson': 'jsonlines', '.parquet': 'parquet' };
const MOST_THREADS = 256;
/** Bad rows that are listed at the end. */
const SHOWN_BAD = 10;
const EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** Predicts a file of any size into another. What it prints; throws a UsageError, a RequestError, a ModelError or an Unfinished. */
export async function predictFile(given: PredictFile): Promise<string> {
  const { file, rows, out } = given;
  const form = FORMS[path.extname(out).toLowerCase()];
  if (!form) throw new UsageError(`found -o ${out}, expected a name that ends in ${Object.keys(FORMS).join(', ')}`);
  const onError = given.onError ?? 'fail';
  if (onError !== 'fail' && onError !== 'line') throw new UsageError(`found --on-error ${onError}, expected fail or line`);
  if (given.resume && given.force) throw new UsageError('found --resume and --force, expected one of them');
  const threads = threadsOf(given.threads);
  const files = filesOf(out);
  const read = Object.values(files).find((own) => [file, rows].some((one) => isSameFile(one, own)));
  if (read !== undefined) {
    const how = read === files.output ? 'which is read' : `which is written by way of ${read}, which is read`;
    throw new UsageError(`found -o ${out}, ${how}; expected another file`);
  }
  const { model, artifact } = checkedArtifact(file, given.object);
  const parameters = given.parametersOf(model);
  if (form === 'parquet' && parameters.explain) throw new UsageError('found --explain and Parquet, expected -o NAME.csv or NAME.jsonl');
  const source = await openSource(model, given);
  if (given.resume && !source.isFile) throw new UsageError(`found --resume and ${labelOf(rows)}, expected a file, which can be read again`);
  const progress = createProgress({
    isTerminal: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    write: (text) => process.stderr.write(text),
  });
  const start = performance.now();
  const [signal, release] = onSignals();
  try {
    const summary = await runBatch({
      ...{ model, artifact, label: labelOf(rows), source, files, form, onError, threads, signal, progress: progress.show },
      mode: given.resume ? 'resume' : given.force ? 'force' : 'new',
      parameters: parameters === defaultParameters(model.schema) ? undefined : parameters,
    });
    progress.done();
    return summaryText(summary, out, (performance.now() - start) / 1000);
  } finally {
    progress.done();
    release();
  }
}

function threadsOf(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const threads = Number(text);
  if (/^\d{1,3}$/.test(text) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new UsageError(`found --threads ${text}, expected a whole number from 1 to ${MOST_THREADS}`);
}

function labelOf(rows: string): string {
  return rows === '-' ? 'standard input' : rows;
}

/** Opens the rows, as what they are: a name that ends in .parquet, or the first bytes, tell Parquet. */
async function openSource({ schema }: Model, { rows, declared }: PredictFile): Promise<Source> {
  const bytes: Bytes = rows === '-' ? piped('standard input', process.stdin) : await openBytes(rows);
  try {
    if (path.extname(rows).toLowerCase() === '.parquet' || bytes.start === 'PAR1') {
      if (!bytes.isFile) throw new ModelError(labelOf(rows), 'Parquet in a pipe', 'a file, whose end can be read first');
      await bytes.close();
      const { openParquetRows } = await import('../batch/parquet-source.ts');
      return await openParquetRows(schema, rows);
    }
    return await openLines(schema, labelOf(rows), bytes, declared);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** A signal that ends the run at Ctrl-C; a second one ends the process at once. The function takes the listeners away. */
function onSignals(): [AbortSignal, () => void] {
  const control = new AbortController();
  const stop = (name: keyof typeof EXIT) => {
    release();
    control.abort(new Stopped(EXIT[name]));
  };
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  const release = () => {
    for (const name of names) process.off(name, stop);
  };
  for (const name of names) process.on(name, stop);
  return [control.signal, release];
}

function summaryText({ rows, bad, badLines, before, bytes }: Summary, out: string, seconds: number): string {
  const speed = Math.round((rows + bad - before) / Math.max(seconds, 1e-3));
  const all = `${counted(rows + bad)} rows in ${out} (${counted(bytes)} bytes)`;
  const went = before > 0 ? `, ${counted(before)} of them before` : '';
  const lines = badLines.slice(0, SHOWN_BAD).map(({ line, reason }) => `  row ${line}: ${reason}`);
  const more = bad > lines.length ? [`  and ${counted(bad - lines.length)} more`] : [];
  const without = bad > 0 ? [`${counted(bad)} ${bad === 1 ? 'row has' : 'rows have'} no prediction:`, ...lines, ...more] : [];
  return [`${all}${went}; ${seconds.toFixed(1)} s, ${counted(speed)} rows a second`, ...without, ''].join('\n');
}
