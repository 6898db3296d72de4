import { expect, test } from '@jest/globals';
import { CONTAINER_VARIABLES, readContainerSettings } from '../../container/server/settings.ts';
import { FUNCTION_VARIABLES } from '../../shared/settings/function.ts';
import { meantBy } from '../../shared/settings/misspelt.ts';
import { readVariables, SettingsError } from '../../shared/settings/variables.ts';

const KNOWN = [...Object.keys(FUNCTION_VARIABLES), ...Object.keys(CONTAINER_VARIABLES), 'API_PORT', 'CONTAINER_PORT', 'RUNTIME_PORT'];

test.each([
  ['ENDPONT_DEADLINE_MS', 'ENDPOINT_DEADLINE_MS'],
  ['ENDPOINT_DEADLNE_MS', 'ENDPOINT_DEADLINE_MS'],
  ['ENPDOINT_DEADLINE_SM', 'ENDPOINT_DEADLINE_MS'],
  ['endpoint_deadline_ms', 'ENDPOINT_DEADLINE_MS'],
  ['ENDPOINTDEADLINEMS', 'ENDPOINT_DEADLINE_MS'],
  ['ENDPOINT_DEADLINE', 'ENDPOINT_DEADLINE_MS'],
  ['ENDPOINT_DEDLINE', 'ENDPOINT_DEADLINE_MS'],
  ['BREAKERS_OPEN_MS', 'BREAKER_OPEN_MS'],
  ['BRAKER_TIMEOUTS', 'BREAKER_TIMEOUTS'],
  ['BREAKER_TIMEOUT', 'BREAKER_TIMEOUTS'],
  ['DUAL_SHARES', 'DUAL_SHARE'],
  ['DAUL_SHARE', 'DUAL_SHARE'],
  ['API_PROT', 'API_PORT'],
  ['CONTAINR_PORT', 'CONTAINER_PORT'],
  ['DRAINMS', 'DRAIN_MS'],
  ['MODEL_DIRS', 'MODEL_DIR'],
  ['SAGEMAKER_MULTIMODEL', 'SAGEMAKER_MULTI_MODEL'],
])('%s was meant to be %s', (name, meant) => {
  expect(meantBy(name, KNOWN)).toBe(meant);
});

test('a name with our own prefix that is near to none is still ours', () => {
  expect(meantBy('BREAKER_FOO', KNOWN)).toBe('');
  expect(meantBy('ENDPOINT_SHARE_OF_ALL_THE_REQUESTS_THERE_ARE', KNOWN)).toBe('');
});

test('the variables of other programs are left alone', () => {
  const others = [
    ...['PATH', 'HOME', 'PORTS', 'HOSTS', 'STAGES', 'WORKER', 'host', 'port', 'stage', 'workers', 'POST', 'TERM', 'LANG', 'PWD', 'TZ'],
    ...['APP_PORT', 'API_HOST', 'API_KEY', 'API_URL', 'APP_PORTS', 'CONTAINER_HOST', 'CONTAINER_NAME', 'RUNTIME_PATH', 'NODE_PATH'],
    ...['ENDPOINT', 'ENDPOINT_URL', 'ENDPOINT_HOST', 'ENDPOINT_PORT', 'DUAL_STACK', 'NODE_DIR', 'MODEL_NAME', 'MODEL_PATH', 'MODE_FILE_X'],
    ...['AWS_ENDPOINT_URL', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_SESSION_TOKEN', 'LAMBDA_TASK_ROOT', '_HANDLER', '_X_AMZN_TRACE_ID'],
    ...['npm_lifecycle_event', 'npm_config_cache', 'INIT_CWD', 'NODE_OPTIONS', 'NODE_COMPILE_CACHE', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK'],
    ...['SAGEMAKER_PROGRAM', 'SAGEMAKER_REGION', 'SAGEMAKER_SAFE_PORT_RANGE', 'SAGEMAKER_MODEL_SERVER_WORKERS', 'SAGEMAKER_BIND_TO_ADDR'],
  ];
  expect(others.filter((name) => meantBy(name, KNOWN) !== undefined)).toEqual([]);
  expect(KNOWN.filter((name) => meantBy(name, KNOWN) !== undefined)).toEqual([]);
});

test('a whole number is one in digits, since the text itself goes into templates', () => {
  const read = (text: string) => () => readVariables(FUNCTION_VARIABLES, { MODEL_FILE: 'x', BREAKER_PROBES: text });
  expect(read('2')().BREAKER_PROBES).toBe(2);
  for (const text of ['2.0', '02', '+2', '2 ', '0x2', '2e0', '２']) expect(read(text)).toThrow('BREAKER_PROBES: found');
});

test('several models are served where that is true, and nothing else is taken for no', () => {
  const read = (text: string) => () => readContainerSettings({ SAGEMAKER_MULTI_MODEL: text }).SAGEMAKER_MULTI_MODEL;
  expect(['true', 'false', ''].map((text) => read(text)())).toEqual(['true', 'false', 'false']);
  for (const text of ['TRUE', '1', 'yes']) expect(read(text)).toThrow('SAGEMAKER_MULTI_MODEL: found');
});

test('an address to listen on stands without the brackets that it has in a URL', () => {
  const read = (text: string) => () => readContainerSettings({ HOST: text }).HOST;
  expect(['::1', '0.0.0.0', 'localhost', ''].map((text) => read(text)())).toEqual(['::1', '0.0.0.0', 'localhost', '127.0.0.1']);
  expect(read('[::1]')).toThrow('HOST: found "[::1]", expected an address to listen on, one of IPv6 without brackets (::1)');
});

test('everything wrong is named in one line, also where an error is shown with its stack', () => {
  const read = () => readVariables(FUNCTION_VARIABLES, { MODEL_FILE: 'x', ENDPONT_DEADLINE_MS: '5', ENDPOINT_SHARE: '2' });
  const line =
    'settings that cannot be used: ENDPOINT_SHARE: found "2", expected a number from 0 to 1; ' +
    'ENDPONT_DEADLINE_MS: there is no such setting, did you mean ENDPOINT_DEADLINE_MS?';
  let error: unknown;
  try {
    read();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SettingsError);
  expect((error as Error).message).toBe(line);
  expect((error as Error).stack).toBe(`SettingsError: ${line}`);
});

test('a name as long as an environment can hold costs no memory and no time', () => {
  expect(meantBy(`ENDPOINT_${'DEADLINE_'.repeat(10_000)}`, KNOWN)).toBe('');
});
