import { loader } from './loader.ts';

/** Loads what shows the reasons of an answer. */
export const loadReasons = loader<typeof import('../reasons.ts')>('reasons');
