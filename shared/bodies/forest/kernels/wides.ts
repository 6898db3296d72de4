import { WIDE_LEAVES } from './wide-way.ts';

/** What adds leaves of many doubles. Packaging leaves it out for kinds of forests that have none (model/bundle/lean.ts). */
export const WIDES: readonly (typeof WIDE_LEAVES)[] = [
  WIDE_LEAVES, // eight doubles and more
];
