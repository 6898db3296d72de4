import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a declaration imports, by `from` and by `import()`. */
const IMPORTED = /(\bfrom\s*|\bimport\s*\(\s*)(['"])(\.[^'"]+?)\.(?:ts|js)\2/g;

/** The entries whose types are public. */
const PUBLIC = ['container/package/library.d.ts', 'container/package/browser.d.ts'];

/**
 * Writes the declarations of the library and of the browser entry into `dist/types`, and of the other files only what these two
 * reach. Throws where tsc finds an error.
 */
export function buildTypes(project: string, dist: string): void {
  const tsc = path.join(project, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', path.join(project, 'container/package/tsconfig.json')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const folder = path.join(dist, 'types');
  const reached = new Set<string>();
  const reach = (file: string) => {
    if (reached.has(file)) return;
    reached.add(file);
    const place = path.join(folder, file);
    if (!existsSync(place)) throw new Error(`${place}: found no such declaration, expected what another one imports`);
    const text = readFileSync(place, 'utf8').replaceAll(IMPORTED, (_, before, quote, name) => {
      reach(path.join(path.dirname(file), `${name}.d.ts`));
      return `${before}${quote}${name}.js${quote}`;
    });
    writeFileSync(place, text);
  };
  for (const file of PUBLIC) reach(path.normalize(file));
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.ts') && !reached.has(file)) rmSync(path.join(folder, file));
  }
}
