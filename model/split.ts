import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Plugin, transform } from 'esbuild';

/**
 * An esbuild plugin for serverless-esbuild: what a function imports by `import()` lies in files of its own beside the
 * function's, so that its code is neither read nor compiled before it is asked for. esbuild splits ES modules alone and
 * `serverless invoke local` loads CommonJS alone, so the parts are bundled as the one and written as the other. All their
 * names begin as the function's file does: by that serverless-esbuild tells which function's package a file belongs to.
 */
const split: Plugin = {
  name: 'split',
  setup: ({ initialOptions: options, onEnd }) => {
    const { target = 'node24', minify = false } = options;
    const [entry] = options.entryPoints as string[];
    Object.assign(options, {
      format: 'esm',
      splitting: true,
      write: false,
      chunkNames: `${path.parse(entry as string).name}.[name]-[hash]`,
    });
    onEnd(async ({ outputFiles = [] }) => {
      for (const file of outputFiles) {
        // Left as it is, an import() would have Node load its loader of ES modules.
        const supported = { 'dynamic-import': false };
        const { code } = await transform(file.text, { format: 'cjs', platform: 'node', target, minify, supported });
        mkdirSync(path.dirname(file.path), { recursive: true });
        writeFileSync(file.path, code);
      }
    });
  },
};

/** Modules of Node's own that take milliseconds to load, whose importers use them late, or never in most environments. */
const LATE = /^node:(?:crypto|http)$/;

/** An esbuild plugin: such a module is loaded when something of it is first used. */
const late: Plugin = {
  name: 'late',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: LATE }, ({ path: name, kind }) => (kind === 'import-statement' ? { path: name, namespace: 'late' } : undefined));
    onLoad({ filter: LATE, namespace: 'late' }, ({ path: name }) => {
      const members = Object.keys(process.getBuiltinModule(name) as object).filter((member) => member !== 'default');
      const contents = `for (const member of ${JSON.stringify(members)}) {
        Object.defineProperty(exports, member, { enumerable: true, get: () => process.getBuiltinModule('${name}')[member] });
      }`;
      return { contents };
    });
  },
};
const plugins = [split, late];

// How Node's require() of an ES module gives this very value: serverless-esbuild wants the list itself.
export { plugins as 'module.exports' };
