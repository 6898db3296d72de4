import type { Model } from '../../shared/artifact.ts';
import type { Counts } from '../../shared/batch/piece.ts';
import type { FileRange, Job } from './job.ts';
import type { Part } from './part.ts';
import type { Store } from './store.ts';

/** What a range is computed with, and what came of it so far. `checkTime` throws where the function would not live to its end. */
export type Work = {
  store: Store;
  model: Model;
  job: Job;
  range: FileRange;
  part: Part;
  checkTime: () => void;
  sum: { rows: number; bad: number; lines: string[] };
};

/** Most bad rows that are noted of a range. */
const MOST_NOTED = 10;

/** Adds what came of a piece; `unit`: what the number of a bad row counts. */
export function addCounts({ sum }: Work, counts: Counts, unit: 'line' | 'row'): void {
  sum.rows += counts.rows;
  sum.bad += counts.bad;
  for (const one of counts.badLines) if (sum.lines.length < MOST_NOTED) sum.lines.push(`${unit} ${one.line}: ${one.reason}`);
}
