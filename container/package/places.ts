import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Places } from '../local/places.ts';

const SDK = '@aws-sdk/client-sagemaker-runtime';
const DIST = fileURLToPath(new URL('.', import.meta.url));
let folder: string | undefined;

/** Where `canopy start` finds its parts: all lie in one folder, and what a start makes lies in a folder that goes with it. */
export const PLACES: Places = {
  folder: DIST,
  container: path.join(DIST, 'container.js'),
  handler: path.join(DIST, 'predict.js'),
  prepare: (model) => {
    folder ??= mkdtempSync(path.join(tmpdir(), 'canopy-start-'));
    return [path.join(DIST, 'prepare.js'), model, folder];
  },
  compileCache: undefined,
  missing: isInstalled(SDK) ? undefined : SDK,
  clear: () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  },
};

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
