import { expect, test } from '@jest/globals';
import { isHeir, isParentGone, readParents } from '../../../container/local/parent.ts';

test.each([
  [1, '/sbin/init', true],
  [1, '/lib/systemd/systemd\0--system', true],
  [1, 'npm run serve', false],
  [1, 'node\0/usr/bin/yarn\0start', false],
  [1, undefined, false],
  [2, '/sbin/init', false],
])('process %d with the command line %j, has it inherited a process whose parent ended: %j', (pid, command, isOne) => {
  expect(isHeir(pid, command)).toBe(isOne);
});

test('the parents of a process that runs are there, and those of one that they left are not', () => {
  const parents = readParents();
  expect(isParentGone(parents)).toBe(false);
  expect(isParentGone({ ...parents, parent: parents.parent + 1 })).toBe(true);
});
