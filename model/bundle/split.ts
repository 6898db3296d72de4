import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';
import { lateNodes, lateOurs, loadAtOnce, NODES, OURS } from './late.ts';
import { leanAccess, leanLists, type NeededKinds, versionsAlone, withoutBrowsers } from './lean.ts';

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
      const parts = new Map(outputFiles.map((file) => [path.basename(file.path), loadAtOnce(file.text)]));
      const main = `${name}${options.outExtension?.['.js'] ?? '.js'}`;
      const files = filesOf(main, parts, metafile);
      const texts = Array.from(parts, async ([file, text]): Promise<[string, string]> => {
        const whole = files.find((one) => one.name === file);
        const code = whole ? await joined(whole, parts, written) : (await transform(text, written)).code;
        const beside = files.reduce((written, one) => (one === whole ? written : fromFile(written, one)), code);
        return [file, file === main ? beside : withoutNames(beside)];
      });
      mkdirSync(folder, { recursive: true });
      const isBeside = ([file]: [string, string]) => !files.some(({ needed }) => needed.includes(file));
      for (const [file, text] of (await Promise.all(texts)).filter(isBeside)) writeFileSync(path.join(folder, file), text);
    });
  },
};

/** How all parts are written. */
type Written = Pick<BuildOptions, 'format' | 'platform' | 'target' | 'minify' | 'supported'>;
/** Left as it is, an import() would have Node load its loader of ES modules. */
const AS_REQUIRE = { 'dynamic-import': false };

/** A file that is written together with the parts that it needs at once, in the order in which they run. */
type Joined = { name: string; needed: string[] };

/**
 * What lies together in a file beside the function's, by its sources: what the first answer takes, and what reads a body that the quick
 * readers do not take. What the first of each names is called by.
 */
const GROUPS = [
  [
    'functions/api.ts',
    ...['check-card', 'check-schema'].map((name) => `shared/schema/${name}.ts`),
    ...['packed-check', 'predict'].map((name) => `shared/bodies/forest/${name}.ts`),
  ],
  ['shared/wire/wire.ts'],
];

/** The files that are joined: the function's, and one of each group with what those before it have not. */
function filesOf(main: string, parts: Map<string, string>, metafile: Metafile): Joined[] {
  const files: Joined[] = [{ name: main, needed: neededBy(main, parts, metafile) }];
  for (const group of GROUPS) {
    const names = group.flatMap((source) => partOf(source, metafile));
    const isNew = (part: string) => !files.some(({ name, needed }) => name === part || needed.includes(part));
    const [name, ...others] = names.filter(isNew);
    if (name === undefined) continue;
    const needed = [name, ...others].flatMap((part) => [...neededBy(part, parts, metafile), part]);
    files.push({ name, needed: [...new Set(needed)].filter((part) => part !== name && isNew(part)) });
  }
  return files;
}

/** The part that has a source as its entry; none where the function has nothing of it. */
function partOf(source: string, { outputs }: Metafile): string[] {
  const [file] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === source) ?? [];
  return file === undefined ? [] : [path.basename(file)];
}

/** The parts that a file needs at once, in the order in which they run. */
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
 * A file with the parts that it needs at once, since each takes a third of a millisecond to find and to open. They are
 * bundled again, into one scope: put side by side as modules, each with esbuild's helpers, they took a start 3 ms more (2026-11-29).
 */
async function joined({ name: main, needed }: Joined, parts: Map<string, string>, written: Written): Promise<string> {
  const namespace = 'part';
  const all = needed.map((file, at) => [`part${at}`, specifier(file)] as const);
  const virtual = new Map([
    // The parts come first, since the file's code may already ask for one that is beside.
    ['all', `export { parts } from 'parts'; export * from ${specifier(main)};`],
    [
      'parts',
      `${all.map(([name, file]) => `import * as ${name} from ${file};`).join('\n')}
      export const parts = { ${all.map(([name, file]) => `${file}: ${name}`).join(', ')} };`,
    ],
  ]);
  const inMemory: Plugin = {
    name: 'in-memory',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /./ }, ({ path: name }) => {
        const file = path.basename(name);
        return virtual.has(name) || file === main || needed.includes(file) ? { path: file, namespace } : { path: name, external: true };
      });
      onLoad({ filter: /./, namespace }, ({ path: file }) => ({ contents: virtual.get(file) ?? (parts.get(file) as string) }));
    },
  };
  const { outputFiles } = await build({ ...written, entryPoints: ['all'], bundle: true, write: false, plugins: [inMemory] });
  return outputFiles[0]!.text;
}

/** A part beside, which takes from a joined file what that holds: of each module there is one. */
function fromFile(text: string, { name, needed }: Joined): string {
  return text.replace(/\brequire\(("[^"]+")\)/g, (call, file: string) =>
    needed.includes(path.basename(JSON.parse(file))) ? `require(${specifier(name)}).parts[${file}]` : call,
  );
}

/** A part without the names of its exports that esbuild notes at its end for ES modules: parts are loaded by require() alone. */
function withoutNames(text: string): string {
  return text.replace(/\b0 ?&& ?\(module\.exports ?= ?\{[^}]*\}\);\s*$/, '');
}

/** A file beside as the parts' require() calls it. */
function specifier(name: string): string {
  return JSON.stringify(`./${name}`);
}

/** What serverless-esbuild bundles with; model/bundle/plugin.js says which kinds of bodies and steps the artifact names. */
const plugins = ({ service }: { service: { custom: { kinds?: NeededKinds; access: { auth: string } } } }) => [
  leanLists(() => service.custom.kinds),
  withoutBrowsers,
  versionsAlone,
  leanAccess(() => service.custom.access.auth),
  split,
  lateNodes(NODES),
  lateOurs(OURS),
];

// How Node's require() of an ES module gives this very value: serverless-esbuild wants the function itself.
export { plugins as 'module.exports' };
