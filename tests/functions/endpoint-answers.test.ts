import { describe, expect, test } from '@jest/globals';
import { checkAnswer } from '../../functions/endpoint/check-answer.ts';
import { loadModel } from '../../model/artifact/import.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';

const OTHER = 'a'.repeat(64);
const age = loadModel(golden('heart-age').file);
const expected = { schema: age.schema, sha256: age.sha256 };
const one = readValue(age.schema, [[54]]);
const two = readValue(age.schema, [[54], [61]]);
const all = readValue(age.schema, { instances: [[54]], parameters: { predictAll: true } });

const answer = (predictions: unknown, rest: object = {}, model: object = { name: 'other', sha256: OTHER }) =>
  Buffer.from(JSON.stringify({ predictions, model, ...rest }));
/** What is said of an answer's bytes; undefined where they are taken. */
function verdict(body: Uint8Array, query = one): string | undefined {
  try {
    checkAnswer(body, query, expected);
    return undefined;
  } catch (error) {
    expect((error as Error).name).toBe('BadAnswer');
    return (error as Error).message;
  }
}

describe('an answer of another model than the one held here', () => {
  test.each<[string, Uint8Array, typeof one]>([
    ['a number', answer([0.5]), one],
    ['a label', answer(['virginica']), one],
    ['shares by their labels', answer([{ absence: 0.25, presence: 0.75 }]), one],
    ['shares of classes called as what an object has', answer([JSON.parse('{"__proto__":0.25,"constructor":0.75}')]), one],
    ['a survival curve with its times', answer([[1, 0.5]], { times: [1, 2] }), one],
    ['each tree’s number', answer([[1, 2, 3]]), all],
    ['each tree’s curve', answer([[[1, 2, 3]]], { times: [1] }), all],
    ['each tree’s shares', answer([{ a: [0.5, 1], b: [0.5, 0] }]), all],
    ['a member that is not known', answer([0.5], { later: [1] }), one],
  ])('is taken where it is %s', (_, body, query) => {
    expect(verdict(body, query)).toBeUndefined();
  });

  const row = `[${Array(1_000).fill('1e20')}]`;
  const digits = Buffer.from(`{"predictions":[${Array(1_000).fill(row)}],"model":{"name":"x","sha256":"${OTHER}"}}`);
  const bodies: [string, Uint8Array, string, typeof one][] = [
    ['10 MB', answer(['x'.repeat(10_000_000)]), 'found an answer of 10000121 bytes, expected at most 5500000', one],
    ['5 MB that become 22 in other digits', digits, 'found an answer of 22002114 bytes as written', one],
    ['200,000 numbers for a row', answer([Array(200_000).fill(0.123)]), 'number 0 of predictions', one],
    ['as many with their times', answer([Array(50_000).fill(0.1)], { times: Array(50_000).fill(1) }), 'number 0 of predictions', one],
    ['a name of 12,000 characters', answer([1], {}, { name: 'x'.repeat(12_000), sha256: OTHER }), '/model/name', one],
    ['a name with line breaks', answer([1], {}, { name: 'x\r\ny', sha256: OTHER }), '/model/name', one],
    ['a label with a line break', answer(['x\ny']), 'number 0 of predictions', one],
    ['a label of 2,000 characters', answer(['x'.repeat(2_000)]), 'number 0 of predictions', one],
    ['a share with such a label', answer([{ [`x${'y'.repeat(2_000)}`]: 1 }]), 'number 0 of predictions', one],
    ['objects in objects', answer([{ a: { b: { c: [1] } } }]), 'number 0 of predictions', one],
    ['arrays of objects', answer([[{ a: 1 }]]), 'number 0 of predictions', all],
    ['arrays that nobody asked for', answer([[1, 2]]), 'number 0 of predictions', one],
    ['a curve of another length than its times', answer([[1, 2]], { times: [1] }), 'number 0 of predictions', one],
    ['an empty array', answer([[]], { times: [] }), 'number 0 of predictions', one],
    ['an empty object', answer([{}]), 'number 0 of predictions', one],
    ['a label for each tree', answer([['a']]), 'number 0 of predictions', all],
    ['rows of two forms', answer([0.5, 'a']), 'number 1 of predictions', two],
    ['rows of two lengths', answer([[1], [1, 2]], { times: [1] }), 'number 1 of predictions', two],
    ['rows of other labels', answer([{ a: 1 }, { b: 1 }]), 'number 1 of predictions', two],
    ['too few rows', answer([0.5]), 'found 1 predictions, expected 2', two],
    ['errors that nobody asked for', answer([0.5], { se: [0.1] }), 'found se, expected it where it is asked for', one],
    ['nothing', answer([null]), 'number 0 of predictions', one],
    ['truth', answer([true]), 'number 0 of predictions', one],
    ['a nesting of 100,000', Buffer.from(`{"predictions":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`), 'nested more than 8 deep', one],
    ['a nesting that never ends', Buffer.from('['.repeat(1_000_000)), 'nested more than 8 deep', one],
    ['a key twice', Buffer.from(`{"predictions":[1],"predictions":[2],"model":{"name":"x","sha256":"${OTHER}"}}`), 'duplicate key', one],
    ['__proto__', Buffer.from(`{"predictions":[1],"__proto__":{"se":[1]},"model":{"name":"x","sha256":"${OTHER}"}}`), '__proto__', one],
    ['what is not UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b), 'not UTF-8', one],
    ['a number too large', Buffer.from(`{"predictions":[1e999],"model":{"name":"x","sha256":"${OTHER}"}}`), 'predictions', one],
  ];
  test.each(bodies)('is refused where it is %s', (_, body, message, query) => {
    expect(verdict(body, query)).toContain(message);
  });
});

test('an answer of another model of several numbers is taken with as many, and a curve with its times alone', () => {
  const verdicts = (name: string, bodies: Uint8Array[]) => {
    const model = loadModel(golden(name).file);
    const query = { rows: model.checks.rows.slice(0, model.schema.features.length), count: 1, parameters: { type: 'response' as const } };
    const isTaken = (body: Uint8Array) => {
      try {
        return checkAnswer(body, query, model).predictions.length === 1;
      } catch {
        return false;
      }
    };
    return bodies.map(isTaken);
  };
  const bodies = (length: number) => [answer([Array(length).fill(0.5)]), answer([Array(length + 1).fill(0.5)])];
  expect(verdicts('gam-gevlss', bodies(3))).toEqual([true, false]);
  const { times } = loadModel(golden('veteran-survival').file).schema;
  expect(verdicts('veteran-survival', bodies(times!.length))).toEqual([false, false]);
});

test('rows of columns of another model have the names of the first', () => {
  const { schema, sha256 } = loadModel(golden('prcomp').file);
  const query = readValue(schema, golden('prcomp').rows.slice(0, 2));
  const check = (rows: object[]) => () => checkAnswer(answer(rows), query, { schema, sha256 });
  expect(
    check([
      { a: 1, b: 2 },
      { b: 3, a: null },
    ])().predictions,
  ).toHaveLength(2);
  expect(check([{ a: 1, b: 2 }, { a: 3 }])).toThrow('number 1 of predictions');
  expect(check([{ a: 1 }, { b: 3 }])).toThrow('number 1 of predictions');
});

test('an answer of the model held here has its form and no other, whatever its size', () => {
  const model = { name: 'heart-age', sha256: age.sha256 };
  expect(verdict(answer([0.5], {}, model))).toBeUndefined();
  expect(verdict(answer([[0.5]], {}, model))).toContain('number 0 of predictions');
  expect(verdict(answer(['a'], {}, model))).toContain('number 0 of predictions');
  expect(verdict(answer([0.5], { times: [1] }, model))).toContain('found other times, expected those of the model');
  expect(verdict(answer([0.5], { quantiles: [0.5] }, model))).toContain('found other quantiles');
  expect(verdict(answer([0.5], { se: [0.1] }, model))).toContain('found se');
});

test('shares of a class called __proto__ are taken, with their own numbers', () => {
  const { schema, sha256 } = loadModel(golden('heart-probability').file);
  const renamed = { ...schema, classes: ['__proto__', ...schema.classes!.slice(1)] };
  const query = readValue(schema, golden('heart-probability').rows.slice(0, 1));
  const text = JSON.stringify([Object.fromEntries(renamed.classes.map((name, at) => [name, at === 0 ? 0.25 : 0.75]))]);
  expect(text).toMatch(/^\[\{"__proto__":0\.25,/);
  const body = answer(JSON.parse(text), {}, { name: 'heart', sha256 });
  const { predictions } = checkAnswer(body, query, { schema: renamed, sha256 });
  expect(JSON.stringify(predictions)).toBe(text);
  expect(() => checkAnswer(body, query, { schema, sha256 })).toThrow('number 0 of predictions of another form');
});

describe('an answer of several types', () => {
  const { schema, sha256 } = loadModel(golden('kyphosis-rpart').file);
  const rows = golden('kyphosis-rpart').rows.slice(0, 2);
  const query = readValue(schema, { instances: rows, parameters: { type: ['class', 'prob'] } });
  const share = { absent: 0.75, present: 0.25 };
  const good = { predictions: ['absent', 'absent'], class: ['absent', 'absent'], prob: [share, share] };
  const check = (members: object, model: object) => {
    const { predictions, ...beside } = { ...good, ...members };
    return () => checkAnswer(answer(predictions, beside, model), query, { schema, sha256 });
  };
  describe.each([
    ['the model held here', { name: 'kyphosis', sha256 }],
    ['another model', { name: 'other', sha256: OTHER }],
  ])('of %s', (_, model) => {
    test('is taken with the list of each, and nothing else', () => {
      expect(check({ vote: [1, 2] }, model)()).toEqual({ ...good, model });
    });

    test.each<[string, object, string]>([
      ['without a type', { prob: undefined }, 'found no prob, expected it beside the predictions'],
      ['with too few rows of a type', { prob: [share] }, 'found 1 prob, expected 2'],
      ['with another form of a type', { prob: [share, 0.5] }, 'number 1 of prob'],
      ['with a number that is not one', { prob: [share, { ...share, present: null }] }, 'number 1 of prob'],
      ['whose first type is not the predictions', { class: ['absent', 'present'] }, 'found other predictions than class'],
    ])('is refused %s', (_, members, message) => {
      expect(check(members, model)).toThrow(message);
    });
  });
});
