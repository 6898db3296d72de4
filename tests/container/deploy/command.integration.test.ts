import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../../support/project.ts';

/** A program that runs a command without end, by run(), and says the command's id. */
const PROGRAM = `
  import { run } from ${JSON.stringify(path.join(PROJECT, 'container/deploy/command.ts'))};
  const command = 'console.log(process.pid); setInterval(() => {}, 1000)';
  await run(process.execPath, ['-e', command], { onOutput: (text) => process.stdout.write(text) });`;

test.each<NodeJS.Signals>(['SIGTERM', 'SIGHUP'])('%s ends the command that is run, too', async (signal) => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', PROGRAM];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(child.stdout, 'data');
  child.kill(signal);
  expect(await once(child, 'exit')).toEqual([null, signal]);
  // Where it goes on, the test's time-out ends this.
  const isGone = () => {
    try {
      process.kill(Number(said), 0);
      return false;
    } catch {
      return true;
    }
  };
  while (!isGone()) await new Promise((resolve) => setTimeout(resolve, 10));
});
