import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { lightgbmText, SPLIT } from '../../support/boosting/lightgbm-text.ts';
import { golden } from '../../support/golden.ts';

/*
 * SIGTERM to a container that does not serve yet. As the first process of a container (PID 1) it hears only signals that it has a handler
 * for; a namespace of its own makes it one here. How far it is, and what its id is outside, Linux alone says (/proc).
 */

const MAIN = fileURLToPath(new URL('../../../container/main.ts', import.meta.url));
const NAMESPACE = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
const isLinux = process.platform === 'linux';
const hasNamespaces = isLinux && spawnSync('unshare', [...NAMESPACE, 'true']).status === 0;

let folder: string;
let slow: string;
let quick: string;
let modelBytes: number;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'canopy-signals-'));
  [slow, quick] = ['slow', 'quick'].map((name) => mkdtempSync(path.join(folder, name))) as [string, string];
  // Its import takes a second or more, in which the process does nothing else.
  const text = lightgbmText(Array.from({ length: 60_000 }, (_, place) => ({ ...SPLIT, threshold: place / 7 })));
  modelBytes = text.length;
  writeFileSync(path.join(slow, 'model.txt'), text);
  writeFileSync(path.join(quick, 'heart-age.canopy'), importModel(golden('heart-age').file));
});
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** A container that starts, by itself or as PID 1; `pid` is its id out here. */
function start(args: string[], dir: string, isFirst: boolean) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const command = [process.execPath, MAIN, ...args];
  const [file = '', ...rest] = isFirst ? ['unshare', ...NAMESPACE, ...command] : command;
  const child = spawn(file, rest, { env: { PATH, NODE_COMPILE_CACHE, MODEL_DIR: dir, PORT: '0', DRAIN_MS: '300' } });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
  const pid = () => {
    if (!isFirst) return child.pid;
    return Number(readProc(`${child.pid}/task/${child.pid}/children`).trim().split(' ')[0]) || undefined;
  };
  return { pid, ended };
}

function readProc(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until a process out there does what a sign in /proc shows. */
async function reaches(pid: () => number | undefined, sign: (id: number) => boolean): Promise<number> {
  for (const until = Date.now() + 30_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 2))) {
    const id = pid();
    if (id && sign(id)) return id;
  }
  throw new Error('it did not come so far within 30 s');
}

/** Whether a process has read so many bytes: its code, and the model's file. */
const hasReadModel = (id: number) => Number(/^rchar: (\d+)$/m.exec(readProc(`${id}/io`))?.[1]) > modelBytes;
/** Whether it has a child: esbuild, which builds the page. */
const hasChild = (id: number) => readProc(`${id}/task/${id}/children`) !== '';

describe.each<[string, boolean, boolean]>([
  ['by itself', false, isLinux],
  ['as PID 1', true, hasNamespaces],
])('a container %s', (_, isFirst, isHere) => {
  (isHere ? test : test.skip)(
    'that has to end while it imports its model ends with 0, and serves nobody',
    async () => {
      const { pid, ended } = start(['serve'], slow, isFirst);
      process.kill(await reaches(pid, hasReadModel), 'SIGTERM');
      expect(await ended).toEqual({ code: 0, out: '', err: '' });
    },
    60_000,
  );

  (isHere ? test : test.skip)(
    'that has to end while it builds its page ends with 0 at once',
    async () => {
      const { pid, ended } = start([], quick, isFirst);
      process.kill(await reaches(pid, hasChild), 'SIGTERM');
      expect(await ended).toEqual({ code: 0, out: '', err: '' });
    },
    60_000,
  );
});
