import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findImage } from '../../../container/deploy/registry.ts';

/** A registry whose answers are those of a proxy before it: a page instead of a manifest. */
const server = createServer((_, response) => {
  response.writeHead(200, {
    'content-type': 'application/vnd.docker.distribution.manifest.v2+json',
    'docker-content-digest': `sha256:${'0'.repeat(64)}`,
  });
  response.end('<html>sign in</html>');
});
let host = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** What is said of a registry; a TypeError would be shown with its stack (container/deploy.ts). */
const said = (place: string) =>
  findImage({ host: place, name: 'canopy', plainHttp: true }, 'tag').catch((error: Error) => `${error.name}: ${error.message}`);

test('a registry that cannot be reached, or answers what is no manifest, is told of in a sentence', async () => {
  expect(await said('127.0.0.1:1')).toMatch(/^Error: the registry 127\.0\.0\.1:1: found no answer \(.+\), expected one$/);
  expect(await said(host)).toBe('Error: canopy@tag: found an answer that is not JSON, expected JSON');
});
