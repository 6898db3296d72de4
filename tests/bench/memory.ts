import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildArtifact } from '../../model/artifact/build.ts';
import { PROJECT } from '../support/project.ts';
import type { Report } from './report.ts';
import { type Server, startOurs } from './servers.ts';

/** Most megabytes (10^6 bytes) of the container's process with the default model: once it is ready, and after these batches. */
const BARS = { start: 80, afterBatches: 120 };
const BATCHES = 20;
const ROWS = 10_000;
/** Until what a start or a request leaves behind is collected, in milliseconds. */
const REST = 2_000;

/** The memory of the container as its image runs it, with the default model. Linux alone tells it. */
export async function benchMemory(bundle: string, folder: string, report: Report): Promise<void> {
  if (process.platform !== 'linux') return report.missing('memory', `found ${process.platform}, expected Linux, whose /proc tells it`);
  const artifact = buildArtifact(path.join(PROJECT, 'model/heart/heart-age.RDS'), PROJECT).file;
  const ours = await startOurs(bundle, artifact, path.join(folder, 'memory'));
  try {
    await fetch(`${ours.url}/ping`).then((reply) => reply.text());
    judge('at start', await megabytesOf(ours), BARS.start, report);
    const body = JSON.stringify(Array.from({ length: ROWS }, (_, row) => ({ age: 20 + (row % 600) / 10 })));
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const reply = await fetch(`${ours.url}/invocations`, { method: 'POST', body });
      const { predictions } = (await reply.json()) as { predictions?: number[] };
      if (predictions?.length !== ROWS) throw new Error(`memory: found ${reply.status}, expected ${ROWS} predictions`);
    }
    judge(`after ${BATCHES} batches of 10,000`, await megabytesOf(ours), BARS.afterBatches, report);
  } finally {
    await ours.close();
  }
}

/** What a server's process has in memory (RSS), once it rests: also what other processes of Node share with it. */
async function megabytesOf({ pid }: Server): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, REST));
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1_024) / 1e6;
}

function judge(when: string, found: number, most: number, report: Report): void {
  report.say(`memory of the container ${when}: ${found.toFixed(1)} MB`);
  report.judge(`memory of the container ${when}`, `<= ${most} MB`, `${found.toFixed(1)} MB`, found <= most);
}
