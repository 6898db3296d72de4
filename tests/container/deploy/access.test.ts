import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { accessProblems, accessSettings, audiencesOf } from '../../../container/deploy/access.ts';
import { costAtThrottle } from '../../../container/deploy/costs.ts';
import { fileStore } from '../../../container/deploy/keys-file.ts';
import { stored } from '../../support/access/keys.ts';
import { PROJECT } from '../../support/project.ts';

const { params } = parse(readFileSync(path.join(PROJECT, 'serverless.yml'), 'utf8'), { logLevel: 'error' }) as {
  params: Record<string, Record<string, string>>;
};
const problems = (stage: string, given: Record<string, string> = {}) =>
  accessProblems(accessSettings({ ...params.default, ...params[stage] }, given), stage);

test('a deploy to dev is open without a word, one to prod asks who may call and says what an open API can cost', () => {
  expect(problems('dev')).toEqual([]);
  const [question] = problems('prod');
  expect(question).toMatch(/^stage prod: found no --param auth=\.\.\., expected one of none, keys, jwt and iam/);
  expect(question).toContain('at 500 requests a second at most');
  // 500 a second: (1.0 + 0.2 + 13.3334 x 1 GB x 0.01 s) $ a million.
  expect(question).toContain('$96 a day, $2935 a month');
  expect(problems('prod', { throttlingRate: '10' })[0]).toContain('$2 a day, $59 a month');
  for (const auth of ['none', 'keys', 'iam']) expect(problems('prod', { auth })).toEqual([]);
  expect(costAtThrottle(500, 1_024).day).toBeCloseTo(500 * 86_400 * (1.333334e-6 + 0.65e-6 + 0.25e-6), 6);
});

test('an authorizer’s parameters go together', () => {
  const jwtIssuer = 'https://cognito-idp.sa-east-1.amazonaws.com/sa-east-1_abc';
  expect(problems('prod', { auth: 'jwt', jwtIssuer, jwtAudience: 'one,two' })).toEqual([]);
  expect(audiencesOf({ jwtAudience: 'one,two' })).toEqual(['one', 'two']);
  expect(problems('dev', { auth: 'jwt' })).toEqual([
    expect.stringContaining('jwtIssuer: found none, expected the https address'),
    expect.stringContaining('jwtAudience: found none, expected the audiences'),
  ]);
  expect(problems('dev', { auth: 'jwt', jwtIssuer: 'http://x.org', jwtAudience: 'one' })).toHaveLength(1);
  expect(problems('dev', { auth: 'keys', jwtIssuer })).toEqual([`jwtIssuer: found ${jwtIssuer}, expected auth=jwt with it`]);
  expect(problems('dev', { auth: 'key' })).toEqual(['auth: found key, expected none, keys, jwt or iam']);
});

test('a container’s file of keys is made, filled and emptied by names', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-keys-'));
  const file = path.join(folder, 'keys.json');
  try {
    const store = fileStore(file);
    expect(await store.list()).toEqual([]);
    expect(existsSync(file)).toBe(false);
    await store.add({ ...stored('shop', 'one', 5), made: '2026-01-01' });
    await store.add({ ...stored('lab', 'two'), made: '2026-01-02' });
    await expect(store.add({ ...stored('lab', 'three'), made: '2026-01-02' })).rejects.toThrow('lab: there is a key of this name');
    await store.remove('shop');
    await expect(store.remove('shop')).rejects.toThrow('shop: there is no key of this name');
    expect((await store.list()).map(({ name }) => name)).toEqual(['lab']);
    expect(readFileSync(file, 'utf8')).not.toContain('"two"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a command waits for another that is at work on the keys, and reads no pipe, folder or huge file', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-keys-'));
  const file = path.join(folder, 'keys.json');
  try {
    const store = fileStore(file);
    writeFileSync(`${file}.lock`, '');
    const added = store.add({ ...stored('shop', 'one'), made: '2026-01-01' });
    expect(await store.list()).toEqual([]);
    rmSync(`${file}.lock`);
    await added;
    expect((await store.list()).map(({ name }) => name)).toEqual(['shop']);
    await expect(fileStore(folder).list()).rejects.toThrow('found a folder, expected a file of keys');
    writeFileSync(file, '');
    truncateSync(file, 1_100_000_000);
    await expect(store.add({ ...stored('lab', 'two'), made: '' })).rejects.toThrow('found 1100000000 bytes, expected at most 1048576');
    expect(existsSync(`${file}.lock`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
