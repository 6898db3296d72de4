import { parentPort, workerData } from 'node:worker_threads';
import { decodeArtifact } from '../../shared/artifact.ts';
import { answerLines } from '../../shared/batch/columns.ts';
import { answerPiece, type Counts } from '../../shared/batch/piece.ts';
import { createTextSink, type Sink } from '../../shared/batch/sinks.ts';
import { RequestError, stackOf } from '../../shared/errors.ts';
import { prepareKernel } from '../../shared/predict.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { Changed } from './errors.ts';
import type { Done, Order, Report, Rows, Task, Work } from './task.ts';

// An entry: a thread of threads.ts, which answers the rows that it is sent, one order after the other.
const { artifact, table, rows, output, onError, memory, parameters } = workerData as Task;
const model = decodeArtifact(new Uint8Array(artifact), 'the model', { isHeld: true });
prepareKernel(model, table);
const used = parameters ?? defaultParameters(model.schema);
const asked = { onError, ...(parameters ? { parameters } : {}) };
const { empty } = answerLines(model.schema, used);
const opened = rows.form === 'parquet' ? openRanges(rows) : undefined;
// An error of it is told with each order.
opened?.catch(() => {});

parentPort?.on('message', async ({ number, work }: Order) => {
  try {
    const done = await answer(work);
    parentPort?.postMessage({ number, done } satisfies Report, [done.bytes.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort?.postMessage({ number, ...told(error) } satisfies Report);
  }
});

/** Turns rows into bytes of the output. What reads and writes Parquet is loaded where it is needed alone. */
async function answer(work: Work): Promise<Done> {
  if (output === 'parquet') {
    const { createGroupSink, groupText } = await import('../../shared/batch/parquet-output.ts');
    const sink = createGroupSink(model.schema, used);
    const counts = await fill(sink, work);
    const encoded = sink.group();
    return encoded ? { ...counts, bytes: encoded.bytes, group: groupText(encoded.group) } : { ...counts, bytes: new Uint8Array(0) };
  }
  const sink = createTextSink({ schema: model.schema, parameters: used, form: output, empty });
  const counts = await fill(sink, work);
  return { ...counts, bytes: new TextEncoder().encode(sink.text()) };
}

async function fill(sink: Sink, work: Work): Promise<Counts> {
  if ('range' in work) return (await opened!)(work, sink);
  if (rows.form === 'parquet') throw new Error('found a piece of lines, expected a range of rows');
  return answerPiece(model, { ...work.piece, ...asked, columns: rows.columns, form: rows.form }, sink);
}

type FileOfRows = Extract<Rows, { form: 'parquet' }>;

async function openRanges({
  file,
  identity,
}: FileOfRows): Promise<(work: Extract<Work, { range: unknown }>, sink: Sink) => Promise<Counts>> {
  const [{ answerRange }, { openParquetFile }] = await Promise.all([
    import('../../shared/batch/parquet-piece.ts'),
    import('./parquet-file.ts'),
  ]);
  const { parquet, identity: found } = await openParquetFile(file, memory);
  // The first thread has looked at its columns and rows: another file of that name by now has others.
  if (JSON.stringify(found) !== JSON.stringify(identity)) throw new Changed(`${file}: it was replaced while it was read`);
  return ({ range }, sink) => answerRange(model, parquet, { range, ...asked }, sink);
}

/** An error in a form that a message can carry. */
function told(error: unknown): { refused: { status: number; message: string } } | { changed: string } | { fault: string } {
  if (error instanceof Changed) return { changed: error.message };
  if (!(error instanceof RequestError)) return { fault: stackOf(error) };
  const problems = error.problems.map(({ message }) => message);
  return { refused: { status: error.status, message: [error.message, ...problems].join('; ') } };
}
