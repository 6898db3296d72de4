import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { piped } from '../../../model/batch/bytes.ts';
import { bytesOf } from '../../../shared/batch/chunks.ts';

test('a pipe that gives one byte at a time gives the same bytes, of gzip what it has packed', async () => {
  const text = Buffer.from('age\n54\n');
  for (const sent of [text, gzipSync(text), Buffer.concat([gzipSync(text.subarray(0, 5)), gzipSync(text.subarray(5))])]) {
    const one = Readable.from(Array.from(sent, (byte) => Buffer.of(byte)));
    expect(await bytesOf(piped('standard input', one).chunks())).toEqual(text);
  }
  expect(await bytesOf(piped('standard input', Readable.from([])).chunks())).toEqual(Buffer.alloc(0));
});
