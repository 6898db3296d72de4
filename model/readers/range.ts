import { formatDate, formatDatetime } from '../../shared/schema/dates.ts';
import type { Feature } from '../../shared/schema/features.ts';
import { fromBits } from '../../shared/schema/integer64.ts';

/** The least and the greatest of a feature's splits, in the form of its type's range. */
export function withRange(feature: Feature, [least, most]: [number, number]): Feature {
  switch (feature.type) {
    case 'number':
      return { ...feature, range: [least, most] };
    case 'integer64':
      return { ...feature, range: [fromBits(least), fromBits(most)] };
    case 'date':
    case 'datetime': {
      const write = feature.type === 'date' ? formatDate : formatDatetime;
      try {
        return { ...feature, range: [write(least), write(most)] };
      } catch {
        // Beyond the years that a text has.
        return feature;
      }
    }
    default:
      return feature;
  }
}
