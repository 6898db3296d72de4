import { T } from './codes.ts';
import { COST } from './limits.ts';

/** What is counted for a value of a type, beside what it holds. */
export function costOf(type: number): number {
  switch (type) {
    case T.null:
    case T.nullValue:
    case T.reference:
      return COST.shared;
    case T.character:
    case T.list:
    case T.expression:
      return COST.list;
    case T.pairlist:
    case T.language:
    case T.closure:
    case T.promise:
    case T.dots:
      return COST.cells;
    default:
      return COST.value;
  }
}

/** Shorter lists have room for up to 17 places, or more than twice theirs, as they grow; longer ones for half as many more. */
const ROOM = 256;

/** A short list with room for its places alone: a file has millions of such. */
export function trimmed<V>(values: V[]): V[] {
  return values.length < ROOM ? values.slice() : values;
}
