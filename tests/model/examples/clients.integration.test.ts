import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { ANSWERS, askWith } from '../../support/ask-examples.ts';

test('the example in JavaScript gets R’s numbers', async () => {
  expect(JSON.parse(await askWith(process.execPath, 'ask.mjs'))).toEqual(ANSWERS);
});

// What needs nothing but Node leaves curl out, and says so.
const withCurl = spawnSync('curl', ['--version']).status === 0 ? test : test.skip;
withCurl('the example with curl gets R’s numbers, as JSON and as CSV', async () => {
  const [json = '', ...csv] = (await askWith('sh', 'ask.sh')).split('\n');
  expect(JSON.parse(json)).toMatchObject({ predictions: [ANSWERS[0]] });
  expect(csv.join('\n').trim().split(/\s+/).slice(-2).map(Number)).toEqual(ANSWERS);
});
