import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { answerLines, type Columns, csvColumns, NO_COLUMNS } from '../../../shared/batch/columns.ts';
import { createCutter, type Piece, type PieceSize, recordEnds } from '../../../shared/batch/cutter.ts';
import { computePiece, MOST_LISTED, type PieceAsked, type PieceDone } from '../../../shared/batch/piece.ts';
import { RequestError } from '../../../shared/errors.ts';
import { defaultParameters } from '../../../shared/schema/parameters.ts';
import { outputWidth } from '../../../shared/schema/shape.ts';
import { isCompressed } from '../../../shared/wire/encoding.ts';
import { bodyForm, CONTENT_TYPES } from '../../../shared/wire/media.ts';
import type { Answered, Container } from '../container.ts';
import { type Extra, headerOf, headList } from '../http.ts';
import type { Incoming } from '../incoming.ts';
import type { Served } from '../models.ts';
import { checkAsked } from '../predict.ts';
import { overloaded } from '../refusals.ts';
import type { Batch } from './batch.ts';
import { type Output, openOutput } from './output.ts';
import { answerWhole, type Lines, openPayload } from './payload.ts';

/** Most bytes of a payload that are held before they are cut: what a client may send without a look at the answer. */
const MOST_WAITING = 6_291_456;
/** Most payloads under way: the platform sends as many as /execution-parameters says. */
const MOST_PAYLOADS = 32;
/** How large a piece is: so many bytes, rows, milliseconds of computing, doubles of answers. */
const PIECE = { bytes: 262_144, rows: 8_192, ms: 200, doubles: 500_000 };

/** A payload that came in and the answer that goes out. What its head says is asked for once it begins: by then the process may be stopping. */
export type Exchange = { request: Incoming; response: ServerResponse; extra(): Extra };

/**
 * Answers a payload of batch transform. CSV and JSON Lines of any length are read, computed and answered piece by piece, with a line for
 * each line, in their order; memory stays flat, and either side waits for the other. All else is answered as any other request.
 * Gives or throws a RequestError: 503 where too many payloads are under way, 4xx for what cannot be read. Once an answer has begun,
 * an error breaks the connection.
 */
export function transform(container: Container, batch: Batch, served: Served, exchange: Exchange): RequestError | Promise<Answered> {
  const { request } = exchange;
  checkAsked(served, request);
  if (batch.underWay >= MOST_PAYLOADS) return overloaded('too many payloads are coming in; ask again soon');
  if (isCompressed(headerOf(request, 'content-encoding'))) {
    throw new RequestError(
      415,
      'found a content encoding, expected the payload of a transform job as it is: the platform inflates files itself',
    );
  }
  // Refused before a piece is asked for: what nobody began to take would hold its sender back.
  bodyForm(headerOf(request, 'content-type'));
  return run(container, batch, served, exchange, request.pieces(MOST_WAITING));
}

async function run(
  container: Container,
  batch: Batch,
  served: Served,
  exchange: Exchange,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<Answered> {
  batch.underWay += 1;
  try {
    const payload = await openPayload(served.model.schema, exchange.request, chunks);
    if ('whole' in payload) return await answerWhole(container, served, exchange, payload);
    return { sent: await answerLinewise(container, batch, served, exchange, payload) };
  } finally {
    batch.underWay -= 1;
    // What nobody takes any more is thrown away.
    await chunks.return();
  }
}

/** What is known of a payload while it is answered. */
type Job = {
  output: Output;
  compute(piece: Piece): Promise<PieceDone>;
  /** Pieces that are computed, in their order. */
  queue: Promise<PieceDone>[];
  sum: { rows: number; bad: number; badLines: string[] };
};

async function answerLinewise(container: Container, batch: Batch, served: Served, { response, extra }: Exchange, payload: Lines) {
  const { form, accepted } = payload;
  const { schema } = served.model;
  const headers = () => headList({ 'content-type': CONTENT_TYPES[accepted], 'x-model-sha256': served.model.sha256 }, extra());
  const output = openOutput(response, headers);
  const lines = answerLines(schema);
  let columns: Columns | undefined = form === 'csv' ? undefined : NO_COLUMNS;
  const compute = awaited(response, piecesComputer(container, batch, served, response));
  const job: Job = {
    output,
    queue: [],
    sum: { rows: 0, bad: 0, badLines: [] },
    compute: (piece) => compute({ ...piece, columns: columns as Columns, form, accepted, empty: lines.empty, onError: batch.onError }),
  };
  const add = async (piece: Piece) => {
    let rows = piece;
    if (!columns && piece.records > 0) {
      const first = piece.bytes.subarray(0, recordEnds(piece.bytes, true)[0]);
      columns = csvColumns(schema, first, batch.isWhole);
      if (columns.isGiven) {
        if (accepted === 'csv') await output.write(lines.header);
        rows = { ...piece, bytes: piece.bytes.subarray(first.length), records: piece.records - 1, line: 2 };
      }
    }
    if (rows.records > 0) await enqueue(job, rows, container.workers?.count ?? 1);
  };
  const cutter = createCutter(form === 'csv', sizeOf(served));
  for await (const chunk of payload.chunks) for (const piece of cutter.add(chunk)) await add(piece);
  await add(cutter.end());
  while (job.queue.length > 0) await takeOne(job);
  await output.end();
  const { rows, bad, badLines } = job.sum;
  // What is already on its way is nobody's to hold.
  return { status: 200, bytes: response.writableLength, rows, ...(bad > 0 ? { bad, badLines } : {}) };
}

/** Has a piece computed; of those before it no more wait than there are threads. */
async function enqueue(job: Job, piece: Piece, threads: number): Promise<void> {
  const done = job.compute(piece);
  // An error is heard when its turn comes; until then it must not count as unheard.
  done.catch(() => {});
  job.queue.push(done);
  while (job.queue.length > threads + 1) await takeOne(job);
}

/** Waits for the first piece and writes its answer. */
async function takeOne({ queue, output, sum }: Job): Promise<void> {
  const { text, rows, bad, badLines } = (await queue.shift()) as PieceDone;
  sum.rows += rows;
  sum.bad += bad;
  for (const one of badLines) if (sum.badLines.length < MOST_LISTED) sum.badLines.push(`line ${one.line}: ${one.reason}`);
  await output.write(text);
}

/**
 * Has the connection live while a piece of its payload is computed or waits for its turn, however long nothing moves on it. Else one that
 * is silent for long is closed, as any other.
 */
function awaited(response: ServerResponse, compute: (asked: PieceAsked) => Promise<PieceDone>): typeof compute {
  let pieces = 0;
  response.on('timeout', (socket: Socket) => {
    if (pieces > 0) socket.setTimeout(socket.timeout ?? 0);
    else socket.destroy();
  });
  return async (asked) => {
    pieces += 1;
    try {
      return await compute(asked);
    } finally {
      pieces -= 1;
    }
  };
}

/** What computes pieces: the threads, in as many slots as they take; without threads this one, between two looks at the sockets. */
function piecesComputer({ workers }: Container, { slots }: Batch, { key, model }: Served, response: ServerResponse) {
  const isWanted = () => !response.destroyed;
  return async (asked: PieceAsked): Promise<PieceDone> => {
    await slots.take();
    try {
      if (workers) return await workers.piece(key, asked, isWanted);
      await turn();
      return computePiece(model, asked);
    } finally {
      slots.give();
    }
  };
}

/** How large pieces are, by what a row takes and by how wide its answer is. */
function sizeOf({ model: { schema }, pace }: Served): PieceSize {
  const width = Math.max(outputWidth(schema, defaultParameters(schema)), 1);
  const records = Math.min(PIECE.rows, PIECE.ms / Math.max(pace.ms(1), 1e-6), PIECE.doubles / width);
  return { bytes: PIECE.bytes, records: Math.max(1, Math.floor(records)) };
}
