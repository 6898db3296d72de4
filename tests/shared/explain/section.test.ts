import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { decodeSection, encodeSection } from '../../../shared/explain/section.ts';

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

describe('the section for explanations', () => {
  test.each<[string, number[], number]>([
    ['u8', [0, 3, 255], 1],
    ['u16', [0, 256], 2],
    ['u32', [70_000, 2 ** 32 - 1], 4],
    ['f32', [0.5, 2 ** 32], 4],
    ['f64', [0.1, 3], 8],
  ])('keeps the weights of leaves in the smallest numbers that have them: %s', (type, weights, size) => {
    const bytes = encodeSection({ cover: weights }, hash);
    const { cover, sha256 } = decodeSection(bytes, 'a', hash);
    expect(Array.from(cover!)).toEqual(weights);
    expect((cover as Uint8Array).BYTES_PER_ELEMENT).toBe(size);
    expect(new TextDecoder().decode(bytes)).toContain(`"type":"${type}"`);
    expect(Buffer.from(sha256)).toEqual(hash(bytes.subarray(48)));
    expect(bytes.length % 8).toBe(0);
  });

  test('has the same bytes for the same weights, whatever array they come in', () => {
    expect(encodeSection({ cover: [1, 2] }, hash)).toEqual(encodeSection({ cover: Float64Array.of(1, 2) }, hash));
  });

  test('keeps background rows as doubles, missing values among them, and says whether they are training rows', () => {
    const background = Float64Array.of(1, Number.NaN, 0.1, -0);
    const drawn = decodeSection(encodeSection({ background }, hash), 'a', hash);
    expect([drawn.background, drawn.cover, drawn.isReal]).toEqual([background, undefined, undefined]);
    const both = encodeSection({ background, cover: [3, 4, 5], isReal: true }, hash);
    const real = decodeSection(both, 'a', hash);
    expect([real.background, Array.from(real.cover!), real.isReal]).toEqual([background, [3, 4, 5], true]);
    expect(both.length % 8).toBe(0);
  });

  test('keeps how much worse the answers get with each feature shuffled, and by what that is measured', () => {
    const permutation = {
      loss: 'logLoss' as const,
      target: 'diagnosis',
      rows: 303,
      base: 0.25,
      increases: Float64Array.of(0.125, -0.1, 0),
    };
    const bytes = encodeSection({ cover: [1, 2], permutation }, hash);
    expect(decodeSection(bytes, 'a', hash).permutation).toEqual(permutation);
    const without = Buffer.from(bytes)
      .toString('latin1')
      .replace(/"permuted":(\{[^}]*\})/, (all) => `"permutex":${all.slice(11)}`);
    expect(() => decodeSection(new Uint8Array(Buffer.from(without, 'latin1')), 'a', undefined)).toThrow('another form of its JSON');
    const other = Buffer.from(bytes).toString('latin1').replace('logLoss', 'logLost');
    expect(() => decodeSection(new Uint8Array(Buffer.from(other, 'latin1')), 'a', undefined)).toThrow('another form of its JSON');
  });

  const whole = encodeSection({ cover: [1, 2, 3] }, hash);
  const changed = (at: number, to: number) => whole.with(at < 0 ? whole.length + at : at, to);
  const text = (from: string, to: string) => Buffer.from(Buffer.from(whole).toString('latin1').replace(from, to), 'latin1');
  test.each<[string, Uint8Array, string]>([
    ['cut off in its header', whole.slice(0, 40), 'found 40 bytes, expected at least 48'],
    ['cut off in its arrays', whole.slice(0, -8), 'sha256'],
    ['with a weight that changed', changed(-8, 9), 'sha256'],
    ['with more JSON than there are bytes', changed(10, 9), 'bytes of JSON'],
  ])('is refused where it is %s', (_, bytes, word) => {
    expect(() => decodeSection(bytes, 'a.canopy', hash)).toThrow(word);
  });

  test.each<[string, Uint8Array, string]>([
    ['JSON that is none', text('{"arrays"', '["arrays"'), 'not JSON'],
    ['another name', text('cover', 'cOver'), 'called cover'],
    ['another type', text('"u8"', '"u9"'), 'called cover'],
    ['no array', text('{"name":"cover","type":"u8","length":3}', ''.padEnd(39)), 'called cover'],
    ['another length', text('"length":3', '"length":9'), 'bytes'],
  ])('is refused with %s, whoever hashed it', (_, bytes, word) => {
    expect(() => decodeSection(new Uint8Array(bytes), 'a.canopy', undefined)).toThrow(word);
  });
});
