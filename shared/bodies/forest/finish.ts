import type { Kind, Schema } from '../../schema/features.ts';

/** What a kind of forest makes of the means over its trees, in their place. */
export type Finish = { kind: Kind; finish(schema: Schema, out: Float64Array): void };
