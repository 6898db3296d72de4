import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ImportKind, Plugin } from 'esbuild';

/*
 * What a function's start does not need is loaded when it is first used, although the sources import it at their top.
 *
 * Why: a start reads and compiles its whole file. A model of one feature needs no masks, a function without an endpoint no circuit breaker.
 * Measured: 2026-11-29, `predict` has 116 KB instead of 187, and to compile it takes 4.6 ms instead of 7.6 (medians of 40 starts).
 * Delete when: starts are made from a snapshot.
 */

/** Modules of Node that take milliseconds to load, whose importers in a function use them late, or never in most environments. */
export const NODES = /^node:(?:crypto|http|perf_hooks|stream|stream\/promises|stream\/web)$/;

/**
 * An esbuild plugin: a module of Node that `filter` names is loaded when something of it is first used, and without its other exports.
 * `kinds` are the ways of naming it that are meant; a require() of a library mostly uses it at once.
 */
export const lateNodes = (filter: RegExp, kinds: ImportKind[] = ['import-statement']): Plugin => ({
  name: 'late-nodes',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter }, ({ path: name, kind }) => (kinds.includes(kind) ? { path: name, namespace: 'late-node' } : undefined));
    onLoad({ filter, namespace: 'late-node' }, ({ path: name }) => {
      // In the prototype's place, which esbuild's copy of a module's exports keeps: their names are not known here.
      const contents = `module.exports = Object.create(new Proxy({}, {
        get: (_, member) => member === '__esModule' ? undefined : process.getBuiltinModule('${name}')[member],
      }));`;
      return { contents };
    });
  },
});

/** Modules of ours that wait in a function, with what they alone import. Each exports functions alone, which are not called for every request. */
export const OURS = [
  'functions/api.ts',
  'functions/endpoint/endpoint.ts',
  'functions/endpoint/guard.ts',
  'shared/bodies/explained.ts',
  'shared/bodies/outcome.ts',
  'shared/bodies/forest/standard-error.ts',
  'shared/bodies/forest/ties.ts',
  'shared/bodies/forest/packed-check.ts',
  'shared/bodies/forest/predict.ts',
  'shared/bodies/forest/kernels/chain.ts',
  'shared/bodies/forest/kernels/masks.ts',
  'shared/bodies/forest/kernels/walk.ts',
  'shared/bodies/forest/kernels/wide-leaves.ts',
  'shared/bodies/forest/kernels/wide-masks.ts',
  'shared/explain/rows-shap.ts',
  'shared/explain/section.ts',
  'shared/explain/tree-shap.ts',
  'shared/intervals/section.ts',
  'shared/schema/answer-columns.ts',
  'shared/schema/check-card.ts',
  'shared/schema/check-schema.ts',
  'shared/schema/read-parameters.ts',
  'shared/steps/pipeline.ts',
  'shared/wire/explanation-text.ts',
  'shared/wire/wire.ts',
  'shared/wire/quick/csv.ts',
];

/**
 * Those that wait in the container and in the package: what checks a sidecar, for zod takes 5 ms of each start; what reads xz, whose
 * WebAssembly takes 3; what writes metrics, for prom-client takes 8.
 */
export const OURS_OF_SERVERS = ['container/server/metrics/text.ts', 'model/artifact/sidecar/form.ts', 'model/rds/xz.ts'];

/** What stands around an import() that loadAtOnce makes a require(): a name that nobody has. */
const MARK = '__late';

/** An esbuild plugin: each module of ours that waits is a part beside, and its importers get functions that load it when they are first called. */
export const lateOurs = (files: readonly string[]): Plugin => ({
  name: 'late-ours',
  setup: ({ onResolve, onLoad }) => {
    const waits = new Set(files.map((file) => path.join(import.meta.dirname, '../..', file)));
    onResolve({ filter: /^\.\.?\// }, ({ path: name, kind, resolveDir }) => {
      const file = path.resolve(resolveDir, name);
      return kind === 'import-statement' && waits.has(file) ? { path: file, namespace: 'late-ours' } : undefined;
    });
    onLoad({ filter: /./, namespace: 'late-ours' }, ({ path: file }) => ({
      contents: standIn(readFileSync(file, 'utf8'), file),
      resolveDir: path.dirname(file),
      loader: 'ts',
    }));
  },
});

/** A module with the functions of another one, which it loads at the first call. Throws where that exports more than functions and types. */
export function standIn(source: string, file: string): string {
  const exported = Array.from(source.matchAll(/^export (?:async )?(\w+)\*? (\w+)/gm), ([, what, name]) => ({ what, name }));
  const other = exported.find(({ what }) => what !== 'function' && what !== 'type');
  const isPlain = exported.length === (source.match(/^export /gm) ?? []).length;
  if (other || !isPlain) throw new Error(`${file}: found ${other?.what ?? 'a list'} exported, expected functions and types alone`);
  const functions = exported.filter(({ what }) => what === 'function');
  const body = functions.map(({ name }) => `export function ${name}(...all) { return load().${name}(...all); }`);
  return [`let it;`, `const load = () => (it ??= ${MARK}(import(${JSON.stringify(`./${path.basename(file)}`)})));`, ...body].join('\n');
}

/** The text of a part in which what waits is loaded by require(), which has no promise. */
export function loadAtOnce(text: string): string {
  return text.replace(/\b__late\(import\(("[^"]+")\)\)/g, 'require($1)');
}

/** An import of things of Node by their names. */
const IMPORT_OF_NODE = /^import \{([^}]*)\} from '(node:[\w/]+)';$/gm;

/**
 * A source that takes what it imports of Node from the module itself. An `import` has Node list all exports of the module first, and so
 * load what these stand for: of node:fs all streams, of node:crypto all of Web Crypto, 5 ms of a start.
 */
export function takeDirectly(source: string): string {
  return source.replace(IMPORT_OF_NODE, (_, list: string, name: string) => {
    const names = list.split(',').map((one) => one.trim());
    const values = names.filter((one) => one !== '' && !one.startsWith('type ')).map((one) => one.replace(' as ', ': '));
    return values.length === 0 ? '' : `const { ${values.join(', ')} } = globalThis.process.getBuiltinModule('${name}');`;
  });
}
