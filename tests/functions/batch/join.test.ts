import { expect, test } from '@jest/globals';
import { joined } from '../../../functions/batch/join.ts';

const join = (form: 'csv' | 'jsonlines', input: string, answers: string) => joined(form, Buffer.from(input), answers);

test('the fields of a CSV stand before those of its answers, quotes and line ends as they are', () => {
  expect(join('csv', '54,x\r\n"a\nb",2\n61,y', '0.5\n""\n0.25\n')).toBe('54,x,0.5\n"a\nb",2,""\n61,y,0.25\n');
});

test('blank lines at the end of a file have no answer', () => {
  expect(join('csv', '54\n\n\n', '0.5\n')).toBe('54,0.5\n');
});

test('an object of JSON Lines gets its answer as one more member; what is none stands beside it', () => {
  const input = '{"age":54}\n { } \n[61]\n{"age":\n';
  const answers = '0.5\n{"error":"no"}\n0.25\n{"error":"bad"}\n';
  const lines = join('jsonlines', input, answers).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { age: 54, SageMakerOutput: 0.5 },
    { SageMakerOutput: { error: 'no' } },
    { SageMakerInput: [61], SageMakerOutput: 0.25 },
    { SageMakerInput: '{"age":', SageMakerOutput: { error: 'bad' } },
  ]);
});

test('answers that are more than the records, since a quote is not closed, are joined to none', () => {
  expect(() => join('csv', '"54\n61\n', '""\n""\n')).toThrow(/join: found a quote that is not closed/);
});
