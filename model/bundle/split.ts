import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';
import { leanLists, type NeededKinds } from './lean.ts';

/**
 * An esbuild plugin for serverless-esbuild: what a function imports by `import()` lies in separate files beside the
 * function's, so that its code is neither read nor compiled before it is asked for. esbuild splits ES modules alone and
 * `serverless invoke local` loads CommonJS alone, so the parts are bundled as the one and written as the other. All their
 * names begin as the function's file does: so serverless-esbuild knows which function's package a file belongs to.
 *
 * Why: a function's start reads and compiles its whole file, and most of the code (the SDK, zod, the documents) is not needed for an answer.
 * Measured: 2026-11-29, the file of `predict` has 219 KB with this plugin and 373 KB without it, minified, the SDK not counted;
 * `npm run bench -- start` measures whole starts (the table is in tests/README.md).
 * Delete when: serverless-esbuild passes `splitting` on and the framework loads ES modules.
 */
const split: Plugin = {
  name: 'split',
  setup: ({ initialOptions: options, onEnd }) => {
    const { name } = path.parse((options.entryPoints as string[])[0] as string);
    const chunkNames = `${name}.[name]-[hash]`;
    const { minify = false, target = 'node24' } = options;
    const written = { format: 'cjs', platform: 'node', target, minify, supported: AS_REQUIRE } satisfies Written;
    Object.assign(options, { format: 'esm', splitting: true, metafile: true, write: false, chunkNames });
    onEnd(async ({ outputFiles = [], metafile }) => {
      const [first] = outputFiles;
      // Where a source is wrong there are none, and esbuild says what is wrong.
      if (!first || !metafile) return;
      const folder = path.dirname(first.path);
      const parts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
      const main = `${name}${options.outExtension?.['.js'] ?? '.js'}`;
      const needed = neededBy(main, parts, metafile);
      const texts = Array.from(parts, async ([file, text]): Promise<[string, string]> => {
        if (file === main) return [file, await joined(main, needed, parts, written)];
        // Of each module there is one: what the function's file holds is given to the parts that are loaded later.
        if (needed.includes(file)) return [file, `module.exports = require(${specifier(main)}).parts[${specifier(file)}];\n`];
        return [file, (await transform(text, written)).code];
      });
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of await Promise.all(texts)) writeFileSync(path.join(folder, file), text);
    });
  },
};

/** How all parts are written. */
type Written = Pick<BuildOptions, 'format' | 'platform' | 'target' | 'minify' | 'supported'>;
/** Left as it is, an import() would have Node load its loader of ES modules. */
const AS_REQUIRE = { 'dynamic-import': false };

/** The parts that `main` needs at once, in the order in which they run. */
function neededBy(main: string, parts: Map<string, string>, { outputs }: Metafile): string[] {
  const imports = new Map(Object.entries(outputs).map(([file, output]) => [path.basename(file), output.imports]));
  const needed = new Set<string>();
  const need = (name: string) => {
    for (const one of imports.get(name) ?? []) {
      const file = path.basename(one.path);
      if (one.kind === 'import-statement' && parts.has(file) && !needed.has(file)) need(file);
    }
    needed.add(name);
  };
  need(main);
  needed.delete(main);
  return [...needed];
}

/**
 * The function's file with the parts that it needs at once, since each file takes a third of a millisecond to find and to open. They are
 * bundled again, into one scope: put side by side as modules, each with esbuild's helpers, they took a start 3 ms more (2026-11-29).
 */
async function joined(main: string, needed: string[], parts: Map<string, string>, written: Written): Promise<string> {
  const [stdin, namespace] = ['function', 'part'];
  const inMemory: Plugin = {
    name: 'in-memory',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /./ }, ({ path: name }) => {
        const file = path.basename(name);
        if (name === stdin) return { path: stdin, namespace };
        return file === main || needed.includes(file) ? { path: file, namespace } : { path: name, external: true };
      });
      onLoad({ filter: /./, namespace }, ({ path: file }) => ({ contents: file === stdin ? entry : (parts.get(file) as string) }));
    },
  };
  const all = needed.map((file, at) => [`part${at}`, specifier(file)] as const);
  const entry = [
    ...all.map(([name, file]) => `import * as ${name} from ${file};`),
    `export * from ${specifier(main)};`,
    `export const parts = { ${all.map(([name, file]) => `${file}: ${name}`).join(', ')} };`,
  ].join('\n');
  const { outputFiles } = await build({ ...written, entryPoints: [stdin], bundle: true, write: false, plugins: [inMemory] });
  return outputFiles[0]!.text;
}

/** A file beside as the parts' require() calls it. */
function specifier(name: string): string {
  return JSON.stringify(`./${name}`);
}

/** Modules of Node that take milliseconds to load, whose importers use them late, or never in most environments. */
const LATE = /^node:(?:crypto|http|perf_hooks|stream|stream\/promises|stream\/web)$/;

/** An esbuild plugin: such a module is loaded when something of it is first used. */
const late: Plugin = {
  name: 'late',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: LATE }, ({ path: name, kind }) => (kind === 'import-statement' ? { path: name, namespace: 'late' } : undefined));
    onLoad({ filter: LATE, namespace: 'late' }, ({ path: name }) => {
      // In the prototype's place, which esbuild's copy of a module's exports keeps: their names are not known here.
      const contents = `module.exports = Object.create(new Proxy({}, {
        get: (_, member) => member === '__esModule' ? undefined : process.getBuiltinModule('${name}')[member],
      }));`;
      return { contents };
    });
  },
};
/** What serverless-esbuild bundles with; model/bundle/plugin.js says which kinds of bodies and steps the artifact names. */
const plugins = ({ service }: { service: { custom: { kinds?: NeededKinds } } }) => [leanLists(() => service.custom.kinds), split, late];

// How Node's require() of an ES module gives this very value: serverless-esbuild wants the function itself.
export { plugins as 'module.exports' };
