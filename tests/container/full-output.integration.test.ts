import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PROJECT } from '../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-full-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The exit status of a command whose standard output has no room, and what it says. */
function ran(...args: string[]) {
  const full = openSync('/dev/full', 'w');
  try {
    const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: path.join(PROJECT, 'container'),
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    return { status, stderr };
  } finally {
    closeSync(full);
  }
}

/** A device that is always full is Linux's. */
const onLinux = existsSync('/dev/full') ? test : test.skip;

onLinux.each(['main.ts', 'deploy.ts', 'keys.ts', 'package/main.ts'])('help of %s that has no room is told of in a sentence', (file) => {
  expect(ran(file, '--help')).toEqual({ status: 1, stderr: expect.stringMatching(/^standard output: ENOSPC.*\n$/) });
});

onLinux('a key that could not be shown is no success, and what to do is said', () => {
  const file = path.join(folder, 'keys.json');
  const { status, stderr } = ran('keys.ts', 'add', 'someone', '--file', file);
  expect(status).toBe(1);
  expect(stderr).toMatch(/\nstandard output: ENOSPC.*\n$/);
  // Without the file a key of that name in AWS would go.
  expect(stderr).toContain(`; the key reached nobody: npm run keys -- remove someone --file ${file}, and make it again\n`);
});
