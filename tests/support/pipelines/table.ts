import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { pipelineFile, pipelineNames } from './files.ts';

/** How far from R an answer of a golden pipeline may be, relative to it, where R goes through LAPACK; every other file has R's bits. */
export const RELATIVE: Record<string, number> = { 'engine-glm': 1e-15, 'step-ica-pls': 1e-12 };

const [START, END] = ['<!-- steps -->\n', '<!-- /steps -->'];

/** model/README.md with the table of steps in its place: for each step of a golden pipeline how many files have it, and how near they come. */
export function withSteps(readme: string): string {
  const from = readme.indexOf(START) + START.length;
  const to = readme.indexOf(END, from);
  if (from < START.length || to < 0) throw new Error(`model/README.md: found no place between ${START.trim()} and ${END}`);
  const lines = [...stepBounds()].map(([step, bounds]) => `| \`${step}\` | ${bounds.length} | ${nearest(bounds)} |`);
  return `${readme.slice(0, from)}\n| step | files | the nearest |\n| --- | --- | --- |\n${lines.join('\n')}\n\n${readme.slice(to)}`;
}

/** The bounds of all files that have a step, by its name. */
function stepBounds(): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const name of pipelineNames()) {
    const { card } = decodeArtifact(importModel(pipelineFile(name)), name);
    for (const step of new Set(card.pipeline?.map(({ step }) => step))) {
      found.set(step, [...(found.get(step) ?? []), RELATIVE[name] ?? 0]);
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function nearest(bounds: readonly number[]): string {
  const least = Math.min(...bounds);
  return least === 0 ? 'exactly' : `within ${least}`;
}
