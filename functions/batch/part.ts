import type { Model } from '../../shared/artifact.ts';
import { answerLines, type LineForm } from '../../shared/batch/columns.ts';
import { answerFields, createGroupSink, PARQUET_START, parquetEnd, placedGroup } from '../../shared/batch/parquet-output.ts';
import { createTextSink, type Sink } from '../../shared/batch/sinks.ts';
import { defaultParameters } from '../../shared/schema/parameters.ts';
import { outputWidth } from '../../shared/schema/shape.ts';
import { joined } from './join.ts';
import type { Written } from './store.ts';

/**
 * A part of the answers as it is written. Answers to a piece go into `sink`, then `piece` is called with the piece's own bytes, which are
 * needed to join; `head` once before, with the line that names the input's columns, where it has one. `end` gives the part's bytes.
 */
export type Part = {
  sink: Sink;
  head(first: Uint8Array | undefined): Promise<void>;
  piece(input: Uint8Array): Promise<void>;
  end(): Promise<number>;
};

/** Rows of a row group, and doubles: more than that of answers, and a piece, is in memory never. */
const GROUP = { rows: 262_144, doubles: 2 ** 22 };

/** A part of lines. `join`: the input's lines, of the same form, stand before the answers. */
export function openLines({ schema }: Model, form: LineForm, join: boolean, out: Written): Part {
  const parameters = defaultParameters(schema);
  const { header, empty } = answerLines(schema, parameters);
  const open = () => createTextSink({ schema, parameters, form, empty });
  let lines = open();
  return {
    sink: { take: (outputs) => lines.take(outputs), skip: (reason) => lines.skip(reason) },
    head: async (first) => {
      if (form === 'csv') await out.add(Buffer.from(join && first ? joined('csv', first, header) : header));
    },
    piece: async (input) => {
      const text = lines.text();
      lines = open();
      await out.add(Buffer.from(join ? joined(form, input, text) : text));
    },
    end: () => out.end(),
  };
}

/** A part that is a Parquet file of its own. */
export function openParquetPart({ schema }: Model, out: Written): Part {
  const parameters = defaultParameters(schema);
  const width = outputWidth(schema, parameters);
  const groups: ReturnType<typeof placedGroup>[] = [];
  let [at, rows, sink] = [0, 0, createGroupSink(schema, parameters)];
  const add = async (bytes: Uint8Array) => {
    await out.add(bytes);
    at += bytes.length;
  };
  const flush = async () => {
    if (at === 0) await add(PARQUET_START);
    const encoded = sink.group();
    [rows, sink] = [0, createGroupSink(schema, parameters)];
    if (!encoded) return;
    groups.push(placedGroup(encoded.group, at));
    await add(encoded.bytes);
  };
  return {
    sink: {
      take: (outputs) => {
        sink.take(outputs);
        rows += outputs.length / width;
      },
      skip: (reason) => {
        sink.skip(reason);
        rows += 1;
      },
    },
    head: async () => {},
    piece: async () => {
      if (rows >= GROUP.rows || rows * width >= GROUP.doubles) await flush();
    },
    end: async () => {
      await flush();
      await add(parquetEnd(answerFields(schema, parameters), groups));
      return out.end();
    },
  };
}
