import { ModelError } from '../errors.ts';

/** The arrays an artifact can hold. */
export type PackedArray = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** The arrays of a kind of body by name, in their order in an artifact; one whose name ends with a question mark may be missing. */
export type ArrayTable = Record<string, new (length: number) => PackedArray>;

/** The arrays that a table names, in its order; those that may be missing only where they are there. */
export function pickArrays(from: object, table: ArrayTable): [string, PackedArray][] {
  return Object.keys(table).flatMap((key): [string, PackedArray][] => {
    const name = key.replace('?', '');
    const array = (from as Record<string, PackedArray | undefined>)[name];
    return array === undefined ? [] : [[name, array]];
  });
}

/** The same arrays out of an artifact. Throws a ModelError where one is missing or of another type. */
export function takeArrays(arrays: ReadonlyMap<string, PackedArray>, table: ArrayTable, label: string): Record<string, PackedArray> {
  const taken: Record<string, PackedArray> = {};
  for (const [key, type] of Object.entries(table)) {
    const name = key.replace('?', '');
    const array = arrays.get(name);
    if (array === undefined && key.endsWith('?')) continue;
    if (!(array instanceof type)) throw new ModelError(`${label}'s ${name}`, array ? array.constructor.name : 'nothing', type.name);
    taken[name] = array;
  }
  return taken;
}

/** A scalar that counts the doubles of a node or leaf. Throws a ModelError where it is no whole number above 0. */
export function takeWidth({ width }: Record<string, unknown>, label: string): number {
  if (typeof width === 'number' && Number.isInteger(width) && width > 0) return width;
  throw new ModelError(label, `width ${width}`, 'a whole number');
}
