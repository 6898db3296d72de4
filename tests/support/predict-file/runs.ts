import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ImportOptions, importModel } from '../../../model/artifact/import.ts';
import { openBytes } from '../../../model/batch/bytes.ts';
import { openLines } from '../../../model/batch/lines-source.ts';
import { filesOf } from '../../../model/batch/output.ts';
import { openParquetRows } from '../../../model/batch/parquet-source.ts';
import type { Progress } from '../../../model/batch/progress.ts';
import { type Asked, runBatch, type Summary } from '../../../model/batch/run.ts';
import type { Source } from '../../../model/batch/source.ts';
import type { OutputForm } from '../../../model/batch/task.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';

/** Small pieces, so that a small file has many. */
const SIZES = { rows: 40, bytes: 1_000 };

/** What a test asks of a run beside its files. */
export type Options = Partial<Pick<Asked, 'mode' | 'threads' | 'sizes' | 'onError' | 'signal' | 'everyMs' | 'parameters'>> & {
  progress?: (state: Progress) => void;
  /** What the model is imported with. */
  imported?: ImportOptions;
  /** Waits for this behind so many pieces. */
  pause?: { behind: number; until(): Promise<void> };
};

/** Runs in a folder of their own, with a model. `stop` takes the folder away. */
export function openRuns(modelFile: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-batch-'));
  const at = (name: string) => path.join(folder, name);
  return {
    at,
    write: (name: string, content: string | Uint8Array) => writeFileSync(at(name), content),
    read: (name: string) => readFileSync(at(name), 'utf8'),
    bytes: (name: string) => readFileSync(at(name)),
    /** Answers one file of the folder into another. */
    predict: (input: string, output: string, options: Options = {}) => predict(modelFile, at(input), at(output), options),
    stop: () => rmSync(folder, { recursive: true }),
  };
}

/** Answers a file into another as the command does, in small pieces, by one thread unless it is said: they take long to start. */
export async function predict(modelFile: string, input: string, output: string, options: Options = {}): Promise<Summary> {
  const { pause, imported, ...asked } = options;
  const artifact = importModel(modelFile, imported);
  const model = decodeArtifact(artifact, modelFile);
  const extension = path.extname(output);
  const form: OutputForm = extension === '.parquet' ? 'parquet' : extension === '.csv' ? 'csv' : 'jsonlines';
  const isParquet = path.extname(input) === '.parquet';
  const source = isParquet
    ? await openParquetRows(model.schema, input)
    : await openLines(model.schema, 'rows', await openBytes(input), 'any');
  return runBatch({
    ...{
      model,
      artifact,
      source: pause ? paused(source, pause) : source,
      form,
      label: 'rows',
      files: filesOf(output),
      threads: 1,
      sizes: SIZES,
    },
    ...{ mode: 'new', onError: 'fail', everyMs: 0, signal: new AbortController().signal, progress: () => {}, ...asked },
  });
}

function paused(source: Source, { behind, until }: NonNullable<Options['pause']>): Source {
  async function* cuts(...asked: Parameters<Source['cuts']>) {
    let count = 0;
    for await (const cut of source.cuts(...asked)) {
      if (count === behind) await until();
      count += 1;
      yield cut;
    }
  }
  return { ...source, cuts };
}
