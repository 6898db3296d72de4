import { fork } from 'node:child_process';
import path from 'node:path';
import { PROJECT } from '../support/project.ts';
import { end, keep } from './children.ts';

/** What predicts rows in a process of its own, and times itself there. */
export type Contender = {
  name: string;
  /** Microseconds of a call with so many rows, calls repeated for at least so many milliseconds. */
  time(rows: number, least: number): Promise<number>;
  close(): Promise<void>;
};
/** One whose answers to all rows can be had too, and which can load its model again. */
export type Checked = Contender & {
  answers(): Promise<Float64Array>;
  /** Milliseconds of loading the model, and of loading it and answering one row. */
  load(withRow: boolean): Promise<number>;
};

/** What a timed program opens: our artifact, and the rows as doubles. */
export type Opened = { artifact: string; rows: string };
/** What is asked of a timed program. */
export type Question = { open: Opened } | { time: { rows: number; least: number } } | { answers: true } | { load: { withRow: boolean } };
/** A question and its number; what is answered to that number. */
export type Asked = { id: number; question: Question };
export type Told = { id: number; answer?: number | Float64Array; error?: string };

/** Starts a timed program (see timed-program.ts) and opens a model in it. */
export async function startTimed(name: string, program: string, args: string[], { artifact, rows }: Opened): Promise<Checked> {
  const options = { execArgv: ['--disable-warning=ExperimentalWarning'], serialization: 'advanced' as const };
  const child = keep(fork(path.join(PROJECT, 'tests/bench', program), args, options));
  const waiting = new Map<number, { resolve(told: Told): void; reject(error: Error): void }>();
  child.on('message', (told: Told) => {
    waiting.get(told.id)?.resolve(told);
    waiting.delete(told.id);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended with ${code}`));
  });
  let last = 0;
  const ask = async <T>(question: Question): Promise<T> => {
    last += 1;
    const id = last;
    const told = await new Promise<Told>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      child.send({ id, question } satisfies Asked);
    });
    if (told.error !== undefined) throw new Error(`${name}: ${told.error}`);
    return told.answer as T;
  };
  try {
    await ask({ open: { artifact, rows } });
  } catch (error) {
    await end(child);
    throw error;
  }
  return {
    name,
    time: (rows, least) => ask({ time: { rows, least } }),
    answers: () => ask({ answers: true }),
    load: (withRow) => ask({ load: { withRow } }),
    close: () => end(child),
  };
}
