import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildImage } from '../../../container/deploy/image-tool.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-image-tool-'));
const { PATH } = process.env;
const ID = '0'.repeat(64);

/** A docker that notes what it is asked for, and has an image. */
beforeAll(() => {
  writeFileSync(path.join(folder, 'docker'), `#!/bin/sh\necho "$@" >> '${folder}/asked'\necho sha256:${ID}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}:${PATH}`;
});
afterAll(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

test('docker is asked for a Docker manifest of one image, whatever its BuildKit writes by itself', async () => {
  expect(await buildImage('docker', PROJECT)).toBe(ID);
  const [build] = readFileSync(path.join(folder, 'asked'), 'utf8').split('\n');
  expect(build).toMatch(/^buildx build --platform linux\/amd64 --provenance=false --output type=docker,oci-mediatypes=false -t canopy /);
});
