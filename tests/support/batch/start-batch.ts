import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { endAtLast } from '../children.ts';
import { golden } from '../golden.ts';

const MAIN = fileURLToPath(new URL('../../../container/main.ts', import.meta.url));

/** A container that runs: its URL, and the most memory that it took so far, in bytes. */
export type BatchContainer = { url: string; peak(): number };

/**
 * Makes containers as the platform starts them for a transform job, each a process with a golden's model, and ends them after the last test
 * of the file. Call it where the file begins.
 */
export function openBatch(name: string): { start(env?: Record<string, string>): Promise<BatchContainer> } {
  const ending = endAtLast();
  let dir: string | undefined;
  afterAll(() => {
    if (dir !== undefined) rmSync(dir, { recursive: true });
  });
  const modelDir = () => {
    if (dir !== undefined) return dir;
    dir = mkdtempSync(path.join(tmpdir(), 'canopy-batch-'));
    writeFileSync(path.join(dir, `${name}.canopy`), importModel(golden(name).file));
    return dir;
  };
  return {
    start: async (env = {}) => {
      const { PATH, NODE_COMPILE_CACHE } = process.env;
      const batch = { SAGEMAKER_BATCH: 'true', MODEL_DIR: modelDir(), PORT: '0' };
      const environment = { PATH, NODE_COMPILE_CACHE, ...batch, ...env };
      const child = ending(spawn(process.execPath, [MAIN, 'serve'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] }));
      const peak = () => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1_024;
      let said = '';
      for await (const chunk of child.stdout) {
        said += chunk;
        const url = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
        if (!url) continue;
        child.stdout.resume();
        return { url, peak };
      }
      throw new Error(`the container ended: ${said}`);
    },
  };
}
