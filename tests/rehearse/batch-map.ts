import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { must, run } from '../../container/deploy/command.ts';
import { golden } from '../support/golden.ts';
import { openEnvironment, packageFunction } from '../support/lambda.ts';
import { check, PROJECT, PYTHON, TOOLS } from './run.ts';

const ages = golden('heart-age');
/** What the step is about, for the table. */
export const MAP_REAL =
  'npm run deploy and npm run batch, the SDKs; the packaged function in 2 environments, which reads and writes S3 as it does in AWS';
export const MAP_OTHER =
  'CloudFormation, S3 and Step Functions by moto: its interpreter ran the state machine, its calls of the function were handed on; the rights, time-outs';

const STAGE = 'map';
const PARAMS = ['batch=on', 'batchInput=data/in/', 'batchOutput=data/out/', 'auth=none'];
/** Rows of the larger file: two ranges of them, and of the first more bytes of answers than one upload takes. */
const ROWS = 1_000_000;

/** Answers the calls of functions that moto's interpreter makes, which go to whatever `answer` is; its address. */
export type Calls = { url: string; answer: ((event: unknown) => Promise<unknown>) | undefined; close(): void };

export async function openCalls(): Promise<Calls> {
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const event = JSON.parse(Buffer.concat(parts).toString());
    const failed = ({ message }: Error) => {
      const [, errorType = 'Error', errorMessage = message] = /^(?:Error: )?(\w+): (.*)$/s.exec(message) ?? [];
      return { errorType, errorMessage };
    };
    const answer = await (calls.answer?.(event) ?? Promise.reject(new Error('nobody answers'))).catch(failed);
    response.end(JSON.stringify(answer ?? null));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const calls: Calls = { url, answer: undefined, close: () => void server.close() };
  return calls;
}

/** A stage with batch=on is deployed, jobs are run by the command, and the stage is removed. */
export async function batchMap(env: NodeJS.ProcessEnv, calls: Calls): Promise<string> {
  const folder = mkdtempSync(path.join(TOOLS, 'map-'));
  const aws = async (...args: string[]) => must(path.join(PYTHON, 'aws'), args, { env, seconds: 60 });
  const node = (...args: string[]) => must(process.execPath, args, { cwd: PROJECT, env, seconds: 200 });
  const packaged = await packageFunction('batch', PARAMS);
  const settings = { AWS_ENDPOINT_URL: env.AWS_ENDPOINT_URL ?? '', HOST_MS: '900000', HOST_QUIET: '1' };
  const environments = await Promise.all([0, 1].map(() => openEnvironment(packaged, settings)));
  let made = 0;
  calls.answer = (event) => {
    made += 1;
    return (environments[made % environments.length] as (typeof environments)[0]).invoke(event);
  };
  const put = async (key: string, bytes: string) => {
    writeFileSync(path.join(folder, 'rows'), bytes);
    await aws('s3api', 'put-object', '--bucket', 'data', '--key', key, '--body', path.join(folder, 'rows'));
  };
  const textOf = async (key: string) => aws('s3', 'cp', `s3://data/${key}`, '-');
  try {
    await node('container/deploy.ts', '--stage', STAGE, '--api-only', ...PARAMS.flatMap((one) => ['--param', one]));
    await aws('s3', 'mb', 's3://data');
    const many = Array.from({ length: ROWS }, (_, at) => ages.rows[at % ages.rows.length]?.age);
    await put('in/a.csv', `age\n${many.join('\n')}\n`);
    await put('in/b.jsonl', ages.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const batch = (...more: string[]) => {
      const places = ['--in', 's3://data/in/', '--out', 's3://data/out', '--stage', STAGE, '--yes', '--every', '0.2'];
      return run(process.execPath, ['container/batch.ts', ...places, ...more], { cwd: PROJECT, env });
    };
    const { code, output } = await batch('--range-mb', '1.9');
    check(code === 0 && /about 3 parts, 5 at once: \$/.test(output), `npm run batch: found ${output}`);
    const job = /job (\S+) is started/.exec(output)?.[1] ?? '';
    check(output.includes(`${ROWS + ages.rows.length} rows in 3 parts are at s3://data/out/${job}/`), `npm run batch: found ${output}`);
    const parts = await Promise.all(['a.csv/part-00000.csv', 'a.csv/part-00001.csv'].map((part) => textOf(`out/${job}/${part}`)));
    const expected = many.map((_, at) => `${ages.predictions[at % ages.rows.length]}\n`).join('');
    check((parts[0]?.length ?? 0) > 8 * 1_048_576, 'a.csv: expected a part that was written by several uploads');
    check(parts.join('') === `predictions\n${expected}`, 'a.csv: expected R’s numbers, part behind part');
    const answers = ages.predictions.map((one) => `${one}\n`).join('');
    check((await textOf(`out/${job}/b.jsonl/part-00000.jsonl`)) === answers, 'b.jsonl: expected R’s numbers');
    await put('in/c.csv', `54\nold\n61\n`);
    const failed = await batch();
    check(
      failed.code === 1 && /1 of 3 parts failed\nin\/c\.csv, part 0: line 2: age/.test(failed.output),
      `a bad row: found ${failed.output}`,
    );
    await node('container/remove.ts', '--stage', STAGE);
    await aws('s3', 'rb', '--force', 's3://data');
    return `cost told, 2 jobs followed; ${ROWS + ages.rows.length} rows in 3 parts, R’s bits; a bad row fails its part by name; ${made} calls`;
  } finally {
    calls.answer = undefined;
    for (const one of environments) one.close();
    packaged.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
