import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import type { PagePart, PageParts } from '../../shared/page/base/parts.ts';
import { replaceFile } from '../artifact/replace-file.ts';

/** What the page's code is written for: browsers of the last three years. */
const TARGET = ['chrome115', 'firefox115', 'safari16.4'];

/** The page's parts, and the file that holds them as JSON. */
export type BuiltPage = { file: string; page: PageParts };

/**
 * Bundles the page's browser code and its style sheet into one text each, and what the code loads later into others, modules: one
 * that reads workbooks, one that shows reasons, and one for the rest. They are built anew at each call (a tenth of a second), so that nothing is ever stale. The
 * file is called by its content's sha256 and lies in a folder that git ignores. Throws esbuild's error where a source is wrong.
 */
export async function buildPage(project: string): Promise<BuiltPage> {
  // Only here, so that a bundle of the container, which has the page's parts already, starts without it.
  const { build } = await import('esbuild');
  const bundle = async (entry: string, format: 'iife' | 'esm' = 'iife') => {
    const { outputFiles } = await build({
      entryPoints: [path.join(project, 'shared/page', entry)],
      absWorkingDir: project,
      bundle: true,
      minify: true,
      write: false,
      format,
      charset: 'utf8',
      target: TARGET,
      legalComments: 'none',
      logLevel: 'silent',
      plugins: workbookPlugins(project),
    });
    return partOf(outputFiles[0]?.text ?? '');
  };
  const [script, later, workbook, reasons, style, docs, docsStyle] = await Promise.all([
    bundle('browser.ts'),
    bundle('later.ts', 'esm'),
    bundle('workbook.ts', 'esm'),
    bundle('reasons.ts', 'esm'),
    bundle('style.css'),
    bundle('docs/docs.ts'),
    bundle('docs/docs.css'),
  ]);
  const canopyR = partOf(readFileSync(path.join(project, 'model/canopy.R'), 'utf8'));
  const page = { script, later, workbook, reasons, style, docs, docsStyle, canopyR };
  const hashes = Object.values(page).map(({ hash }) => hash);
  const file = path.join(project, '.canopy/page', `${hashes.join('')}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile(file, JSON.stringify(page));
  return { file, page };
}

/** What the library that reads workbooks is bundled with: limits, which it has none of, times to the millisecond, and XML in linear time. */
export function workbookPlugins(project: string): Plugin[] {
  return [ourUnzip(project), countedCells(project), mended()];
}

/** A file of the library that reads workbooks, and which of its code stands for what in the bundle. */
const MENDED: [file: string, found: string, ours: string][] = [
  // XML came in pieces that shrink where one takes long, and what goes on in the next was read anew: a text of megabytes took half a
  // minute, and on a slow machine the pieces shrank to nothing, until the stack was full.
  ['parseXml', '64 * 1024', 'Infinity'],
  // Excel takes 255 characters of a format; a search in one of a million never ended.
  ['isDateFormat', 'template.toLowerCase()', 'template.slice(0, 255).toLowerCase()'],
  // A third of all whole seconds lie a little below a millisecond as days, and came as the one before.
  ['parseExcelTimestamp', 'Math.floor(', 'Math.round('],
  // LibreOffice writes true.
  ['parseSpreadsheetInfo', "attributes.date1904 === '1'", "['1', 'true'].includes(attributes.date1904)"],
  // A time without a zone is UTC as all others are, and not the reader's own; one without a day is what is written.
  [
    'parseCell',
    'var parsedDate = new Date(v);',
    "if (/^T?\\d\\d:/.test(v)) return ['s', v.replace('T', '')]; var parsedDate = new Date(/T[\\d:.]+$/.test(v) ? v + 'Z' : v);",
  ],
];

/** The reader of workbooks with these parts. Throws where it is written otherwise. */
function mended(): Plugin {
  return {
    name: 'mended',
    setup: ({ onLoad }) => {
      for (const [name, found, ours] of MENDED) {
        onLoad({ filter: new RegExp(`[\\\\/]read-excel-file[\\\\/]modules[\\\\/]\\w+[\\\\/]${name}\\.js$`) }, ({ path: file }) => {
          const parts = readFileSync(file, 'utf8').split(found);
          if (parts.length !== 2) throw new Error(`${file}: found another form, expected one ${found}`);
          return { contents: parts.join(ours), loader: 'js' };
        });
      }
    },
  };
}

/** The reader of workbooks unpacks them by our unzip (shared/page/sheet/unzip.ts says why). */
function ourUnzip(project: string): Plugin {
  return {
    name: 'our-unzip',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^fflate$/ }, () => ({ path: path.join(project, 'shared/page/sheet/unzip.ts') }));
    },
  };
}

/** The reader of workbooks has its cells counted as it reads them (shared/page/sheet/cells.ts). Throws where it is written otherwise. */
function countedCells(project: string): Plugin {
  const counter = JSON.stringify(path.join(project, 'shared/page/sheet/cells.ts'));
  return {
    name: 'counted-cells',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]read-excel-file[\\/]modules[\\/]xlsx[\\/]parseSheet\.js$/ }, ({ path: file }) => {
        const [before, after, ...more] = readFileSync(file, 'utf8').split('export default function parseSheet(');
        if (after === undefined || more.length > 0)
          throw new Error(`${file}: found another form, expected one default function parseSheet`);
        const counting = `import { countingCells } from ${counter};
export default (content, parseXml, parts) => parseSheet(content, countingCells(parseXml, parts), parts);`;
        return { contents: `${before}function parseSheet(${after}\n${counting}\n`, loader: 'js' };
      });
    },
  };
}

function partOf(text: string): PagePart {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return { brotli: brotliCompressSync(text).toString('base64'), hash };
}
