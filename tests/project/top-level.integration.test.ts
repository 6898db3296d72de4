import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../support/project.ts';

const TOP_LEVEL = [
  ...['functions', 'shared', 'model', 'container', 'tests', '.ci', '.github', 'serverless.yml', 'package.json', 'package-lock.json'],
  ...['tsconfig.json', 'biome.json', 'jest.config.js', 'README.md', 'README.pt.md', 'ARCHITECTURE.md', 'LICENSE', 'CHANGELOG.md'],
  ...['.editorconfig', '.gitignore', '.gitattributes', '.npmrc', '.dockerignore'],
];

// A downloaded archive has no git to ask.
const withGit = existsSync(path.join(PROJECT, '.git')) ? test : test.skip;
withGit('at the top level there is what belongs there, and no more', () => {
  const tracked = execFileSync('git', ['ls-files'], { cwd: PROJECT, encoding: 'utf8' }).trim().split('\n');
  const top = new Set(tracked.map((file) => file.split('/')[0] as string));
  expect([...top].filter((entry) => !TOP_LEVEL.includes(entry))).toEqual([]);
});
