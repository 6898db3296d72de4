import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { goldens } from '../../support/golden.ts';

test('every golden has the sha256 that it has always had: a change would part endpoints and functions that hold one model', () => {
  const lines = readFileSync(new URL('../../golden/sha256.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const listed = Object.fromEntries(lines.map((line) => line.split(/\s+/).reverse() as [string, string]));
  const known = goldens();
  expect(known.length).toBeGreaterThan(70);
  // A new golden gets a line: the sha256 that `import` prints.
  expect(known.map(({ name }) => name).sort()).toEqual(Object.keys(listed).sort());
  const found = known.map(({ name, file }) => [name, decodeArtifact(importModel(file), name).sha256]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known.map(({ name }) => [name, listed[name]])));
});
