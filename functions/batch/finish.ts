import { type FileRange, type Job, keysOf, type RangeDone } from './job.ts';
import type { Store } from './store.ts';

/** So many notes of parts are read together. */
const TOGETHER = 50;
/** Most failures that are named in what a state machine keeps; the manifest has them all. */
const MOST_NAMED = 5;

/** A job's end: its rows and its manifest, and in `cause` what failed, where something did. */
export type JobEnd = { rows: number; bad: number; parts: number; failed: number; manifest: string; cause: string };

type Part = { key: string; rows: number; bad: number; bytes: number; lines?: string[] };

/**
 * Writes the manifest of a job: each file of the input with its parts in order, how many rows and bad rows each has, and which failed and
 * why. A range without a note has ended without a word, as a function does that runs out of time or memory.
 */
export async function finishJob(store: Store, job: Job): Promise<JobEnd> {
  const keys = keysOf(job);
  const { bucket } = job.output;
  const ranges = (await store.json(bucket, keys.ranges)) as FileRange[];
  const files = new Map<string, { parts: Part[]; failed: string[] }>();
  const end: JobEnd = { rows: 0, bad: 0, parts: 0, failed: 0, manifest: `s3://${bucket}/${keys.manifest}`, cause: '' };
  const named: string[] = [];
  for (let at = 0; at < ranges.length; at += TOGETHER) {
    const some = ranges.slice(at, at + TOGETHER);
    const notes = await Promise.all(some.map((range) => store.json(bucket, keys.done(range.at)) as Promise<RangeDone | undefined>));
    for (const [place, range] of some.entries()) {
      const file = files.get(range.key) ?? { parts: [], failed: [] };
      files.set(range.key, file);
      const note = notes[place] ?? { at: range.at, failed: silent(range) };
      if ('failed' in note) {
        file.failed.push(note.failed);
        end.failed += 1;
        if (named.length < MOST_NAMED) named.push(note.failed);
        continue;
      }
      const { key, rows, bad, bytes, lines } = note;
      file.parts.push({ key, rows, bad, bytes, ...(lines.length > 0 ? { lines } : {}) });
      end.parts += 1;
      end.rows += rows;
      end.bad += bad;
    }
  }
  if (end.failed > 0) {
    const more = end.failed > named.length ? `\nand ${end.failed - named.length} more, named in ${end.manifest}` : '';
    end.cause = `${end.failed} of ${ranges.length} parts failed\n${named.map((one) => one.slice(0, 1_000)).join('\n')}${more}`;
  }
  const { rows, bad, failed } = end;
  const list = [...files].map(([key, { parts, failed }]) => ({ key, parts, ...(failed.length > 0 ? { failed } : {}) }));
  await store.put(
    bucket,
    keys.manifest,
    JSON.stringify({ job: job.name, model: job.sha256, rows, bad, failed, files: list }, undefined, 1),
  );
  return end;
}

function silent({ key, part, start }: FileRange): string {
  return `${key}, part ${part} (from byte ${start}): its function ended without an answer (time-out, memory); its log says more`;
}
