import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RequestError } from '../../../shared/errors.ts';
import { checkKeys, MAX_DEPTH, MAX_KEYS, parseJson } from '../../../shared/wire/json.ts';

function refusal(text: string): RequestError {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe('what strict JSON refuses, with 400', () => {
  test.each([
    ['{"a":1,"a":2}', 'a duplicate key'],
    ['{"a":1,"\\u0061":2}', 'a duplicate key'],
    ['[{"b":{"a":1,"a":1}}]', 'a duplicate key'],
    ['{"__proto__":{"age":1}}', '__proto__'],
    ['[{"a":{"\\u005f_proto__":1}}]', '__proto__'],
    ['[[[[[[[[[1]]]]]]]]]', 'nested more than 8 deep'],
    ['{"age":NaN}', 'not JSON'],
    ['{"age":Infinity}', 'not JSON'],
    ['{"age":-Infinity}', 'not JSON'],
    ["{'age':1}", 'not JSON'],
    ['{"age":1,}', 'not JSON'],
    ['{"age":01}', 'not JSON'],
    ['[1] [2]', 'not JSON'],
    ['', 'ends too early'],
    ['{"a"', 'not JSON'],
    ['"\\', 'not JSON'],
    ['nul', 'not JSON'],
  ])('%s', (text, message) => {
    const error = refusal(text);
    expect(error.status).toBe(400);
    expect(error.message).toContain(message);
  });
});

test('the same key in two objects, and colons and braces within texts, are no fault', () => {
  for (const text of ['[{"a":1},{"a":2}]', '{"a:b":"c:{[d","e\\"":":"}', '{"constructor":1,"toString":2}', '{"":1}']) {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  }
});

test('depth is refused before anything is built', () => {
  expect(parseJson('[[[[[[[[1]]]]]]]]')).toEqual([[[[[[[[1]]]]]]]]);
  expect(refusal('['.repeat(3_000_000)).message).toContain('deep');
  expect(refusal('{"a":'.repeat(1_000_000)).message).toContain('deep');
});

describe('an object with too many keys', () => {
  const object = (count: number, key: (at: number) => string) =>
    `{${Array.from({ length: count }, (_, at) => `"${key(at)}":1`).join(',')}}`;
  const word = (at: number) => `k${at}`;

  test.each<[string, string]>([
    ['alone', object(MAX_KEYS + 1, word)],
    ['in an array', `[{"a":1},${object(MAX_KEYS + 1, word)}]`],
    ['as a member', `{"instances":[{"age":1}],"parameters":${object(MAX_KEYS + 1, word)}}`],
    // What comes behind it was not looked at, so that nothing was built of it.
    ['before anything is built', `${object(MAX_KEYS + 1, word).slice(0, -1)},nonsense`],
  ])('%s is refused with 413, and its first keys', (_, text) => {
    const { status, message } = refusal(text);
    expect(status).toBe(413);
    expect(message).toBe(
      'the body has an object with more than 100000 keys, "k0", "k1", "k2" and so on; expected the model\'s features, or fewer rows',
    );
  });

  test('is so by itself: many objects may have more, and rows by their numbers are not counted', () => {
    const pandas = object(MAX_KEYS + 1, String);
    for (const text of [object(MAX_KEYS, word), `[${object(60_000, word)},${object(60_000, word)}]`, `{"age":${pandas}}`])
      expect(parseJson(text)).toEqual(JSON.parse(text));
    expect(refusal(object(MAX_KEYS + 1, (at) => String(1_000_000 + at))).status).toBe(413);
  });

  test('is refused where it was never text, too', () => {
    expect(() => checkKeys(JSON.parse(object(MAX_KEYS + 1, word)))).toThrow('more than 100000 keys, "k0", "k1", "k2" and so on');
    expect(checkKeys(JSON.parse(object(MAX_KEYS + 1, String)))).toBe(MAX_KEYS + 1);
  });
});

test('a message never quotes the body', () => {
  expect(refusal('{"secret-name": secret-value}').message).not.toContain('secret');
  expect(refusal('{"a":1,"a":"secret"}').message).not.toContain('secret');
});

test('a value that was never text is held to the same depth and keys', () => {
  expect(() => checkKeys(JSON.parse('{"__proto__":1}'))).toThrow(RequestError);
  expect(() => checkKeys(JSON.parse('[[[[[[[[[1]]]]]]]]]'))).toThrow(`more than ${MAX_DEPTH} deep`);
  expect(checkKeys(JSON.parse('{"a":{"b":[{"c":1}]}}'))).toBe(3);
});

test('a key repeated anywhere is found', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, noNullPrototype: true }),
      fc.nat(),
      (object, pick) => {
        const entries = Object.entries(object);
        fc.pre(!JSON.stringify(object).includes('__proto__'));
        const again = entries[pick % entries.length] as [string, unknown];
        const text = `{${[...entries, again].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
        expect(refusal(text).message).toContain('duplicate key');
      },
    ),
  );
});

test('any text at all is read or refused with 400', () => {
  const unit = fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '1', 'e', '-', 'null', 'a', ' ', '\n');
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      try {
        parseJson(text);
      } catch (error) {
        expect(error).toMatchObject({ name: 'RequestError', status: 400 });
      }
    }),
    { numRuns: 1000 },
  );
});
