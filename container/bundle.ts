import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { replaceFile } from '../model/artifact/replace-file.ts';
import { lateNodes } from '../model/bundle/late.ts';

/**
 * Modules of Node that come without their other exports. An `import` of node:http reads all of them, a client for the web among them
 * which nobody here uses: 2 MB of memory. prom-client loads https, 2 MB more, for a push that is not done here.
 */
const LATE = /^(?:node:)?https?$/;

/** prom-client is in CommonJS form and calls require. */
const REQUIRE = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** The container as one file: what the image holds, and what `npm run serve` starts. Not minified, so that a stack in the log can be read. */
export async function bundleContainer(project: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(project, 'container/main.ts')],
    absWorkingDir: project,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: REQUIRE },
    external: ['esbuild'],
    plugins: [lateNodes(LATE, ['import-statement', 'require-call'])],
    logLevel: 'warning',
  });
  return inAscii((outputFiles[0] as { contents: Uint8Array }).contents);
}

/**
 * A source whose comments have no character beyond ASCII: with a single one, the engine keeps every character of the file in two bytes,
 * 2 MB more at each start. esbuild escapes those of code by itself.
 */
function inAscii(source: Uint8Array): Uint8Array {
  const lines = Buffer.from(source).toString().split('\n');
  return Buffer.from(lines.map((line) => (/^\s*(?:\/\/|\/?\*)/.test(line) ? line.replaceAll(/\P{ASCII}/gu, '-') : line)).join('\n'));
}

/** That file in a folder that git ignores, called by its content's sha256; its path. */
export async function keepBundle(project: string): Promise<string> {
  const bytes = await bundleContainer(project);
  const file = path.join(project, '.canopy/container', `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, bytes);
  return file;
}
