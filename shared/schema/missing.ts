import type { Feature, Schema } from './features.ts';

/** Whether a feature's value may be missing. */
export function takesMissing(schema: Schema, feature: Feature): boolean {
  return schema.takesMissing && feature.required !== true && feature.type !== 'integer64';
}
