import { must, run } from '../../container/deploy/command.ts';
import { golden } from '../support/golden.ts';
import { openEnvironment, packageFunction } from '../support/lambda.ts';
import { check, PROJECT } from './run.ts';

const heartAge = golden('heart-age');
const STAGE = ['--stage', 'keys'];
/** What the step is about, for the table. */
export const ACCESS_REAL = 'npm run deploy and keys, npx serverless deploy, the packaged zip in a process of its own, the SDK';
export const ACCESS_OTHER =
  'DynamoDB, CloudFormation, IAM by moto; API Gateway, its authorizers (jwt, iam), the function’s rights, KMS, budgets, the account’s executions';

/**
 * A deploy to prod is asked who may call, one that would open an API is refused; a stage with keys is deployed, a key made, used by the packaged
 * function, limited, kept while the API is open, found again, and removed.
 */
export async function accessByKeys(env: NodeJS.ProcessEnv): Promise<string> {
  const node = (args: string[]) => must(process.execPath, args, { cwd: PROJECT, env, seconds: 300 });
  const keys = (...args: string[]) => node(['container/keys.ts', ...args, ...STAGE]);
  const deploy = (auth: string) => node(['container/deploy.ts', '--api-only', '--param', `auth=${auth}`, ...STAGE]);
  await refused(env, ['--stage', 'prod'], /found no --param auth=[\s\S]*\$\d+ a day/);
  await deploy('keys');
  const key = (await keys('add', 'shop', '--per-second', '2')).trim();
  check(/^canopy_[\w-]{43}$/.test(key), 'npm run keys -- add: expected a key');
  check(!(await keys('list')).includes(key) && /shop +2 /.test(await keys('list')), 'npm run keys -- list: expected the name and no key');
  const { code } = await run(process.execPath, ['container/keys.ts', 'add', 'shop', ...STAGE], { cwd: PROJECT, env });
  check(code !== 0, 'npm run keys -- add: expected that a name is taken once');
  await refused(env, STAGE, /its API asks its callers now \(keys\)/);
  check(/note: the keys open nothing any more/.test(await deploy('none')), 'auth=none: expected a note on the keys');
  check(/note: the keys of an earlier deploy are there/.test(await deploy('keys')), 'auth=keys again: expected that the keys are there');
  check(/shop +2 /.test(await keys('list')), 'auth=keys again: expected the key');
  const statuses = await answers(env, key, () => keys('remove', 'shop'));
  check(/the table canopy-keys-keys/.test(await node(['container/remove.ts', ...STAGE])), 'removed: expected that the table is named');
  const gone = await node(['container/remove.ts', '--keys', ...STAGE]);
  check(/keys: are gone/.test(gone) && !/the table/.test(gone), `removed with the keys: found ${gone}`);
  return `prod asked and an API that asks not opened, by both commands; keys kept over auth=none and a removal; ${statuses}`;
}

/** Both commands refuse to deploy, with a sentence. */
async function refused(env: NodeJS.ProcessEnv, place: string[], sentence: RegExp): Promise<void> {
  for (const command of [
    ['container/deploy.ts', '--api-only'],
    ['node_modules/serverless/bin/serverless.js', 'deploy'],
  ]) {
    const { code, output } = await run(process.execPath, [...command, ...place], { cwd: PROJECT, env, seconds: 120 });
    check(code !== 0 && sentence.test(output), `${command[0]} ${place.join(' ')}: found ${code} ${output}`);
  }
}

/** What the packaged function answers without a key, with a wrong one and the true one, over the limit, and once the key was removed. */
async function answers(env: NodeJS.ProcessEnv, key: string, remove: () => Promise<unknown>): Promise<string> {
  const packaged = await packageFunction('predict', ['auth=keys']);
  const extra = { STAGE: 'keys', AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL ?? '', AWS_REGION: env.AWS_REGION ?? '' };
  const open = () => openEnvironment(packaged, extra);
  const [one, other] = [await open(), await open()];
  const ask = async (environment: typeof one, headers: Record<string, string>) => {
    const http = { method: 'POST', path: '/predict' };
    const event = {
      version: '2.0',
      rawPath: '/predict',
      headers,
      requestContext: { http },
      body: JSON.stringify(heartAge.rows.slice(0, 5)),
    };
    return (await environment.invoke(event)) as { statusCode: number; body: string };
  };
  try {
    check((await ask(one, {})).statusCode === 401, 'no key: expected 401');
    check((await ask(one, { 'x-api-key': `${key}x` })).statusCode === 401, 'a wrong key: expected 401');
    const answer = await ask(one, { 'x-api-key': key });
    const { predictions } = JSON.parse(answer.body);
    check(JSON.stringify(predictions) === JSON.stringify(heartAge.predictions.slice(0, 5)), `a key: found ${answer.body.slice(0, 200)}`);
    check((await ask(other, { authorization: `Bearer ${key}` })).statusCode === 200, 'a bearer: expected 200');
    const many = await Promise.all(Array.from({ length: 20 }, () => ask(one, { 'x-api-key': key })));
    const limited = many.filter(({ statusCode }) => statusCode === 429).length;
    check(limited > 0, 'over the limit: expected 429');
    check(one.logs.join('').includes('"caller":"shop"') && !one.logs.join('').includes(key), 'the log: expected the name and no key');
    await remove();
    const late = await open();
    check((await ask(late, { 'x-api-key': key })).statusCode === 401, 'a removed key: expected 401');
    late.close();
    return `401 without, R’s bits with a key, ${limited} of 20 over 2 a second refused, 401 once removed`;
  } finally {
    one.close();
    other.close();
    packaged.remove();
  }
}
