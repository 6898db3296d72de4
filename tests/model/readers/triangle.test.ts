import { expect, test } from '@jest/globals';
import { triangleOfColumns } from '../../../model/readers/linear/triangle.ts';

/** LINPACK's dqrdc2 without pivots, as it stands: each reflection goes over all columns behind it. */
function dqrdc2(given: Float64Array[]): number[][] {
  const columns = given.map((column) => [...column]);
  const rows = given[0]!.length;
  for (let at = 0; at < Math.min(rows - 1, columns.length); at += 1) {
    const own = columns[at]!;
    const length = Math.sqrt(own.slice(at).reduce((sum, cell) => sum + cell * cell, 0));
    if (length === 0) continue;
    const norm = own[at]! < 0 ? -length : length;
    for (let row = at; row < rows; row += 1) own[row]! *= 1 / norm;
    own[at]! += 1;
    for (const other of columns.slice(at + 1)) {
      const dot = own.reduce((sum, cell, row) => (row < at ? sum : sum + cell * other[row]!), 0);
      const factor = -dot / own[at]!;
      for (let row = at; row < rows; row += 1) other[row]! += factor * own[row]!;
    }
    own[at] = -norm;
  }
  return columns.map((column, at) => column.slice(0, at + 1));
}

test.each([
  [1, 1],
  [2, 5],
  [4, 4],
  [7, 30],
  [9, 9],
  [13, 11],
])('a triangle of %d columns of %d rows has the bits of one column after the other', (width, rows) => {
  const cell = (at: number) => Math.sin(at * 12.9898) * 10 ** (at % 4);
  const columns = Array.from({ length: width }, (_, column) =>
    // The third column is empty.
    Float64Array.from({ length: rows }, (__, row) => (column === 2 ? 0 : cell(column * rows + row + 1))),
  );
  const expected = dqrdc2(columns);
  expect(triangleOfColumns(columns).map((column) => [...column])).toEqual(expected);
});
