import type { Dialect } from './dialect.ts';

/**
 * The wrappers that the quick reader takes: of the project's dialects (dialects.ts) those that say `quick`, as a test holds. They stand here
 * too, so that a function that starts needs no dialect for the bodies that most callers send.
 */
export const QUICK_WRAPPERS: readonly string[] = ['instances', 'inputs', 'dataframe_records'];

/** The same of any list of dialects. */
export function quickWrappers(dialects: readonly Dialect[]): string[] {
  return dialects.flatMap(({ quick, wrapper }) => (quick && wrapper !== undefined ? [wrapper] : []));
}
