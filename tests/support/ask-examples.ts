import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { createContainer } from '../../container/server/server.ts';
import { loadModel } from '../../model/artifact/import.ts';
import { golden } from './golden.ts';
import { PROJECT } from './project.ts';

/** R's predictions of the default model for the ages 54 and 61: the golden's rows are the ages from 0. */
export const ANSWERS = [54, 61].map((age) => golden('heart-age').predictions[age]);

/** What a script of model/examples/clients prints that asks the default model, which this process serves meanwhile. */
export async function askWith(program: string, script: string): Promise<string> {
  const server = createContainer(loadModel(path.join(PROJECT, 'model/heart/heart-age.RDS')), { mode: 'alone', log: () => {} });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = path.join(PROJECT, 'model/examples/clients', script);
    return (await promisify(execFile)(program, [file, url], { timeout: 60_000 })).stdout;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
