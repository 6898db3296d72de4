import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from './project.ts';

/** What ran to its end: its exit status and what it wrote. */
export type Ran = { status: number | null; stdout: string; stderr: string };

/** The Node that the package runs on: that of the tests, or the one that PACKAGE_NODE names (.ci/run pack names the oldest). */
export const NODE = process.env.PACKAGE_NODE ?? process.execPath;

/** This process's environment without what npm told it: a stranger's npm reads its own files alone. */
export function plainEnvironment(): Record<string, string> {
  const plain = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_|^INIT_CWD$/i.test(name));
  return Object.fromEntries(plain) as Record<string, string>;
}

/** Runs a command to its end. */
export function run(command: string, args: string[], cwd: string, input = '', env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, input, env: { ...plainEnvironment(), ...env }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/**
 * Packs the package by `npm pack` and installs its tarball into a new folder by plain npm, which needs no registry for it. The folder,
 * and what npm said. Throws where npm fails.
 */
export function installPackage(folder: string): { consumer: string; said: string } {
  const packed = run('npm', ['pack', '--pack-destination', folder], path.join(PROJECT, 'container/package'));
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (packed.status !== 0 || tarball === undefined) throw new Error(`npm pack: ${packed.stdout}${packed.stderr}`);
  const consumer = path.join(folder, 'consumer');
  mkdirSync(consumer);
  writeFileSync(path.join(consumer, 'package.json'), '{ "name": "consumer", "private": true }');
  const installed = run('npm', ['install', '--offline', '--no-audit', '--no-fund', path.join(folder, tarball)], consumer);
  if (installed.status !== 0) throw new Error(`npm install: ${installed.stdout}${installed.stderr}`);
  return { consumer, said: installed.stdout + installed.stderr };
}

/** All files below a folder, by their paths from there. */
export function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => statSync(path.join(folder, name)).isFile());
}

const serving: ChildProcess[] = [];

/** Ends what a test that failed left running. */
export function stopAll(): void {
  for (const child of serving.splice(0)) child.kill('SIGKILL');
}

/** Starts a command that serves. `until` waits for a text in what it says; `stop` ends it and waits for that. */
export function serve(args: string[], cwd: string, env: Record<string, string>) {
  const child = spawn(NODE, args, { cwd, env: { ...plainEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  serving.push(child);
  let said = '';
  const ended = new Promise<number | string | null>((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const until = (text: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = text.exec(said);
        if (found) resolve(found[1] ?? found[0]);
      };
      child.stdout.on('data', look);
      ended.then((how) => reject(new Error(`it ended (${how}) and never said ${text}, but: ${said}`)));
      look();
    });
  const stop = () => {
    child.kill('SIGINT');
    return ended;
  };
  return { until, stop };
}
