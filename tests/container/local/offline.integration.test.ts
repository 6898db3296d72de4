import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { PROJECT } from '../../support/project.ts';

/** Ports nobody listens on. */
async function freePorts(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}

/** The numbers (inodes) of all that a process watches, as Linux has it. */
function watchedBy(pid: number): Set<number> {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((fd) => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'));
  return new Set(
    infos.flatMap((info) => Array.from(info.matchAll(/^inotify .*\bino:([0-9a-f]+)/gm), ([, ino = '']) => Number.parseInt(ino, 16))),
  );
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux(
  'serverless offline answers, and watches our sources and nothing that is generated',
  async () => {
    // There whether or not anything was packaged before.
    mkdirSync(path.join(PROJECT, '.serverless'), { recursive: true });
    mkdirSync(path.join(PROJECT, '.canopy/compile-cache'), { recursive: true });
    const [http = '', lambda = '', websocket = '', alb = ''] = await freePorts(4);
    const workFolder = `.esbuild/offline-${http}`;
    const script = path.join(PROJECT, 'node_modules/serverless/bin/serverless.js');
    const ports = ['--httpPort', http, '--lambdaPort', lambda, '--websocketPort', websocket, '--albPort', alb];
    const args = [script, 'offline', 'start', '--noSponsor', ...ports, '--param', `workFolder=${workFolder}`];
    const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      let answer: unknown;
      for (let tries = 0; tries < 600 && answer === undefined; tries += 1) {
        const asked = fetch(`http://127.0.0.1:${http}/predict`, { method: 'POST', body: '{"age":54}' });
        answer = await asked.then((response) => response.json()).catch(() => undefined);
        if (answer === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(answer).toMatchObject({ predictions: [0.626568188849064], servedBy: 'fallback' });
      const inode = (file: string) => statSync(path.join(PROJECT, file)).ino;
      const watched = watchedBy(child.pid ?? 0);
      expect(watched.has(inode('functions')) || watched.has(inode('functions/predict.ts'))).toBe(true);
      const generated = ['.canopy', '.serverless', '.esbuild'].filter((folder) => existsSync(path.join(PROJECT, folder)));
      const below = generated.flatMap((folder) => [folder, ...globSync(`${folder}/**/*`, { cwd: PROJECT })]);
      expect(below.length).toBeGreaterThan(3);
      expect(below.filter((file) => existsSync(path.join(PROJECT, file)) && watched.has(inode(file)))).toEqual([]);
    } finally {
      child.kill('SIGTERM');
      await ended;
      rmSync(path.join(PROJECT, workFolder), { recursive: true, force: true });
    }
  },
  90_000,
);
