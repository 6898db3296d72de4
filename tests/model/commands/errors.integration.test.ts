import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../model/commands/command-line.ts';
import { explain } from '../../../model/commands/explain.ts';
import { readRowsFile } from '../../../model/commands/files.ts';
import { ModelError } from '../../../shared/errors.ts';
import { errorOf } from '../../support/error-of.ts';
import { PROJECT } from '../../support/project.ts';

describe('an error is told', () => {
  test('with a line break of a name as an escape', () => {
    expect(explain(new ModelError('a\nb', 'a folder', 'a file'))).toBe('a\\u000ab: found a folder, expected a file');
    expect(explain(new Error('first\nsecond'))).toBe('first');
  });

  test('in at most some 2,000 characters a line, whatever somebody typed', () => {
    const told = explain(new UsageError(`found ${'x'.repeat(100_000)}`));
    expect(told).toHaveLength(2_023);
    expect(told).toMatch(/^found x+\.\.\. \(100006 characters\)$/);
  });

  test('in words where a name is too long for the system', () => {
    const told = explain(errorOf(() => readRowsFile('x'.repeat(5_000))));
    expect(told).toContain('x...');
    expect(explain(errorOf(() => readRowsFile('x'.repeat(500))))).toBe(`${'x'.repeat(500)}: a name that is too long`);
  });
});

const onFullDevice = existsSync('/dev/full') ? test : test.skip;
onFullDevice('what cannot be printed, since there is no space, is an error that says so', () => {
  const full = openSync('/dev/full', 'w');
  const args = ['model/main.ts', 'describe', path.join(PROJECT, 'model/heart/heart-age.RDS')];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  closeSync(full);
  expect([status, stderr.replace(/^.*Warning.*\n.*\n/, '')]).toEqual([1, 'standard output: no space left\n']);
});
