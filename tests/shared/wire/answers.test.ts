import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RequestError } from '../../../shared/errors.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { defaultParameters, type Parameters } from '../../../shared/schema/parameters.ts';
import { outputWidth, type Prediction, partsOf, toPredictions } from '../../../shared/schema/shape.ts';
import {
  checkAnswerSize,
  linesWriter,
  MAX_ANSWER_BYTES,
  type TextForm,
  tailOf,
  writeAnswer,
  writeOutputs,
} from '../../../shared/wire/answers.ts';
import { parseCsv } from '../../../shared/wire/csv.ts';

const MODEL = { name: 'm', sha256: 'f'.repeat(64) };
const NUMBER: Schema = { kind: 'regression', features: [{ name: 'x', type: 'number' }], takesMissing: false };

function classes(kind: 'classification' | 'probability', ...labels: string[]): Schema {
  return { ...NUMBER, kind, classes: labels };
}

function write(schema: Schema, predictions: Prediction[], form: TextForm = 'json'): string {
  return writeAnswer(schema, { predictions, model: MODEL, servedBy: 'endpoint' }, form);
}

function mostRows(schema: Schema): number {
  let [fits, over] = [0, 10_000_000];
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    try {
      checkAnswerSize(schema, middle);
      fits = middle;
    } catch {
      over = middle;
    }
  }
  return fits;
}

const LONGEST = -1.2345678901234567e-308;

describe('the size of an answer is known before it is computed', () => {
  const label = 'a "long", label\n';
  test.each<[string, Schema, Prediction]>([
    ['regression', NUMBER, LONGEST],
    ['classification', classes('classification', 'b', label), label],
    ['classification by an empty label', classes('classification', ''), ''],
    ['probability', classes('probability', '10', label, '2'), { '10': LONGEST, [label]: LONGEST, '2': LONGEST }],
  ])('the most rows that are let through fit, in every form: %s', (_, schema, longest) => {
    const rows = mostRows(schema);
    expect(rows).toBeGreaterThan(10_000);
    // Every row takes the same bytes, so a hundred tell of all.
    const bytes = (count: number, form: TextForm) => Buffer.byteLength(write(schema, Array<Prediction>(count).fill(longest), form));
    for (const form of ['json', 'csv', 'jsonlines'] as const) {
      const each = (bytes(101, form) - bytes(1, form)) / 100;
      expect(bytes(1, form) + (rows - 1) * each).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
      // The estimate is not far off either: a tenth more would not fit.
      if (form === 'json') expect(bytes(1, form) + 1.1 * rows * each).toBeGreaterThan(MAX_ANSWER_BYTES);
    }
  });

  test('one row more is 413, with the most that fit', () => {
    const rows = mostRows(NUMBER);
    expect(() => checkAnswerSize(NUMBER, rows + 1)).toThrow(RequestError);
    expect(() => checkAnswerSize(NUMBER, rows + 1)).toThrow(expect.objectContaining({ status: 413 }));
    expect(() => checkAnswerSize(NUMBER, 10 * rows)).toThrow(`expected at most ${rows} rows`);
  });

  test('many classes are no trouble', () => {
    const many = Array.from({ length: 200_000 }, (_, at) => `c${at}`);
    expect(() => checkAnswerSize(classes('classification', ...many.slice(0, 60_000)), 1)).not.toThrow();
    expect(() => checkAnswerSize({ ...NUMBER, kind: 'classification', classes: many }, 1)).not.toThrow();
    expect(() => checkAnswerSize({ ...NUMBER, kind: 'probability', classes: many }, 1)).toThrow('expected at most 0 rows');
  });
});

test('a JSON answer has predictions, model and who served it', () => {
  expect(JSON.parse(write(NUMBER, [1.5, 2]))).toEqual({ predictions: [1.5, 2], model: MODEL, servedBy: 'endpoint' });
  const answer = { predictions: [1], model: MODEL, servedBy: 'fallback' as const, reason: 'timeout' };
  expect(JSON.parse(writeAnswer(NUMBER, answer, 'json'))).toEqual(answer);
});

test('labels that look like whole numbers stay in class order', () => {
  const schema = classes('probability', '10', '2', 'b', '1');
  const predictions = toPredictions(schema, defaultParameters(schema), Float64Array.of(0.1, 0.2, 0.3, 0.4)).predictions;
  expect(write(schema, predictions)).toContain('{"predictions":[{"10":0.1,"2":0.2,"b":0.3,"1":0.4}],');
  expect(write(schema, predictions, 'jsonlines')).toBe('{"10":0.1,"2":0.2,"b":0.3,"1":0.4}\n');
  expect(write(schema, predictions, 'csv')).toBe('0.1,0.2,0.3,0.4\n');
});

test('labels with a meaning to JavaScript are labels', () => {
  const schema = classes('probability', '__proto__', 'constructor', 'a"b');
  const predictions = toPredictions(schema, defaultParameters(schema), Float64Array.of(0.25, 0.5, 0.25)).predictions;
  expect(write(schema, predictions, 'jsonlines')).toBe('{"__proto__":0.25,"constructor":0.5,"a\\"b":0.25}\n');
});

test('the classes of another model stand as they came', () => {
  expect(write(classes('probability', 'a', 'b'), [{ c: 1, a: 0 }], 'jsonlines')).toBe('{"c":1,"a":0}\n');
});

test('CSV quotes what needs it, and an empty label is not an empty line', () => {
  const labels = ['a,b', 'say "so"', 'two\nlines', '', ' plain '];
  const schema = classes('classification', ...labels);
  expect(write(schema, labels, 'csv')).toBe('"a,b"\n"say ""so"""\n"two\nlines"\n""\n plain \n');
});

test('CSV and JSON Lines have a line for each row, in order, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (labels) => {
      const schema = classes('classification', ...new Set(labels));
      expect(parseCsv(write(schema, labels, 'csv')).map(([field]) => field)).toEqual(labels);
      const lines = write(schema, labels, 'jsonlines').split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(labels);
    }),
  );
});

test('standard errors stand beside their predictions in every form but an array, which cannot hold both', () => {
  const parameters: Parameters = { ...defaultParameters(NUMBER), type: 'se' };
  const outputs = Float64Array.of(4.5, 0.25, -1, 0.5);
  const write = (form: TextForm) => writeOutputs(NUMBER, parameters, outputs, form, '');
  expect(write('csv')).toBe('4.5,0.25\n-1,0.5\n');
  expect(write('csvHeader')).toBe('predictions,se\n4.5,0.25\n-1,0.5\n');
  expect(write('jsonlines')).toBe('{"predictions":4.5,"se":0.25}\n{"predictions":-1,"se":0.5}\n');
  expect(linesWriter(NUMBER, parameters, 'csv')(outputs)).toBe(write('csv'));
  expect(linesWriter(NUMBER, parameters, 'jsonlines')(outputs)).toBe(write('jsonlines'));
  expect(() => checkAnswerSize(NUMBER, 1, parameters, 'npy')).toThrow(expect.objectContaining({ status: 406 }));
});

test('every double comes back with its bits, in every form', () => {
  const special = [
    -0,
    0,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    0.1 + 0.2,
    1e21,
    123456789012345680000,
    1e-7,
    LONGEST,
  ];
  const same = (text: string[], expected: number[]) => {
    expect(text.map((one, at) => Object.is(JSON.parse(one), expected[at]))).toEqual(expected.map(() => true));
  };
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const { predictions } = JSON.parse(write(NUMBER, values));
      expect(values.map((value, at) => Object.is(value, predictions[at]))).toEqual(values.map(() => true));
      same(write(NUMBER, values, 'csv').trimEnd().split('\n'), values);
      same(write(NUMBER, values, 'jsonlines').trimEnd().split('\n'), values);
      const shares = JSON.parse(write(classes('probability', 'a'), [{ a: values[0]! }]));
      expect(Object.is(shares.predictions[0].a, values[0])).toBe(true);
    }),
    { examples: [[special]] },
  );
});

describe('an answer written from the doubles themselves', () => {
  const kinds: Schema[] = [
    NUMBER,
    classes('classification', 'b', 'a "quoted", one', '2', '1'),
    classes('probability', '2', '1', '__proto__', 'a\n'),
    { ...NUMBER, kind: 'survival', times: [1, 2.5, 4] },
  ];
  const asked: Partial<Parameters>[] = [
    {},
    { predictAll: true },
    { type: 'terminalNodes' },
    { type: 'quantiles', quantiles: [0.1, 0.9] },
    { type: 'se' },
    { type: 'prob' },
    { type: 'class' },
    { type: 'terminalNodes', also: ['response'] },
    { type: 'class', also: ['prob', 'terminalNodes'] },
    { type: 'response', also: ['chf'] },
  ];
  test.each(
    kinds.flatMap((schema) =>
      asked.map((other): [string, string, Schema, Partial<Parameters>] => [schema.kind, JSON.stringify(other), schema, other]),
    ),
  )('of %s with %s is that of its predictions', (_kind, _name, schema, other) => {
    const parameters: Parameters = { ...defaultParameters(schema), numTrees: 2, ...other };
    const width = outputWidth(schema, parameters);
    const isPlace = partsOf(schema, parameters).some(({ shape }) => shape.places !== undefined);
    const number = isPlace ? fc.nat({ max: (schema.classes?.length ?? 1) - 1 }) : fc.double({ noNaN: true, noDefaultInfinity: true });
    const rows = fc.array(fc.array(number, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(rows, fc.constantFrom<TextForm>('json', 'csv', 'csvHeader', 'jsonlines', 'table', 'tidymodels'), (given, form) => {
        const outputs = Float64Array.from(given.flat());
        const rest = { model: MODEL, servedBy: 'container' } as const;
        const expected = writeAnswer(schema, { ...toPredictions(schema, parameters, outputs), ...rest }, form);
        expect(writeOutputs(schema, parameters, outputs, form, tailOf(schema, parameters, rest))).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a header line', () => {
  const header = (schema: Schema, parameters: Partial<Parameters> = {}) => {
    const asked: Parameters = { ...defaultParameters(schema), numTrees: 2, ...parameters };
    const outputs = new Float64Array(outputWidth(schema, asked));
    return writeOutputs(schema, asked, outputs, 'csvHeader', '').split('\n')[0];
  };
  const survival: Schema = { ...NUMBER, kind: 'survival', times: [1, 2.5] };
  const probability = classes('probability', 'b', 'a,1');
  test.each<[string | undefined, string]>([
    [header(NUMBER), 'predictions'],
    [header(NUMBER, { predictAll: true }), 'predictions.1,predictions.2'],
    [header(NUMBER, { type: 'quantiles', quantiles: [0.1, 0.9] }), 'predictions.0.1,predictions.0.9'],
    [header(probability), 'predictions.b,"predictions.a,1"'],
    [header(probability, { type: 'class', also: ['prob'] }), 'class,prob.b,"prob.a,1"'],
    [header(survival), 'predictions.1,predictions.2.5'],
    [header(survival, { type: 'chf', also: ['terminalNodes'] }), 'chf.1,chf.2.5,terminalNodes.1,terminalNodes.2'],
  ])('%s', (found, expected) => {
    expect(found).toBe(expected);
  });
});

describe('the size of an answer of several types is known before, too', () => {
  const label = 'a "long", label\n';
  const schema = classes('probability', '10', label);
  const parameters: Parameters = { type: 'class', also: ['prob'] };
  const longest = Array<Prediction>(5_000).fill(label);
  const shares = Array<Prediction>(5_000).fill({ '10': LONGEST, [label]: LONGEST });
  const answer = { predictions: longest, class: longest, prob: shares, model: MODEL };

  test.each<TextForm>(['json', 'csv', 'csvHeader', 'jsonlines', 'table', 'tidymodels'])('as %s', (form) => {
    const rows = Number(/at most (\d+) rows/.exec(refused(() => checkAnswerSize(schema, 10_000_000, parameters, form)))?.[1]);
    expect(rows).toBeGreaterThan(10_000);
    const each = Buffer.byteLength(writeAnswer(schema, answer, form)) / longest.length;
    expect(rows * each).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    if (form === 'json') expect(1.2 * rows * each).toBeGreaterThan(MAX_ANSWER_BYTES);
  });

  test('an array is too large by the length of its longest label', () => {
    const long = classes('classification', 'x', 'y'.repeat(500));
    expect(refused(() => checkAnswerSize(long, 10_000, undefined, 'npy'))).toContain('at most 2062 rows');
    expect(() => checkAnswerSize(long, 2_062, undefined, 'npy')).not.toThrow();
    expect(refused(() => checkAnswerSize(schema, 1, parameters, 'npy'))).toContain('found 2 types of answer, which are no single array');
  });
});

test('of two columns of one name in a table, the second has its type in it', () => {
  const answer = { predictions: [1], response: [1], link: [2], model: MODEL };
  expect(writeAnswer(NUMBER, answer, 'tidymodels')).toBe('{".pred":[1],".pred_link":[2]}');
  const votes = { predictions: [{ a: 1 }], prob: [{ a: 1 }], vote: [{ a: 2 }], model: MODEL };
  expect(writeAnswer(classes('classification', 'a'), votes, 'table')).toBe('{"predict_a":[1],"predict_vote_a":[2]}');
});

/** What a call that throws says. */
function refused(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
