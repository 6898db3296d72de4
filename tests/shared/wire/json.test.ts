import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RequestError } from '../../../shared/errors.ts';
import { checkKeys, MAX_DEPTH, parseJson } from '../../../shared/wire/json.ts';

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
