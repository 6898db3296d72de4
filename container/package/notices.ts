import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';

/** The entries of the page's browser code, which the package holds ready-made. */
const PAGE = ['browser.ts', 'later.ts', 'workbook.ts', 'reasons.ts'].map((name) => `shared/page/${name}`);

/**
 * Writes the licences of all libraries that were bundled into one file, as they ask for. Throws where a library has no text of its
 * licence.
 */
export async function writeNotices(project: string, bundles: readonly Metafile[], dist: string): Promise<void> {
  const options = { absWorkingDir: project, entryPoints: PAGE, outdir: 'out', bundle: true, write: false, metafile: true } as const;
  const { metafile: page } = await build({ ...options, format: 'esm', logLevel: 'warning' });
  const inputs = [...bundles, page].flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(inputs.flatMap((file) => /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []));
  const notices = [...folders].sort().map((folder) => noticeOf(path.join(project, folder)));
  writeFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), notices.join('\n\n'));
}

function noticeOf(folder: string): string {
  const about = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string };
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  return `${about.name} ${about.version} (${about.license})\n\n${text}`.trim();
}
