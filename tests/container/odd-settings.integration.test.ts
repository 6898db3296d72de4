import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../support/project.ts';

const hasSix = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
/** A device without end is what systems of the kind of Linux have. */
const where = hasSix && existsSync('/dev/zero') ? test : test.skip;

where('a device as the page’s parts is refused, and an address of IPv6 is said in brackets', async () => {
  const env = { ...process.env, MODEL_DIR: path.join(PROJECT, 'model/examples/heart'), PORT: '0', HOST: '::1', PAGE_FILE: '/dev/zero' };
  const args = ['--disable-warning=ExperimentalWarning', path.join(PROJECT, 'container/main.ts')];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let problems = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    problems += text;
  });
  try {
    const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
    expect(said).toMatch(/is served on http:\/\/\[::1\]:\d+,/);
    expect(problems).toBe('the page has no script and no style: /dev/zero: found a pipe or a device, expected a file\n');
  } finally {
    child.kill();
    await once(child, 'close');
  }
});
