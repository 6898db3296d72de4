import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'esbuild';
import { takeDirectly } from '../../model/bundle/late.ts';
import { type Entries, nameEntries } from '../source-urls.ts';
import { findCore } from './core.ts';

/** How a text of the sources calls a command, and how the package does. The longer ones first. */
const COMMANDS: readonly (readonly [string, string])[] = [
  ['npm run model -- ', 'canopy '],
  ['node container/main.ts', 'canopy serve --api'],
  ['npm run serve', 'canopy serve'],
  ['npm start -- ', 'canopy start '],
  ['npm start', 'canopy start'],
];

/** Modules that are others in the package: the optional peers, and where `start` finds its parts. */
const INSTEAD: Record<string, string> = {
  '@aws-lambda-powertools/logger': 'container/package/peers/logger.ts',
  '@aws-lambda-powertools/metrics': 'container/package/peers/metrics.ts',
  'container/local/places.ts': 'container/package/places.ts',
};

/**
 * An esbuild plugin that makes the sources into the package's: texts call the command `canopy`, optional peers may be missing, and
 * what a thread or a child process starts with is named by its file in the package. `entries` are those files, by the name that each
 * has there. Throws where a source names a file that is none of them.
 */
export function packaged(project: string, entries: Entries): Plugin {
  const core = findCore(project);
  return {
    name: 'packaged',
    setup: ({ onLoad, onResolve }) => {
      onResolve({ filter: /^@aws-lambda-powertools\/|\/places\.ts$/ }, ({ path: name, importer }) => {
        const from = path.relative(project, importer);
        const key = name.startsWith('.') ? path.join(path.dirname(from), name) : name;
        const file = INSTEAD[key.split(path.sep).join('/')];
        return file === undefined ? undefined : { path: path.join(project, file) };
      });
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        if (file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
        const named = nameEntries(readFileSync(file, 'utf8'), file, { project, entries, ending: '.js' });
        const contents = COMMANDS.reduce((text, [here, there]) => text.replaceAll(here, there), named);
        return { contents: takeDirectly(core.whole(contents, file)), loader: 'ts' };
      });
    },
  };
}

/**
 * An esbuild plugin for browsers: the hash of Node stands in no bundle, since a browser's hash is asynchronous. Any other
 * module of Node fails the build.
 */
export const noNode: Plugin = {
  name: 'no-node',
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^node:crypto$/ }, ({ path: name }) => ({ path: name, namespace: 'no-node' }));
    onLoad({ filter: /.*/, namespace: 'no-node' }, () => ({
      contents: "export function createHash() { throw new Error('a hash of Node was asked for in a browser'); }",
    }));
  },
};
