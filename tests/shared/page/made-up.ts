import type { ModelInfo } from '../../../shared/schema/card.ts';
import type { Feature, Schema } from '../../../shared/schema/features.ts';

const SHA = 'ab'.repeat(32);

/** A model made up for its page alone. */
export function infoOf(features: Feature[], card: Partial<ModelInfo['card']> = {}): ModelInfo {
  const schema: Schema = { kind: 'regression', features, takesMissing: false };
  return { schema, card: { name: 'made-up', madeBy: 'a test', source: { file: 'none', sha256: SHA }, ...card }, sha256: SHA };
}

/** What a page hands to its script. */
export function dataOf(html: string): { features: { name: string; start: unknown }[]; card: { title: unknown } } {
  const block = /<script type="application\/json" id="model">([^<]*)<\/script>/.exec(html);
  return JSON.parse(block?.[1] ?? 'null');
}
