import { expect, test } from '@jest/globals';
import { isCompressed } from '../../../shared/wire/encoding.ts';
import { answerForm, bodyForm } from '../../../shared/wire/media.ts';
import { statusOf } from '../../support/error-of.ts';

test.each([
  [undefined, 'any'],
  ['', 'any'],
  ['application/json', 'json'],
  ['Application/JSON; charset=UTF-8', 'json'],
  ['application/x-www-form-urlencoded', 'fields'],
  ['text/plain;charset="utf-8"', 'any'],
  ['application/octet-stream', 'any'],
  ['application/x-npy', 'npy'],
  ['application/vnd.api+json', 'json'],
  ['text/csv', 'csv'],
  ['text/csv; header=present', 'csv'],
  ['application/csv', 'csv'],
  ['application/jsonlines', 'jsonlines'],
  ['application/x-ndjson', 'jsonlines'],
])('a body of type %s is read as %s', (type, form) => {
  expect(bodyForm(type)).toBe(form);
});

test.each([
  'application/xml',
  'image/png',
  'multipart/form-data; boundary=x',
  'application/json; charset=latin1',
  'text/csv;charset=utf-16',
  'x',
])('a body of type %s is refused with 415', (type) => {
  expect(statusOf(() => bodyForm(type))).toBe(415);
});

test('gzip is read, another compression is refused with 415', () => {
  for (const packed of ['gzip', 'x-gzip', ' GZIP ', 'gzip, identity']) expect(isCompressed(packed)).toBe(true);
  for (const plain of [undefined, '', 'identity', ' Identity ']) expect(isCompressed(plain)).toBe(false);
  for (const other of ['br', 'br, identity', 'gzip, gzip', 'deflate', 'x']) expect(statusOf(() => isCompressed(other))).toBe(415);
});

test('of an Accept that names thousands of ranges the first hundred are looked at, and of a type its first parts', () => {
  expect(answerForm(`${'image/png,'.repeat(99)}text/csv`)).toBe('csv');
  expect(statusOf(() => answerForm(`${','.repeat(15_000)}text/csv`))).toBe(406);
  expect(answerForm(`text/csv${';a=b'.repeat(3_000)};header=present`)).toBe('csv');
  expect(bodyForm(`text/csv${';'.repeat(15_000)}charset=latin1`)).toBe('csv');
});

test.each([
  [undefined, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  ['text/*', 'csv'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
  ['text/csv', 'csv'],
  ['TEXT/CSV', 'csv'],
  ['application/jsonlines', 'jsonlines'],
  ['text/csv;q=0.5, application/jsonlines;q=0.9', 'jsonlines'],
  ['text/csv, application/json', 'csv'],
  ['application/json;q=0.2, text/csv;q=0.2', 'json'],
  ['application/json;q=0, */*', 'csv'],
  ['application/json;q=0, text/csv;q=0, */*;q=0.1', 'jsonlines'],
  ['application/json;q=0, application/*', 'jsonlines'],
  ['image/png, application/json;q=0.1', 'json'],
  // The most specific range that a form lies in says how much it is wanted (RFC 9110, 12.5.1).
  ['*/*, application/json;q=0.001', 'csv'],
  ['application/*;q=0.9, application/json;q=0.1, text/csv;q=0.5', 'jsonlines'],
  ['text/*;q=0.3, application/jsonlines;q=0.2', 'csv'],
  ['application/json;q=0.5;q=0.1, text/csv;q=0.4', 'csv'],
  // A weight that cannot be read counts as 1.
  ['application/json;q=x, text/csv;q=0.9', 'json'],
  ['text/csv;q=2, application/json;q=0.9', 'csv'],
  ['text/csv;q=-1, application/json;q=0.9', 'csv'],
  ['text/csv;q=, application/json;q=0.9', 'csv'],
  ['text/csv;q=1e-1, application/json;q=0.9', 'csv'],
  ['text/csv;q="0.1", application/json;q=0.2', 'json'],
])('Accept %s is answered as %s', (accept, form) => {
  expect(answerForm(accept)).toBe(form);
});

test.each([
  'image/png',
  'application/json;q=0',
  '*/*;q=0',
  'text/html',
  'text/*, text/csv;q=0',
])('Accept %s is refused with 406', (accept) => {
  expect(statusOf(() => answerForm(accept))).toBe(406);
});
