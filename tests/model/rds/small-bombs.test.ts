import { expect, test } from '@jest/globals';
import { altrep } from '../../../model/rds/altrep.ts';
import { trimmed } from '../../../model/rds/costs.ts';
import { readRds } from '../../../model/rds/rds.ts';
import { decodeText } from '../../../model/rds/texts.ts';
import { listOf, type RValue } from '../../../model/rds/values.ts';
import { ModelError } from '../../../shared/errors.ts';
import { RWriter } from '../../support/r-writer.ts';

/** Processor time of something, in seconds. */
function secondsOf(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

test('a megabyte of empty bzip2 streams is refused at once: none of them takes room for its blocks', () => {
  const stream = Buffer.concat([Buffer.from('BZh9'), Buffer.from('177245385090', 'hex'), Buffer.alloc(4)]);
  const bytes = Buffer.alloc(70_000 * stream.length, stream);
  expect(secondsOf(() => expect(() => readRds(bytes, 'model.RDS')).toThrow('found 0 bytes'))).toBeLessThan(5);
});

test('long texts that are not in their encoding are read byte by byte, and stay apart from all others', () => {
  expect(decodeText(Buffer.from([0x61, 0x80, 0xff]), 'utf-8')).toBe('a\udc80\udcff');
  const long = Buffer.alloc(2 ** 24, 0x80);
  let characters = 0;
  const read = () => {
    for (let text = 0; text < 3; text += 1) characters += decodeText(long, 'utf-8').length;
  };
  expect(secondsOf(read)).toBeLessThan(2.5);
  expect(characters).toBe(3 * 2 ** 24);
});

test('millions of small vectors are not made values one by one', () => {
  const packed: RValue = { type: 'packed', starts: new Uint32Array(2 ** 20 + 2), values: new Float64Array(0) };
  expect(() => listOf(packed, "the model's xlevels")).toThrow(ModelError);
  expect(() => listOf(packed, "the model's xlevels")).toThrow(
    "the model's xlevels: found list of length 1048577, expected at most 1048576 elements",
  );
  const wrapped = (attributes: Map<string, RValue>) =>
    altrep(
      { type: 'pairlist', values: [{ type: 'symbol', name: 'wrap_list' }], tags: [undefined] },
      { type: 'list', values: [packed] },
      attributes,
      0,
      (found, expected) => new ModelError('model.RDS', found, expected),
    );
  expect(() => wrapped(new Map([['class', packed]]))).toThrow('model.RDS: found list of length 1048577');
  expect(wrapped(new Map()).value).toBe(packed);
});

test('an empty list of attributes is none, and a short list takes room for its places alone', () => {
  const [integer, call, flag, symbol, text, end] = [13, 6, 1 << 9, 1, 9, 254];
  const vector = new RWriter()
    .integer(integer | flag)
    .integer(0)
    .integer(end)
    .plain();
  expect(readRds(vector, 'model.RDS')).toStrictEqual({ type: 'integer', values: new Int32Array(0) });
  const made = [call | flag, end, symbol, text, 0, end].reduce((writer, number) => writer.integer(number), new RWriter()).plain();
  expect(readRds(made, 'model.RDS')).not.toHaveProperty('attributes');
  const lists = [1, 18, 100, 1_000].map((length) => new Array<number>(length).fill(0));
  expect(lists.map((list) => trimmed(list) === list)).toEqual([false, false, false, true]);
  expect(lists.map(trimmed)).toEqual(lists);
});
