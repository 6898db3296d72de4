import path from 'node:path';

/** A source that is named by its place beside the file that names it, for a thread or a child process. */
const SOURCE_URL = /new URL\('([^']+\.ts)', import\.meta\.url\)/g;

/** The entries of a bundle, by the name that each file has there, without its ending. */
export type Entries = Record<string, string>;

/**
 * A source in which every thread and child process starts with its file in the bundle, which lies beside all others there; `file` is the
 * source's path. Throws an Error where it names a source that is no entry.
 */
export function nameEntries(
  source: string,
  file: string,
  { project, entries, ending }: { project: string; entries: Entries; ending: string },
): string {
  return source.replaceAll(SOURCE_URL, (_, named: string) => {
    const place = path
      .relative(project, path.resolve(path.dirname(file), named))
      .split(path.sep)
      .join('/');
    const entry = Object.keys(entries).find((key) => entries[key] === place);
    if (entry === undefined) throw new Error(`${path.relative(project, file)}: starts ${place}, expected one of the bundle's entries`);
    return `new URL('./${entry}${ending}', import.meta.url)`;
  });
}
