import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, type Metafile, type Plugin, transform } from 'esbuild';
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
    Object.assign(options, { format: 'esm', splitting: true, metafile: true, write: false, chunkNames });
    onEnd(async ({ outputFiles = [], metafile }) => {
      const [first] = outputFiles;
      // Where a source is wrong there are none, and esbuild says what is wrong.
      if (!first || !metafile) return;
      const folder = path.dirname(first.path);
      const texts = outputFiles.map(async (file) => [path.basename(file.path), await toCommonJs(file.text, options)] as const);
      const parts = join(`${name}${options.outExtension?.['.js'] ?? '.js'}`, new Map(await Promise.all(texts)), metafile);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of parts) writeFileSync(path.join(folder, file), text);
    });
  },
};

async function toCommonJs(text: string, { target = 'node24', minify = false }: BuildOptions): Promise<string> {
  // Left as it is, an import() would have Node load its loader of ES modules.
  const supported = { 'dynamic-import': false };
  return (await transform(text, { format: 'cjs', platform: 'node', target, minify, supported })).code;
}

/**
 * Puts the parts that a function needs at once into the function's file `main`, since each file takes a third of a millisecond to
 * find and to open. Where they were stay files that give them to the parts that are loaded later: of each module there is one.
 */
function join(main: string, parts: Map<string, string>, { outputs }: Metafile): Map<string, string> {
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
  const texts = Array.from(needed, (name) => {
    const module = name === main ? 'module' : `(parts[${specifier(name)}] = { exports: {} })`;
    return `((module, require) => {${parts.get(name)}\n})(${module}, (name) => parts[name]?.exports ?? require(name));`;
  });
  const shared = [...needed].filter((name) => name !== main);
  return new Map([
    ...parts,
    ...shared.map((name) => [name, `module.exports = require(${specifier(main)}).parts[${specifier(name)}].exports;\n`] as const),
    [main, `const parts = {};\n${texts.join('\n')}\nObject.defineProperty(module.exports, "parts", { value: parts });\n`],
  ]);
}

/** A file beside as the parts' require() calls it. */
function specifier(name: string): string {
  return JSON.stringify(`./${name}`);
}

/** Modules of Node that take milliseconds to load, whose importers use them late, or never in most environments. */
const LATE = /^node:(?:crypto|http|perf_hooks)$/;

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
