import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadModel } from '../../../model/artifact/import.ts';
import type { Model } from '../../../shared/artifact.ts';
import { answerLines, csvColumns, type LineForm, NO_COLUMNS } from '../../../shared/batch/columns.ts';
import { createCutter, isBlank, type PieceSize } from '../../../shared/batch/cutter.ts';
import { computePiece, type OnError, type PieceDone } from '../../../shared/batch/piece.ts';
import { reasonOf } from '../../../shared/batch/reasons.ts';
import { RequestError } from '../../../shared/errors.ts';
import { computeQuery } from '../../../shared/predict.ts';
import { writeOutputs } from '../../../shared/wire/answers.ts';
import { readBody } from '../../../shared/wire/read-body.ts';
import { golden } from '../../support/golden.ts';

/** What a payload is answered in pieces of a size. */
function answer(model: Model, text: string, form: LineForm, size: PieceSize, onError: OnError = 'line'): PieceDone {
  const bytes = Buffer.from(text);
  const cutter = createCutter(form === 'csv', size);
  const { empty } = answerLines(model.schema);
  // As of a payload without a header line.
  const columns = form === 'csv' ? csvColumns(model.schema, Buffer.from(`${rowsOf(model)[0]}\n`), false) : NO_COLUMNS;
  const sum: PieceDone = { text: '', rows: 0, bad: 0, badLines: [] };
  for (const piece of [...cutter.add(bytes.subarray(0, 7)), ...cutter.add(bytes.subarray(7)), cutter.end()]) {
    const done = computePiece(model, { ...piece, columns, form, accepted: form, empty, onError });
    sum.text += done.text;
    sum.rows += done.rows;
    sum.bad += done.bad;
    sum.badLines.push(...done.badLines);
  }
  return sum;
}

/** The golden's rows as lines of CSV without a header. */
function rowsOf(model: Model): string[] {
  const names = model.schema.features.map(({ name }) => name);
  return golden(model.card.name).rows.map((row) => names.map((name) => row[name] ?? '').join(','));
}

const MODELS = ['heart-age', 'iris', 'na-class', 'warpbreaks-ignore', 'chickwts-order'].map((name) => loadModel(golden(name).file));
const WHOLE = { bytes: 1e9, records: 1e9 };
const size = fc.record({ bytes: fc.integer({ min: 1, max: 200 }), records: fc.integer({ min: 1, max: 9 }) });

/** Lines of a payload: rows, and whatever else may stand between them. No quote alone on a line: two of them are a field of several lines. */
function payloadOf(model: Model, form: LineForm) {
  const { features } = model.schema;
  const names = features.map(({ name }) => name);
  const rows = golden(model.card.name).rows;
  const good = form === 'csv' ? rowsOf(model) : rows.map((row) => JSON.stringify(row));
  const odd = [
    '',
    ' ',
    'x',
    '"x',
    'x"',
    '"x"y',
    ',',
    '{}',
    '[]',
    '[1',
    'null',
    '"1"',
    names.join(','),
    `${good[0]},1`,
    'sep=;',
    'NA',
    '1;2',
  ];
  const line = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
  return fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n')), { maxLength: 40 });
}

/** The line of a payload as the body of a request of its own, and the line of the answer. */
function asked(model: Model, line: string, form: LineForm): string {
  const { schema } = model;
  const columns = form === 'csv' ? csvColumns(schema, Buffer.from(`${rowsOf(model)[0]}\n`), false) : NO_COLUMNS;
  const isBlankLine = isBlank(Buffer.from(line));
  const text = isBlankLine && columns.isBlankMissing ? '""\n' : line;
  let reason: string;
  try {
    const query = readBody(schema, Buffer.concat([columns.before, Buffer.from(text)]), form);
    return writeOutputs(schema, query.parameters, computeQuery(model, query), form, '');
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    reason = isBlankLine ? 'the line is blank' : reasonOf({ ...error, message: error.message, found: error.problems.length }, columns);
  }
  return form === 'csv' ? answerLines(schema).empty : `${JSON.stringify({ error: reason })}\n`;
}

describe.each(['csv', 'jsonlines'] as const)('of %s', (form) => {
  test.each(
    MODELS.map((model) => [model.card.name, model] as const),
  )('%s: each line is answered as if it came alone, whatever stands around it and wherever it is cut', (_, model) => {
    fc.assert(
      fc.property(payloadOf(model, form), size, (lines, pieces) => {
        const text = lines.map(([line, end]) => line + end).join('');
        const cut = answer(model, text, form, pieces);
        const alone = lines.map(([line, end]) => answer(model, line + end, form, WHOLE));
        expect(cut.text).toBe(alone.map((one) => one.text).join(''));
        expect(cut.text.split('\n')).toHaveLength(lines.length + 1);
        expect([cut.rows, cut.rows + cut.bad]).toEqual([alone.reduce((sum, one) => sum + one.rows, 0), lines.length]);
        const bad = alone.flatMap((one, at) => one.badLines.map(({ reason }) => ({ line: at + 1, reason })));
        expect(cut.badLines).toEqual(bad);
      }),
      { numRuns: 150 },
    );
  });

  test.each(
    MODELS.map((model) => [model.card.name, model] as const),
  )('%s: each line has the answer, or the reason, of a request with that line alone', (_, model) => {
    fc.assert(
      fc.property(payloadOf(model, form), (lines) => {
        const { text } = answer(model, lines.map(([line, end]) => line + end).join(''), form, WHOLE);
        expect(text).toBe(lines.map(([line, end]) => asked(model, line + end, form)).join(''));
      }),
      { numRuns: 150 },
    );
  });
});

describe.each([
  ['csv', '54\n61\n'],
  ['jsonlines', '{"age":54}\n{"age":61}\n'],
] as const)('white space behind the last row of %s', (form, rows) => {
  const model = loadModel(golden('heart-age').file);
  const expected = answer(model, rows, form, WHOLE, 'fail');

  test.each([' ', ' \n', '\t\r\n', ' \n \n', '\f\n', '\u00a0\n', '\ufeff'])('%j is no row, wherever it is cut, as in a body', (end) => {
    expect(readBody(model.schema, Buffer.from(rows + end), form).count).toBe(2);
    for (const records of [1, 2, 3, 9]) expect(answer(model, rows + end, form, { bytes: 1e9, records }, 'fail')).toEqual(expected);
  });
});

describe('rows for which the model has no finite answer', () => {
  const model = loadModel(golden('days-inverse-glm').file);
  const found = "the model's answer is NaN, expected a finite number";
  const one = asked(model, '0.5\n', 'csv');

  test.each([
    ['among good ones', '0.5\n1e9\n0.5\n', `${one}""\n${one}`, [2]],
    ['among others that cannot be read', '1e9\nx\n0.5\n1e9\n', `""\n""\n${one}""\n`, [1, 2, 4]],
  ])('have no answer, %s', (_, text, expected, lines) => {
    const { text: written, badLines } = answer(model, text, 'csv', WHOLE);
    expect([written, badLines.map(({ line }) => line)]).toEqual([expected, lines]);
    const asJson = text.replaceAll(/^.+$/gm, (age) => `{"dose":${age}}`);
    expect(answer(model, asJson, 'jsonlines', WHOLE).text).toContain(found);
  });

  test('fail the payload before a later one that cannot be read', () => {
    expect(() => answer(model, '0.5\n1e9\nx\n', 'csv', WHOLE, 'fail')).toThrow(`line 2: ${found}`);
    expect(() => answer(model, '0.5\nx\n1e9\n', 'csv', WHOLE, 'fail')).toThrow('line 2: feature "dose": found the text "x"');
  });
});
