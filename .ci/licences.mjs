// Lists the licences of everything that is shipped: what ends up in the functions' packages, the image and the page. Fails on one that is
// not permissive, and on a package that is bundled though package.json does not have it among its dependencies.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const TOP = fileURLToPath(new URL('..', import.meta.url));
/** Licences that ask for no more than to be named (SPDX). */
const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'CC0-1.0',
  'Unlicense',
  'BlueOak-1.0.0',
  'Zlib',
]);
/** What is bundled: the functions, the container, the package's command and library, and each of the page's parts, as its build names them. */
const BUILD = readFileSync(`${TOP}model/bundle/build-page.ts`, 'utf8');
const PARTS = Array.from(BUILD.matchAll(/bundle\('([\w-]+\.ts)'/g), ([, part]) => `shared/page/${part}`);
if (PARTS.length < 2)
  throw new Error("model/bundle/build-page.ts: found less than two parts of the page, expected bundle('NAME.ts') for each");
const ENTRIES = [
  'functions/predict.ts',
  'functions/fallback.ts',
  'functions/batch.ts',
  'container/main.ts',
  'container/package/main.ts',
  'container/package/library.ts',
  ...PARTS,
];

const { packages } = JSON.parse(readFileSync(`${TOP}package-lock.json`, 'utf8'));
const { metafile } = await build({
  absWorkingDir: TOP,
  entryPoints: ENTRIES,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  outdir: 'out',
  // The container bundles the page itself where it runs from its sources; its image has the page ready-made (container/bundle.ts).
  external: ['esbuild'],
  logLevel: 'error',
});
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
);
const faults = [];
for (const folder of bundled) {
  const entry = packages[folder];
  if (entry === undefined || entry.dev) faults.push(`${folder}: bundled, expected it among the dependencies of package.json`);
}
// Node itself is in the image, so its packages count too.
const shipped = Object.entries(packages).filter(([folder, entry]) => folder !== '' && !entry.dev && !entry.devOptional);
for (const [folder, { version, license }] of shipped.sort(([one], [other]) => (one < other ? -1 : 1))) {
  const fits = isPermissive(license);
  const where = bundled.has(folder) ? 'bundled' : 'not bundled';
  console.log(
    `${folder.replace(/^node_modules\//, '').padEnd(52)} ${version.padEnd(12)} ${String(license).padEnd(14)} ${where}${fits ? '' : '   NOT PERMISSIVE'}`,
  );
  if (!fits) faults.push(`${folder}: found the licence ${license}, expected one of ${[...PERMISSIVE].join(', ')}`);
}
console.log(`${shipped.length} packages, ${bundled.size} of them bundled`);
if (bundled.size < 10) faults.push(`found ${bundled.size} bundled packages, expected at least 10: the list cannot be right`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Whether an SPDX expression allows us to choose permissive licences alone. */
function isPermissive(expression) {
  const plain = String(expression ?? '').replaceAll(/[()]/g, '');
  return plain.split(/ OR /).some((choice) => choice.split(/ AND /).every((one) => PERMISSIVE.has(one.trim())));
}
