import http from 'node:http';
import { openLoop } from './load.ts';
import { ask } from './overload.ts';
import { ARTIFACT, startContainer } from './stack.ts';

/** What SIGTERM under load showed: `shed` got a 503 with Retry-After, `refused` was not taken on any more, `dropped` had a connection and no answer. */
export type Drain = {
  answered: number;
  shed: number;
  dropped: number;
  refused: number;
  exit: number | null;
  exitMs: number;
  codes: string[];
};

/** Longer than a container goes on while requests come (9 s), so that it closes under load. */
const SECONDS = 12;

/** SIGTERM to a container while requests come: those it took on are answered, then it ends by itself. */
export async function runDrain(rate = 100): Promise<Drain> {
  const container = await startContainer(ARTIFACT);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const seen = { answered: 0, shed: 0, dropped: 0, refused: 0 };
  const codes: string[] = [];
  let isOver = false;
  let end = 0;
  const left = container.exited.then((code) => {
    end = performance.now();
    isOver = true;
    return code;
  });
  let stopped = 0;
  await openLoop(
    rate,
    SECONDS,
    async () => {
      if (isOver) return;
      const start = performance.now();
      const status = await ask(agent, `${container.url}/invocations`, undefined, (code) =>
        codes.push(`${code} ${Math.round(start - stopped)} ms after SIGTERM`),
      );
      if (status === 200) seen.answered += 1;
      else if (status === -1) seen.refused += 1;
      else if (status === 503) seen.shed += 1;
      else seen.dropped += 1;
    },
    [
      [
        // At no set moment between two requests.
        1.5 + Math.random() / rate,
        () => {
          stopped = performance.now();
          container.process.kill('SIGTERM');
        },
      ],
    ],
  );
  const exit = await Promise.race([left, new Promise<null>((resolve) => setTimeout(resolve, 30_000, null).unref())]);
  agent.destroy();
  if (!isOver) await container.stop();
  return { ...seen, exit, exitMs: end - stopped, codes };
}
