import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { FUNCTIONS } from '../../math/functions.ts';

type Golden = { arguments: string; fused: string; plain: string };

function doubles(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

describe.each(FUNCTIONS.map((proved) => [proved.name, proved] as const))('%s', (name, proved) => {
  const golden = JSON.parse(readFileSync(new URL(`../../math/golden/${name}.json`, import.meta.url), 'utf8')) as Golden;
  const rows = doubles(golden.arguments);
  const width = proved.pairs ? 2 : 1;

  test.each(['fused', 'plain'] as const)('has the bits of the C library, %s', (way) => {
    const expected = doubles(golden[way]);
    expect(expected.length).toBe(256);
    const found = expected.map((_, row) => proved[way](rows[row * width]!, rows[row * width + 1]!));
    expect(found).toEqual(expected);
  });
});
