import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../../support/project.ts';

/** Starts the checker on an address where nobody listens, with a command that it is to start. */
function check(command: string) {
  const args = [path.join(PROJECT, 'container/image.ts'), 'check', 'http://127.0.0.1:1', '--start', command];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said.text += text;
    });
  }
  return { child, said };
}

/** What the checker says of a command, once it has ended. */
async function saidOf(command: string): Promise<string> {
  const { child, said } = check(command);
  await once(child, 'close');
  return said.text;
}

test('a command that is not there is told of in a sentence', async () => {
  expect(await saidOf('no-such-command serve')).toMatch(/^no-such-command: found no such command that can be started \(.*\)\n$/);
});

test('a command that a signal ended is not waited for', async () => {
  expect(await saidOf(`${process.execPath} -e process.kill(process.pid,"SIGKILL")`)).toContain('expected');
});

test.each<NodeJS.Signals>(['SIGTERM', 'SIGHUP'])('%s ends the command that was started, too', async (signal) => {
  const { child } = check(`${process.execPath} -e console.error(process.pid);setInterval(()=>{},1000)`);
  const [pid] = await once(child.stderr, 'data');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([null, signal]);
  // Where it goes on, the test's time-out ends this.
  const isThere = () => {
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  };
  while (isThere()) await new Promise((resolve) => setTimeout(resolve, 10));
});
