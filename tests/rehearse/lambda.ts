import path from 'node:path';
import { golden } from '../support/golden.ts';
import { type Packaged, packageFunction } from '../support/lambda.ts';
import { freePort } from '../support/ports.ts';
import { recordedEvent } from '../support/project.ts';
import { check, has, PROJECT, post, RIC, RIE, type Service, startService, until } from './run.ts';
import type { Step } from './table.ts';

const heartAge = golden('heart-age');
const at54 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 54)];

/** The packaged zips under AWS's runtime client, driven by AWS's runtime interface emulator. */
export function lambdaSteps(): Step[] {
  return [
    {
      step: 'packaged zip in Lambda’s runtime',
      real: 'the zip, aws-lambda-ric, aws-lambda-rie, Node 24, recorded HTTP API events',
      other: 'API Gateway; an arm64 processor',
      needs: () => [has(RIC), has(RIE)],
      work: callPackaged,
    },
  ];
}

async function callPackaged(): Promise<string> {
  const predict = await packageFunction('predict');
  const fallback = await packageFunction('fallback');
  try {
    const said = await inRuntime(predict, async (invoke) => {
      for (const name of ['predict-json', 'predict-curl', 'predict-no-content-type']) {
        const { statusCode, body } = (await invoke(recordedEvent(name))) as { statusCode: number; body: string };
        const { predictions, servedBy } = JSON.parse(body);
        check(statusCode === 200 && servedBy === 'fallback', `${name}: found ${statusCode}, ${servedBy}, expected 200 by the fallback`);
        check(JSON.stringify(predictions) === JSON.stringify([at54]), `${name}: found ${predictions}, expected R's ${at54}`);
      }
      const refused = (await invoke(recordedEvent('predict-bad-values'))) as { statusCode: number };
      check(refused.statusCode === 422, `predict-bad-values: found ${refused.statusCode}, expected 422`);
      const page = (await invoke(recordedEvent('get-page'))) as { headers: Record<string, string> };
      check(/^text\/html/.test(page.headers['content-type'] ?? ''), 'get-page: expected a page');
      return direct(invoke, 'no-endpoint');
    });
    await inRuntime(fallback, (invoke) => direct(invoke, 'forced'));
    return said;
  } finally {
    predict.remove();
    fallback.remove();
  }
}

async function direct(invoke: (event: unknown) => Promise<unknown>, reason: string): Promise<string> {
  const answer = (await invoke(heartAge.rows)) as { predictions: unknown; reason: string };
  check(JSON.stringify(answer.predictions) === JSON.stringify(heartAge.predictions), 'direct invoke: expected R’s own numbers');
  check(answer.reason === reason, `direct invoke: found the reason ${answer.reason}, expected ${reason}`);
  return `5 events and a direct invoke of ${heartAge.rows.length} rows with R’s bits, by predict and by fallback`;
}

/** Runs a packaged function as Lambda does, with its own environment and its log as JSON, and calls it. */
async function inRuntime(packaged: Packaged, work: (invoke: (event: unknown) => Promise<unknown>) => Promise<string>): Promise<string> {
  const [port, api] = [await freePort(), await freePort()];
  const node = path.join(PROJECT, 'node_modules/.bin/node');
  const handler = packaged.entry.replace(/\.cjs$/, '.handler');
  const addresses = ['--runtime-interface-emulator-address', `127.0.0.1:${port}`, '--runtime-api-address', `127.0.0.1:${api}`];
  const service: Service = startService(RIE, [...addresses, node, RIC, handler], {
    cwd: packaged.folder,
    env: {
      ...packaged.environment,
      LAMBDA_TASK_ROOT: packaged.folder,
      AWS_LAMBDA_FUNCTION_NAME: 'rehearsal',
      AWS_LAMBDA_FUNCTION_TIMEOUT: '8',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_REGION: 'sa-east-1',
    },
  });
  const url = `http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`;
  try {
    await until('the runtime interface emulator', 10, () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      ),
    );
    return await work(async (event) => {
      const { status, answer } = await post(url, event);
      check(status === 200 && !('errorType' in answer), `invoke: found ${JSON.stringify(answer).slice(0, 300)}`);
      return answer;
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${service.output().slice(-1500)}`);
  } finally {
    await service.stop();
  }
}
