import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { buildImage, pushImage } from '../../../container/deploy/image-tool.ts';
import { PROJECT } from '../../support/project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-image-tool-'));
const { PATH } = process.env;
const [ID, OTHER] = ['0'.repeat(64), '1'.repeat(64)];
const asked = () => readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n');

/** A docker that notes what it is asked for, builds an image, and does not know it by its id where `knows` is no. */
const fakeDocker = (knows: 'yes' | 'no') => `#!/bin/sh
echo "$@" >> '${folder}/asked'
case "$*" in
  *--iidfile*) while [ "$1" != --iidfile ]; do shift; done; printf 'sha256:%s' ${ID} > "$2" ;;
  'image inspect'*' canopy') echo sha256:${OTHER} ;;
  'image inspect'*) [ ${knows} = yes ] && echo sha256:${ID} ;;
esac
`;
/** A registry that has an image from the second question on. */
let questions: string[] = [];
const registry = createServer((request, response) => {
  questions.push(request.url ?? '');
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  response.writeHead(questions.length === 1 ? 404 : 200, { 'content-type': type, 'docker-content-digest': `sha256:${ID}` });
  response.end(JSON.stringify({ config: { digest: 'sha256:2', size: 1 }, os: 'linux', architecture: 'amd64' }));
});

beforeAll(async () => {
  process.env.PATH = `${folder}:${PATH}`;
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  questions = [];
  writeFileSync(path.join(folder, 'asked'), '');
  writeFileSync(path.join(folder, 'docker'), fakeDocker('yes'), { mode: 0o755 });
});
afterAll(async () => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => registry.close(resolve));
});

test('docker is asked for a Docker manifest of one image, whatever its BuildKit writes by itself', async () => {
  await buildImage('docker', PROJECT);
  expect(asked()[0]).toMatch(
    /^buildx build --platform linux\/amd64 --provenance=false --output type=docker,oci-mediatypes=false --iidfile \S+ -t canopy /,
  );
});

test('what is pushed is the image that was built, though another build has taken its name meanwhile', async () => {
  const id = await buildImage('docker', PROJECT);
  expect(id).toBe(ID);
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const pushed = await pushImage('docker', { host, name: 'models', plainHttp: true }, id);
  expect(pushed).toMatchObject({ image: `${host}/models@sha256:${ID}`, wasThere: false });
  const tag = ID.slice(0, 16);
  expect(asked().slice(-2)).toEqual([`tag ${ID} ${host}/models:${tag}`, `push ${host}/models:${tag}`]);
  expect(questions[0]).toBe(`/v2/models/manifests/${tag}`);
});

test('a docker that knows its images by another id has the name say which it is', async () => {
  writeFileSync(path.join(folder, 'docker'), fakeDocker('no'));
  expect(await buildImage('docker', PROJECT)).toBe(OTHER);
});
