import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-turn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('where a file can be made and not written, no lock is left behind', () => {
  const script = `
    import { takeTurn } from ${JSON.stringify(path.join(PROJECT, 'container/deploy/turn.ts'))};
    await takeTurn(${JSON.stringify(path.join(folder, 'turn'))}, { doing: 'here', mostMs: 0, againMs: 1 }).catch(({ message }) => console.log(message));`;
  // Files of no byte are what a shell can make of a full disk. What goes through a pipe is not counted.
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script]);
  expect(stdout.toString()).toMatch(/^its lock cannot be made: EFBIG/);
  expect(readdirSync(folder)).toEqual([]);
});
