import { WIDE_LEAVES, type WideWay } from './wide-leaves.ts';

/** What adds leaves of many doubles. Packaging leaves it out for kinds of forests that have none (model/bundle/lean.ts). */
export const WIDES: readonly WideWay[] = [
  WIDE_LEAVES, // eight doubles and more
];
