import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleImage, keepBundle, writeBundle } from './bundle.ts';
import { isParentGone, readParents } from './local/parent.ts';

// node container/bundle-main.ts FOLDER    writes the files of the image: the container and the training
// node container/bundle-main.ts serve     becomes it, as `npm run serve` does: without what strips types, 40 MB less
const parents = readParents();
const [what, ...rest] = process.argv.slice(2);
const project = fileURLToPath(new URL('..', import.meta.url));
if (what === undefined) {
  console.error('arguments: found none, expected the folder to write into, or serve');
  process.exit(1);
}
if (what !== 'serve') writeBundle(await bundleImage(project), what);
else {
  const file = await keepBundle(project).catch(toSources);
  // The server looks after its parents itself, but knows none that ended before it began.
  if (process.env.npm_lifecycle_event === 'serve' && isParentGone(parents)) process.exit(0);
  // The same process goes on as the server, so that a signal reaches it. Where that cannot be, it is loaded into this one.
  // With the image's settings for memory; and no signal opens a debugger.
  const flags = ['--disable-sigusr1', '--max-semi-space-size=4', '--initial-old-space-size=32', '--v8-pool-size=1'];
  const env = { MALLOC_ARENA_MAX: '2', ...process.env };
  if (process.execve) process.execve(process.execPath, [process.execPath, ...flags, file, what, ...rest], env);
  else await import(file);
}

/** A clone that cannot be written to, or a full disk, keeps nobody from serving: the sources answer as well. */
function toSources(error: NodeJS.ErrnoException): string {
  if (error.path === undefined) throw error;
  console.error(`${error.path}: found ${error.code}, expected a folder to write into; serving from the sources, with 40 MB more`);
  return path.join(project, 'container/main.ts');
}
