/**
 * What a body looks like, as data, for the API's description. `record`, `row` and `columns` are those of the model; an `element` is a
 * record among records, in which a key may be missing where the model takes missing values; a `cell` is any value of a row, a `count` a
 * whole number. `parameters` at an object: they may stand beside its members. A shape with a name is described once, under that name.
 */
export type BodyShape =
  | 'record'
  | 'element'
  | 'row'
  | 'columns'
  | 'cell'
  | 'text'
  | 'count'
  | { array: BodyShape; least?: number; most?: number }
  | { object: Record<string, BodyShape>; isOpen?: boolean; parameters?: boolean }
  | { map: BodyShape }
  | { oneOf: readonly string[] }
  | { either: readonly BodyShape[] }
  | { name: string; shape: BodyShape };

/** At least one record, in which keys may be missing where the model takes missing values. */
export const RECORDS_SHAPE: BodyShape = { array: 'element', least: 1 };

/** At least one row in the model's feature order. */
export const ROWS_SHAPE: BodyShape = { array: 'row', least: 1 };

/** An object with one member, and parameters beside it. */
export function wrappedShape(name: string, inner: BodyShape): BodyShape {
  return { object: { [name]: inner }, parameters: true };
}
