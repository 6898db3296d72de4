// node container/package/build-main.ts: what npm runs before it packs the package (prepack), since Node runs no TypeScript below
// node_modules.
import { fileURLToPath } from 'node:url';
import { buildPackage } from './build.ts';

await buildPackage(fileURLToPath(new URL('../..', import.meta.url)));
