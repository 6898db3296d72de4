/** One line of the rehearsal: what was done with what, and how it ended. */
export type Line = { step: string; real: string; other: string; seconds: number; result: string; state: 'ok' | 'failed' | 'skipped' };

/** A step: `work` says what it saw, and throws where something does not hold. */
export type Step = {
  step: string;
  /** The real programs in it. */
  real: string;
  /** What was stood in for, or is not exercised. */
  other: string;
  /** Programs that must be there: each a name and whether it is. */
  needs: () => [string, boolean][];
  work: () => Promise<string>;
};

/**
 * Runs steps one after another. A step that lacks a tool is skipped, aloud, or has failed where `strict`; after a failed
 * step those that go on from it have failed too.
 */
export async function runSteps(steps: Step[], strict: boolean, show: (line: string) => void): Promise<Line[]> {
  const lines: Line[] = [];
  let broken: string | undefined;
  for (const { step, real, other, needs, work } of steps) {
    const missing = needs().flatMap(([name, there]) => (there ? [] : [name]));
    const start = performance.now();
    let result: string;
    let state: Line['state'] = 'ok';
    if (broken !== undefined || missing.length > 0) {
      state = broken === undefined && !strict ? 'skipped' : 'failed';
      result = broken === undefined ? `${state}: no ${missing.join(', no ')}` : `not tried after ${broken}`;
    } else {
      show(`${step} ...`);
      try {
        result = await work();
      } catch (error) {
        state = 'failed';
        result = `failed: ${(error as Error).message.split('\n')[0]}`;
        show((error as Error).stack ?? String(error));
      }
    }
    if (state === 'failed') broken ??= step;
    const seconds = (performance.now() - start) / 1000;
    lines.push({ step, real, other, seconds, result, state });
    show(`${step}: ${result} (${seconds.toFixed(1)} s)`);
  }
  return lines;
}

/** The lines as a table of Markdown. */
export function table(lines: Line[]): string {
  const rows = lines.map(({ step, real, other, seconds, result }) => [step, real, other || 'nothing', seconds.toFixed(1), result]);
  const all = [['step', 'real', 'stood in for or not exercised', 'seconds', 'result'], ...rows];
  const text = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
  return [text(all[0] as string[]), '| --- | --- | --- | --- | --- |', ...rows.map(text)].join('\n');
}
