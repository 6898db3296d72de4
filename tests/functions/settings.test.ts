import { expect, test } from '@jest/globals';
import { readSettings } from '../../functions/settings.ts';

test('wrong settings are refused by name, slips of the pen among them', () => {
  expect(() => readSettings({})).toThrow(/MODEL_FILE/);
  const wrong = {
    MODEL_FILE: 'x',
    ENDPOINT_DEADLINE_MS: 'soon',
    ENDPOINT_NAME: 'a b',
    DUAL_SHARE: '2',
    BREAKER_PROBES: '',
    BREAKER_OPEN: '1',
  };
  expect(() => readSettings(wrong)).toThrow(/ENDPOINT_NAME.*ENDPOINT_DEADLINE_MS.*DUAL_SHARE.*BREAKER_PROBES.*BREAKER_OPEN: there is no/);
  // Number() would take each for a number, the blanks for 0, and so for no endpoint at all.
  for (const DUAL_SHARE of ['', ' ', '\t', '0x1', ' 1', '1e-1', '.5', '-0', 'NaN']) {
    expect(() => readSettings({ MODEL_FILE: 'x', DUAL_SHARE })).toThrow(
      `DUAL_SHARE: found ${JSON.stringify(DUAL_SHARE)}, expected a number`,
    );
  }
  expect(readSettings({ MODEL_FILE: 'x' })).toMatchObject({
    endpointName: undefined,
    endpointShare: 1,
    dualShare: 0.01,
    deadline: { deadlineMs: 250, firstDeadlineMs: 800 },
    breaker: { timeouts: 3, failures: 5, window: 20 },
  });
});

test.each([
  [{}, false],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' }, false],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'provisioned-concurrency' }, true],
  [{ AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start' }, true],
  [{ ENDPOINT_NAME: 'heart' }, true],
  [{ AUTH: 'keys' }, true],
])('with %j, whether all is loaded before a request is there: %s', (variables, expected) => {
  expect(readSettings({ MODEL_FILE: 'x', ...variables }).opensAtStart).toBe(expected);
});
