import { fileURLToPath } from 'node:url';
import { bundleImage, keepBundle, writeBundle } from './bundle.ts';

// node container/bundle-main.ts FOLDER    writes the files of the image: the container and the training
// node container/bundle-main.ts serve     becomes it, as `npm run serve` does: without what strips types, 40 MB less
const [what, ...rest] = process.argv.slice(2);
const project = fileURLToPath(new URL('..', import.meta.url));
if (what === undefined) {
  console.error('arguments: found none, expected the folder to write into, or serve');
  process.exit(1);
}
if (what !== 'serve') writeBundle(await bundleImage(project), what);
else {
  const file = await keepBundle(project);
  // The same process goes on as the server, so that a signal reaches it. Where that cannot be, it is loaded into this one.
  // With the image's settings for memory; and no signal opens a debugger.
  const flags = ['--disable-sigusr1', '--max-semi-space-size=4', '--v8-pool-size=1'];
  const env = { MALLOC_ARENA_MAX: '2', ...process.env };
  if (process.execve) process.execve(process.execPath, [process.execPath, ...flags, file, what, ...rest], env);
  else await import(file);
}
