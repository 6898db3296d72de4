import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { inflate } from '../../../model/rds/inflate.ts';
import { RDS_LIMITS } from '../../../model/rds/limits.ts';
import { readRFile } from '../../../model/rds/rds.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { pipelineFile } from '../../support/pipelines/files.ts';
import { RWriter } from '../../support/r-writer.ts';

/*
 * Functions, promises, quosures and environments in a workflow or a train: they may hold any code, lead back to themselves, and be as large as
 * somebody's workspace. The model is the same as without them, none of the code runs, and what is read of them costs what it takes in the file.
 */

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MARKER = path.join(folder, 'ran');

/** R's codes of types (Rinternals.h), and the flag of a cell with a tag. */
const [SYMBOL, PAIRLIST, CLOSURE, ENVIRONMENT, PROMISE, LANGUAGE, GLOBAL, NULL, REFERENCE] = [1, 2, 3, 4, 5, 6, 253, 254, 255];
const [TAG, ATTRIBUTES] = [1 << 10, 1 << 9];
/** A text in UTF-8. */
const CHAR = 9 | (8 << 12);
const HEADER = new RWriter().plain().length;
/** Most processor time, in seconds, that the import of 50 MB may take: an idle machine takes a twentieth. */
const CEILING_S = 5;

/** Writes what only R's own objects have, behind what a file has already: its first reference is `next`. */
class Writer {
  readonly #parts: Buffer[] = [];
  readonly #symbols = new Map<string, number>();
  #next: number;

  constructor(next: number) {
    this.#next = next;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  integers(...numbers: number[]): this {
    for (const number of numbers) {
      const part = Buffer.alloc(4);
      part.writeInt32BE(number);
      this.#parts.push(part);
    }
    return this;
  }

  symbol(name: string): this {
    const known = this.#symbols.get(name);
    if (known !== undefined) return this.integers((known << 8) | REFERENCE);
    this.#symbols.set(name, this.#next);
    this.#next += 1;
    const text = Buffer.from(name);
    return this.integers(SYMBOL, CHAR, text.length).raw(text);
  }

  text(text: string): this {
    this.#parts.push(
      new RWriter()
        .value({ type: 'character', values: [text] })
        .plain()
        .subarray(HEADER),
    );
    return this;
  }

  /** The call `name(text)`. */
  call(name: string, text: string): this {
    return this.integers(LANGUAGE).symbol(name).integers(PAIRLIST).text(text).integers(NULL);
  }

  /** An environment around `frame`, which gets the number by which it refers back. */
  environment(frame: (self: number) => void): this {
    this.integers(ENVIRONMENT, 0);
    const self = this.#next;
    this.#next += 1;
    this.integers(GLOBAL);
    frame(self);
    // The end of the frame, no table, no attributes.
    return this.integers(NULL, NULL, NULL);
  }

  reference(number: number): this {
    return this.integers((number << 8) | REFERENCE);
  }

  raw(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

/** A golden's bytes without compression, and the number of what it refers to. */
function plainOf(name: string): { plain: Uint8Array; next: number } {
  const plain = inflate(readFileSync(pipelineFile(name)), name, RDS_LIMITS.inflatedBytes);
  const beyond = new Writer(0).integers(PAIRLIST | TAG, (0x7f_ffff << 8) | REFERENCE).bytes;
  try {
    readRFile(Buffer.concat([plain.subarray(0, -4), beyond]), name);
  } catch (error) {
    const count = /one of the (\d+) so far/.exec((error as Error).message)?.[1];
    if (count !== undefined) return { plain, next: Number(count) + 1 };
  }
  throw new Error(`${name}: the number of references was not found`);
}

/** The golden with one more attribute, and what it costs to import it. */
function importWith(name: string, write: (writer: Writer) => void) {
  const { plain, next } = plainOf(name);
  const writer = new Writer(next).integers(PAIRLIST | TAG).symbol('what somebody left there');
  write(writer);
  const file = path.join(folder, `${name}.RDS`);
  writeFileSync(file, Buffer.concat([plain.subarray(0, -4), writer.integers(NULL).bytes]));
  const start = process.cpuUsage();
  const { sha256 } = decodeArtifact(importModel(file), name);
  const { user, system } = process.cpuUsage(start);
  return { sha256, seconds: (user + system) / 1e6 };
}

const CODE = ['system', 'eval', 'quit', 'file.create', '__proto__', 'constructor'];
/** A function of `environment` whose default argument and body are calls that R would run. */
const closure = (writer: Writer, environment: () => void) => {
  writer.integers(CLOSURE | TAG);
  environment();
  writer
    .integers(PAIRLIST | TAG)
    .symbol('x')
    .call('file.create', MARKER)
    .integers(NULL);
  writer.call('system', `touch ${MARKER}`);
};

const HOSTILE: [string, (writer: Writer) => void][] = [
  ['a function with code in its body and in its defaults', (writer) => closure(writer, () => writer.integers(GLOBAL))],
  ['a promise with its code', (writer) => writer.integers(PROMISE | TAG, GLOBAL, NULL).call('file.create', MARKER)],
  [
    'a quosure with code',
    (writer) => {
      // ~ file.create(MARKER), of the class quosure, with an environment.
      writer
        .integers(LANGUAGE | ATTRIBUTES, PAIRLIST | TAG)
        .symbol('class')
        .text('quosure');
      writer
        .integers(PAIRLIST | TAG)
        .symbol('.Environment')
        .integers(GLOBAL, NULL);
      writer.symbol('~').integers(PAIRLIST).call('file.create', MARKER).integers(NULL);
    },
  ],
  [
    'environments and functions that lead back to themselves',
    (writer) =>
      writer.environment((self) => {
        writer
          .integers(PAIRLIST | TAG)
          .symbol('self')
          .reference(self);
        writer.integers(PAIRLIST | TAG).symbol('work');
        closure(writer, () => writer.reference(self));
        writer.integers(PAIRLIST | TAG).symbol('inner');
        writer.environment((inner) => {
          writer
            .integers(PAIRLIST | TAG)
            .symbol('outer')
            .reference(self);
          writer
            .integers(PAIRLIST | TAG)
            .symbol('itself')
            .reference(inner);
        });
      }),
  ],
  [
    'variables with the names of what a program has',
    (writer) =>
      writer.environment(() => {
        for (const name of CODE)
          writer
            .integers(PAIRLIST | TAG)
            .symbol(name)
            .call(name, MARKER);
      }),
  ],
  [
    '100,000 variables',
    (writer) =>
      writer.environment(() => {
        for (let at = 0; at < 100_000; at += 1)
          writer
            .integers(PAIRLIST | TAG)
            .symbol(`variable ${at}`)
            .integers(NULL);
      }),
  ],
  [
    'a workspace of 50 MB',
    (writer) =>
      closure(writer, () => {
        writer.environment(() => {
          const values = { type: 'double' as const, values: new Float64Array(6_250_000).fill(1 / 3) };
          writer
            .integers(PAIRLIST | TAG)
            .symbol('everything')
            .raw(new RWriter().value(values).plain().subarray(HEADER));
        });
      }),
  ],
];

describe.each(['step-mutate-ratio-rename', 'caret-rf-prob'])('%s with what somebody left in it', (name) => {
  const bare = decodeArtifact(importModel(pipelineFile(name)), name).sha256;

  test.each(HOSTILE)('%s: the same model, and nothing ran', (_, write) => {
    const { sha256, seconds } = importWith(name, write);
    expect(sha256).toBe(bare);
    expect(existsSync(MARKER)).toBe(false);
    expect(seconds).toBeLessThan(CEILING_S);
  });

  test('code that is cut off is an error that names the byte', () => {
    const { plain, next } = plainOf(name);
    const writer = new Writer(next)
      .integers(PAIRLIST | TAG)
      .symbol('cut')
      .integers(CLOSURE | TAG, GLOBAL, SYMBOL);
    const file = path.join(folder, 'cut.RDS');
    writeFileSync(file, Buffer.concat([plain.subarray(0, -4), writer.bytes]));
    expect(() => importModel(file)).toThrow(/byte \d+/);
  });
});
