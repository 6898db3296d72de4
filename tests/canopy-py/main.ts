import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createContainer } from '../../container/server/server.ts';
import { importModel } from '../../model/artifact/import.ts';
import { decodeArtifact } from '../../shared/artifact.ts';
import { provenText } from '../../shared/proof/proof.ts';
import { brokenServer } from '../canopy-r/broken.ts';
import { PROJECT } from '../support/project.ts';

// node tests/canopy-py/main.ts PYTHON [SEEDS] [FIRST]: models that canopy.py saved, imported, served and asked from Python.
const python = process.argv[2] ?? 'python3';
const seeds = Number(process.argv[3] ?? 1);
const first = Number(process.argv[4] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);

const run = (script: string, ...args: string[]) =>
  promisify(execFile)(python, [path.join('tests/canopy-py', script), ...args], { cwd: PROJECT, encoding: 'utf8' });

/** What canopy.py refuses to save, and asking servers that are broken. */
async function odd(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-from-python-odd-'));
  await run('odd.py', folder);
  for (const file of ['odd.ubj', 'one.ubj', 'plain.ubj', 'space.txt']) {
    const { card } = decodeArtifact(importModel(path.join(folder, file)), file);
    assert.ok(card.proof && card.proof.rows === card.proof.agreed, `${file}: ${card.proof ? provenText(card.proof) : 'no predictions'}`);
  }
  rmSync(folder, { recursive: true });
  const { server, url } = await brokenServer();
  const { stdout } = await run('broken.py', url);
  server.close().closeAllConnections();
  process.stdout.write(stdout);
}

await odd();
for (let seed = first; seed < first + seeds; seed += 1) {
  const folder = mkdtempSync(path.join(tmpdir(), `canopy-from-python-${seed}-`));
  await run('save.py', folder, String(seed));
  const servers: Server[] = [];
  const asked: string[] = [];
  for (const file of readdirSync(folder).filter((name) => /\.(?:ubj|txt|json)$/.test(name) && !name.endsWith('.model.json'))) {
    const model = decodeArtifact(importModel(path.join(folder, file)), file);
    const { proof } = model.card;
    assert.ok(proof && proof.rows === 64 && proof.agreed === 64, `${file}: ${proof ? provenText(proof) : 'no predictions'}`);
    const server = createContainer(model, { mode: 'alone', log: () => {} });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    asked.push(`${path.parse(file).name}=${file}=http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  assert.equal(asked.length, 10);
  const { stdout } = await run('ask.py', folder, ...asked);
  for (const server of servers) server.close().closeAllConnections();
  process.stdout.write(`seed ${seed}: ${stdout}`);
  rmSync(folder, { recursive: true });
}
