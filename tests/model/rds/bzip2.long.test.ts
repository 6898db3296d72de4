import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { inflateBzip2 } from '../../../model/rds/bzip2.ts';

const mixed = readFileSync(fileURLToPath(new URL('../../rds-files/mixed-bzip2.RDS', import.meta.url)));

test('every changed byte is found by a checksum, or before', () => {
  const kept: number[] = [];
  for (let at = 0; at < mixed.length; at += 1) {
    const changed = Buffer.from(mixed);
    changed[at]! ^= 0x55;
    try {
      Array.from(inflateBzip2(changed));
      kept.push(at);
    } catch (error) {
      expect((error as Error).constructor).toBe(Error);
    }
  }
  // The size of the blocks, where another one is as good, and the padding behind the end.
  expect(kept.every((at) => at === 3 || at === mixed.length - 1)).toBe(true);
});
