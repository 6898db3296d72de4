import { loader } from './loader.ts';

/** Loads the page's second script. */
export const loadLater = loader<typeof import('../later.ts')>('later');
