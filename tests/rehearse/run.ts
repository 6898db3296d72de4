import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the rehearsal's tools and its work lie; git ignores it. `.ci/run rehearse` installs the tools into it. */
export const TOOLS = path.join(PROJECT, '.canopy/rehearse');
mkdirSync(TOOLS, { recursive: true });

/** Throws an Error unless `holds`. */
export function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

/** Asks again every 20 ms until the answer is true; throws an Error after `seconds`. How long it took, in milliseconds. */
export async function until(what: string, seconds: number, ask: () => Promise<boolean> | boolean): Promise<number> {
  const start = performance.now();
  while (!(await ask())) {
    if (performance.now() - start > seconds * 1000) throw new Error(`${what}: not so after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - start;
}

/** The status of a GET; 0 where nobody answers within 2 s. */
export function statusOf(url: string): Promise<number> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 0,
  );
}
