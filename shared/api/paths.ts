/** A public path: its method, and whether it is open, that is answered to anybody on an API that asks who calls, too. */
export type PublicPath = { method: 'GET' | 'POST'; isOpen: boolean };

const OPEN: PublicPath = { method: 'GET', isOpen: true };
const ASKS: PublicPath = { method: 'GET', isOpen: false };

/** The public paths. Open are the page and its parts, and what says how the API is used; the container's other paths all ask. */
export const PUBLIC_PATHS: Readonly<Record<string, PublicPath>> = {
  '/': OPEN,
  '/page.js': OPEN,
  '/later.js': OPEN,
  '/workbook.js': OPEN,
  '/reasons.js': OPEN,
  '/page.css': OPEN,
  '/icon.svg': OPEN,
  '/docs': OPEN,
  '/docs.js': OPEN,
  '/docs.css': OPEN,
  '/canopy.R': OPEN,
  '/model': ASKS,
  '/model/importance': ASKS,
  '/metadata': ASKS,
  '/prototype': ASKS,
  '/openapi.json': OPEN,
  '/health': OPEN,
  '/predict': { method: 'POST', isOpen: false },
};

/** The public path that a request's path is, with or without a slash at its end; undefined where it is none. */
export function publicPath(path: string): PublicPath | undefined {
  const name = withoutSlash(path);
  return Object.hasOwn(PUBLIC_PATHS, name) ? PUBLIC_PATHS[name] : undefined;
}

/** Whether a path asks nobody who they are. */
export function isOpen(path: string): boolean {
  return publicPath(path)?.isOpen ?? false;
}

/** A path without a slash at its end: /predict/ is /predict. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
