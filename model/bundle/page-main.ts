import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.ts';

// Builds the page's parts into a file: node model/bundle/page-main.ts OUT.json (for the container's image).
const out = process.argv[2];
if (out === undefined) {
  console.error('arguments: found none, expected the file to write');
  process.exit(1);
}
copyFileSync((await buildPage(fileURLToPath(new URL('../..', import.meta.url)))).file, out);
