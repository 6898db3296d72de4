import type { Source } from './source.ts';

/** A feature's categories on the way through a document: texts side by side with their ends, or whole numbers. */
type Encoded = { offsets?: Float64Array; values?: Float64Array };

/** The categories of each feature (src/data/cat_container.cc); undefined for a feature that is a number. */
export function readLevels(source: Source): (string[] | undefined)[] {
  const levels: (string[] | undefined)[] = [];
  source.members((name) => {
    if (name !== 'enc') {
      source.skip();
      return;
    }
    source.elements(() => {
      const found: Encoded = {};
      source.members((member) => {
        if (member === 'offsets' || member === 'values') found[member] = source.numbers();
        else source.skip();
      });
      levels.push(decode(found, source));
    });
  });
  return levels;
}

function decode({ offsets, values }: Encoded, source: Source): string[] | undefined {
  if (!values || (values.length === 0 && (offsets?.length ?? 0) <= 1)) return undefined;
  // Whole numbers beyond 2^53 were rounded on the way here: they name no category, and have to come from a sidecar or the data.
  if (!offsets)
    return values.every((value) => !Number.isInteger(value) || Number.isSafeInteger(value)) ? Array.from(values, String) : undefined;
  // xgboost 3.2 for Python counts characters where it should count bytes: every label behind one that is not ASCII is then another
  // one. Nothing in the file says so, and such labels have to come from a sidecar or the data.
  if (!values.every((value) => value >= 0 && value < 0x80)) return undefined;
  const bytes = Buffer.from(values);
  const texts = Array.from(offsets.subarray(1), (end, at) => {
    const start = offsets[at]!;
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw source.error('categories beyond their texts', 'ends in their order');
    return bytes.toString('utf8', start, end);
  });
  return texts;
}
