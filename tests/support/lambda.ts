import { execFile, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { PROJECT } from './project.ts';

/** What a command printed, and how it ended. */
export type Ran = { code: number; output: string };

/** Where the framework runs, from the project's top, and environment variables beside this process's own. */
export type Place = { folder?: string; env?: Record<string, string> };

/** Runs the Serverless Framework in the project. Of several at once one packages: container/deploy/plugin.js sees to it. */
export function serverless(args: string[], { folder = '.', env = {} }: Place = {}): Promise<Ran> {
  // The framework and its plugins leave folders behind in TMPDIR.
  const scratch = mkdtempSync(path.join(tmpdir(), 'canopy-scratch-'));
  const script = path.join(PROJECT, 'node_modules/serverless/bin/serverless.js');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [script, ...args],
      { cwd: path.join(PROJECT, folder), timeout: 300_000, env: { ...process.env, TMPDIR: scratch, ...env } },
      (error, stdout, stderr) => {
        rmSync(scratch, { recursive: true, force: true });
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}` });
      },
    );
    // `invoke local` reads its standard input where it has no --data.
    child.stdin?.end();
  });
}

/** A packaged function: the folder its zip was unpacked to, its environment variables, and the sizes of its zip's parts. */
export type Packaged = {
  folder: string;
  entry: string;
  environment: Record<string, string>;
  zipBytes: number;
  artifactBytes: number;
  pageBytes: number;
};

/** Packages the service and unpacks one function of it; `packages` is the folder with the zips of all. */
export async function packageFunction(
  name: string,
  params: string[] = [],
): Promise<Packaged & { packages: string; output: string; remove: () => void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-package-'));
  const work = `.esbuild/${path.basename(folder)}`;
  const { code, output } = await serverless([
    'package',
    '--package',
    folder,
    ...[...params, `workFolder=${work}`].flatMap((param) => ['--param', param]),
  ]);
  rmSync(path.join(PROJECT, work), { recursive: true, force: true });
  if (code !== 0) throw new Error(`serverless package ended with ${code}: ${output}`);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { ...unpackFunction(folder, name), packages: folder, output, remove };
}

/** Unpacks one function's zip, as Lambda does. */
export function unpackFunction(folder: string, name: string): Packaged {
  const zip = readFileSync(path.join(folder, `${name}.zip`));
  let artifactBytes = 0;
  let pageBytes = 0;
  const files = unzipSync(zip, {
    filter: (file) => {
      if (file.name.endsWith('.canopy')) artifactBytes += file.size;
      if (file.name.includes('/page/')) pageBytes += file.size;
      return true;
    },
  });
  const unpacked = path.join(folder, name);
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(unpacked, file)), { recursive: true });
    writeFileSync(path.join(unpacked, file), bytes);
  }
  const template = JSON.parse(readFileSync(path.join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
  const logical = `${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`;
  const { Handler, Environment } = template.Resources[logical].Properties;
  const entry = String(Handler).replace(/\.\w+$/, '.cjs');
  return { folder: unpacked, entry, environment: Environment.Variables, zipBytes: zip.length, artifactBytes, pageBytes };
}

/** One Lambda environment: invokes run one after another, as Lambda runs them. */
export type Environment = { invoke(event: unknown): Promise<unknown>; logs: string[]; close(): void };

/** Starts an environment of a packaged function in a process of its own. */
export async function openEnvironment(packaged: Packaged, extra: Record<string, string> = {}): Promise<Environment> {
  const [one] = await openEnvironments(packaged, extra, 1);
  return one as Environment;
}

/**
 * Starts environments that share a process, each with all that the handler's module holds to itself: 20 processes would take two
 * cores for themselves. What they log is one list; closing one ends all.
 */
export function openEnvironments(
  { folder, entry, environment }: Packaged,
  extra: Record<string, string>,
  count: number,
): Promise<Environment[]> {
  const host = path.join(PROJECT, 'tests/support/deploy/lambda-host.ts');
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    AWS_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...environment,
    ...extra,
  };
  const child = fork(host, [entry, String(count)], { cwd: folder, env, execArgv: [] });
  const logs: string[] = [];
  const waiting = new Map<number, (message: { answer?: unknown; thrown?: string }) => void>();
  let last = 0;
  const open = (at: number): Environment => ({
    logs,
    close: () => child.kill(),
    invoke: (event) =>
      new Promise((answered, failed) => {
        last += 1;
        const id = last;
        waiting.set(id, ({ answer, thrown }) => {
          waiting.delete(id);
          if (thrown === undefined) answered(answer);
          else failed(new Error(thrown));
        });
        child.send({ id, at, event });
      }),
  });
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => {
      reject(new Error(`the environment ended with ${code}`));
      for (const tell of waiting.values()) tell({ thrown: `the environment ended with ${code}` });
    });
    child.on('message', (message: { ready?: boolean; log?: string; id?: number; answer?: unknown; thrown?: string }) => {
      if (message.log !== undefined) logs.push(message.log);
      else if (message.id !== undefined) waiting.get(message.id)?.(message);
      else resolve(Array.from({ length: count }, (_, at) => open(at)));
    });
  });
}
