import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { sidecarPaths } from '../../model/artifact/sidecar/paths.ts';
import { findData, findSidecar, readSidecar } from '../../model/artifact/sidecar.ts';
import { buildPage } from '../../model/bundle/build-page.ts';
import { lateNodes, lateOurs, loadAtOnce, OURS_OF_SERVERS } from '../../model/bundle/late.ts';
import { EXAMPLES } from '../../model/examples/examples.ts';
import type { Entries } from '../source-urls.ts';
import { writeNotices } from './notices.ts';
import { noNode, packaged } from './plugins.ts';
import { buildTypes } from './types.ts';

/** What the package is written for: the oldest Node that package.json takes, and the page's browsers. */
const TARGETS = { node: 'node22.18', browser: ['chrome115', 'firefox115', 'safari16.4'] };

/** The entries of the command in Node, by the file that each becomes. Threads and child processes are entries too. */
const COMMAND: Entries = {
  canopy: 'container/package/main.ts',
  prepare: 'container/package/prepare-main.ts',
  container: 'container/main.ts',
  'container-worker': 'container/worker-main.ts',
  predict: 'functions/predict.ts',
  'train-worker': 'model/train/worker.ts',
  'batch-worker': 'model/batch/worker.ts',
  leash: 'container/local/leash.ts',
};
/** What is imported: apart, since whoever bundles it needs all of it by import, and parts that wait are loaded by require(). */
const LIBRARY: Entries = { library: 'container/package/library.ts' };
const ENTRIES: Entries = { ...COMMAND, ...LIBRARY };

/** Taken where somebody installed them (optional peers), else done without. esbuild is for the sources alone. */
const EXTERNAL = ['@aws-lambda-powertools/*', '@aws-sdk/*', 'esbuild'];

/** Libraries in CommonJS form call require(), which an ES module does not have. */
const REQUIRE = "import{createRequire as canopyRequire}from'node:module';const require=canopyRequire(import.meta.url);";

/**
 * Builds what the package holds into `dist` beside its package.json: the command and the library for Node, one module for browsers,
 * the types, the page, the examples, and the notices of what was bundled. Throws where a source is wrong.
 */
export async function buildPackage(project: string): Promise<void> {
  const folder = path.join(project, 'container/package');
  const dist = path.join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const [command, library, browser, page] = await Promise.all([
    bundleNode(project, COMMAND, dist, [lateOurs(OURS_OF_SERVERS)]),
    bundleNode(project, LIBRARY, dist, []),
    bundleBrowser(project, dist),
    buildPage(project),
  ]);
  writeFileSync(path.join(dist, 'page.json'), JSON.stringify(page.page));
  for (const file of Object.values(EXAMPLES)) copyExample(project, file, dist);
  // What is sourced in R and imported in Python to save a model: a user of the package has no clone.
  for (const file of ['canopy.R', 'canopy.py']) copyFileSync(path.join(project, 'model', file), path.join(dist, file));
  buildTypes(project, dist);
  await writeNotices(project, [command, library, browser], dist);
  copyFileSync(path.join(project, 'LICENSE'), path.join(folder, 'LICENSE'));
}

/** A model that `canopy start --example` serves, with its sidecar and the training data that this names, at its place in the project. */
function copyExample(project: string, file: string, dist: string): void {
  mkdirSync(path.join(dist, path.dirname(file)), { recursive: true });
  copyFileSync(path.join(project, file), path.join(dist, file));
  for (const sidecar of sidecarPaths(file)) {
    if (existsSync(path.join(project, sidecar))) copyFileSync(path.join(project, sidecar), path.join(dist, sidecar));
  }
  const found = findSidecar(path.join(project, file));
  const data = found && findData(readSidecar(found.bytes, found.file), found.file);
  if (data) {
    const place = path.relative(project, data.file);
    copyFileSync(data.file, path.join(dist, place));
  }
}

async function bundleNode(project: string, entries: Entries, outdir: string, plugins: Plugin[]): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: project,
    write: false,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: path.join(project, file), out })),
    outdir,
    // Parts lie beside the entries, so that a file that one of them names by its URL is found from both.
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: TARGETS.node,
    minifySyntax: true,
    metafile: true,
    external: EXTERNAL,
    banner: { js: REQUIRE },
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [lateNodes(/^stream\/web$/, ['require-call']), ...plugins, packaged(project, ENTRIES)],
  });
  for (const { path: file, text } of outputFiles) writeFileSync(file, loadAtOnce(text));
  return metafile;
}

/** Builds the browser entry into a folder, as one file. Throws where anything of Node is in it. */
export async function bundleBrowser(project: string, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: project,
    entryPoints: { browser: path.join(project, 'container/package/browser.ts') },
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: TARGETS.browser,
    minify: true,
    // An error's name is read by whoever catches it.
    keepNames: true,
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [noNode],
  });
  const text = readFileSync(path.join(outdir, 'browser.js'), 'utf8');
  const found = /\bBuffer\b|\bprocess\b|\brequire\(/.exec(text)?.[0];
  if (found !== undefined) throw new Error(`dist/browser.js: found ${found}, expected nothing of Node`);
  return metafile;
}
