/**
 * The rows that differ to the bit, in the order in which they first come, by their places among all rows; and for each row the place of its
 * like among them. `rows` lie side by side, each of `width` numbers.
 */
export function distinctRows(rows: Float64Array, width: number): { firsts: number[]; places: number[] } {
  const known = new Map<string | bigint, number>();
  const firsts: number[] = [];
  const bits = new BigUint64Array(rows.slice().buffer);
  const places = Array.from({ length: rows.length / width }, (_, row) => {
    const key = width === 1 ? bits[row]! : bits.subarray(row * width, (row + 1) * width).join();
    const place = known.get(key) ?? known.size;
    if (place === known.size) firsts.push(row);
    known.set(key, place);
    return place;
  });
  return { firsts, places };
}
