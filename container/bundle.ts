import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { replaceFile } from '../model/artifact/replace-file.ts';
import { lateNodes, lateOurs, loadAtOnce, OURS_OF_SERVERS, takeDirectly } from '../model/bundle/late.ts';
import { type Entries, nameEntries } from './source-urls.ts';

/**
 * Modules of Node that come without their other exports. An `import` of node:http reads all of them, a client for the web among them
 * which nobody here uses: 2 MB of memory. prom-client loads https, 2 MB more, for a push that is not done here.
 */
const LATE = /^(?:(?:node:)?https?|stream\/web)$/;

/** prom-client is in CommonJS form and calls require. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** What is started: the server, and its threads. Each is a file of that name, beside the parts that they share. */
const SERVER: Entries = { main: 'container/main.ts', worker: 'container/worker-main.ts' };
/** What a training job starts: itself, and the threads in which trees grow. They share nothing with the server, which so loads nothing of theirs. */
const TRAINING: Entries = { train: 'container/train/main.ts', 'train-worker': 'model/train/worker.ts' };
const ENDING = '.mjs';

/**
 * The container as files in one folder, by their names: what `npm run serve` starts (main.mjs). What reads the files of R and of boosters
 * is a part of its own, which an artifact never loads. Not minified, so that a stack in the log can be read.
 */
export function bundleContainer(project: string): Promise<Map<string, Uint8Array>> {
  return bundle(project, SERVER);
}

/** What the image holds: the container's files, and those of the training. */
export async function bundleImage(project: string): Promise<Map<string, Uint8Array>> {
  return new Map([...(await bundle(project, SERVER)), ...(await bundle(project, TRAINING))]);
}

async function bundle(project: string, entries: Entries): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: path.join(project, file), out })),
    absWorkingDir: project,
    outdir: path.join(project, '.canopy/container'),
    outExtension: { '.js': ENDING },
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: REQUIRE },
    external: ['esbuild'],
    plugins: [lateNodes(LATE, ['import-statement', 'require-call']), lateOurs(OURS_OF_SERVERS), startingEntries(project, entries)],
    logLevel: 'warning',
  });
  return new Map(outputFiles.map(({ path: file, text }) => [path.basename(file), inAscii(loadAtOnce(text))]));
}

/** An esbuild plugin: the sources start their threads by the files of the bundle. */
function startingEntries(project: string, entries: Entries): Plugin {
  return {
    name: 'starting-entries',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[/\\](?:container|model|shared)[/\\](?:.*[/\\])?[^/\\]+\.ts$/ }, ({ path: file }) => ({
        contents: takeDirectly(nameEntries(readFileSync(file, 'utf8'), file, { project, entries, ending: ENDING })),
        loader: 'ts',
      }));
    },
  };
}

/** Writes the container's files into a folder, main.mjs last: where that is there, all are. */
export function writeBundle(files: Map<string, Uint8Array>, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of [...files].sort(([a], [b]) => Number(a === 'main.mjs') - Number(b === 'main.mjs')))
    replaceFile(path.join(folder, name), bytes);
}

/**
 * A source whose comments have no character beyond ASCII: with a single one, the engine keeps every character of the file in two bytes,
 * 2 MB more at each start. esbuild escapes those of code by itself.
 */
function inAscii(source: string): Uint8Array {
  const lines = source.split('\n');
  return Buffer.from(lines.map((line) => (/^\s*(?:\/\/|\/?\*)/.test(line) ? line.replaceAll(/\P{ASCII}/gu, '-') : line)).join('\n'));
}

/** Those files in a folder that git ignores, called by their contents' sha256; the path of main.mjs. */
export async function keepBundle(project: string): Promise<string> {
  const files = await bundleContainer(project);
  const hash = createHash('sha256');
  for (const [name, bytes] of files) hash.update(name).update(bytes);
  const folder = path.join(project, '.canopy/container', hash.digest('hex').slice(0, 16));
  const main = path.join(folder, 'main.mjs');
  if (!existsSync(main)) writeBundle(files, folder);
  return main;
}
