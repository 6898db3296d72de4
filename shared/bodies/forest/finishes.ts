import type { Schema } from '../../schema/features.ts';
import type { Finish } from './finish.ts';
import { SURVIVAL } from './survival.ts';

/** The finishes, one line a kind that has one. Packaging leaves out those of other kinds than the packaged artifact's (model/bundle/lean.ts). */
export const FINISHES: readonly Finish[] = [
  SURVIVAL, // exp(-chf)
];

/** Finishes the answers of a survival forest. */
export function finishSurvival(schema: Schema, out: Float64Array): void {
  const found = FINISHES.find(({ kind }) => kind === schema.kind);
  if (!found) throw new Error(`the forest's kind: found ${schema.kind}, expected the kind that this package was made for`);
  found.finish(schema, out);
}
