import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { must } from '../../container/deploy/command.ts';
import { createSageMakerRuntime } from '../../container/local/sagemaker-runtime.ts';
import { golden } from '../support/golden.ts';
import { modelFolder, startContainer, stopContainer } from './containers.ts';
import { check, has, PYTHON, TOOLS } from './run.ts';
import type { Step } from './table.ts';

const heartAge = golden('heart-age');
const BOTO3 = `import boto3, sys
body = open(sys.argv[1], "rb").read()
answer = boto3.client("sagemaker-runtime").invoke_endpoint(EndpointName="canopy-dev", ContentType="application/json", Body=body)
print(answer["Body"].read().decode())
try:
    boto3.client("sagemaker-runtime").invoke_endpoint(EndpointName="nobody", ContentType="application/json", Body=body)
except boto3.client("sagemaker-runtime").exceptions.ClientError as error:
    print(error.response["Error"]["Code"])
`;

/** AWS's clients ask the image behind the stand-in for SageMaker's runtime. */
export function clientSteps(env: NodeJS.ProcessEnv): Step[] {
  return [
    {
      step: 'AWS’s own clients ask the image',
      real: 'awscli, boto3, podman',
      other: 'SageMaker’s runtime (container/local/sagemaker-runtime.ts)',
      needs: () => [has('podman'), has(path.join(PYTHON, 'aws'))],
      work: () => ask(env),
    },
  ];
}

async function ask(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = modelFolder(heartAge.file);
  const { id, url } = await startContainer(env, folder);
  const server = createSageMakerRuntime({ endpointName: 'canopy-dev', containerUrl: url });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const variables = {
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: `http://127.0.0.1:${port}`,
    AWS_DEFAULT_REGION: 'sa-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const [body, script, out] = ['body.json', 'ask.py', 'out.json'].map((name) => path.join(folder, name)) as [string, string, string];
  writeFileSync(body, JSON.stringify(heartAge.rows));
  writeFileSync(script, BOTO3);
  try {
    const [answer, code] = (await must(path.join(PYTHON, 'python'), [script, body], { env: variables, seconds: 60 })).trim().split('\n');
    compare('boto3', answer as string);
    check(code === 'ValidationError', `boto3, another endpoint: found ${code}, expected ValidationError`);
    const args = ['sagemaker-runtime', 'invoke-endpoint', '--endpoint-name', 'canopy-dev', '--content-type', 'application/json'];
    await must(path.join(PYTHON, 'aws'), [...args, '--body', `fileb://${body}`, out], { env: variables, cwd: TOOLS, seconds: 60 });
    compare('awscli', (await import('node:fs')).readFileSync(out, 'utf8'));
  } finally {
    server.close();
    server.closeAllConnections();
    await stopContainer(env, id);
    rmSync(folder, { recursive: true });
  }
  return `${heartAge.rows.length} rows with R’s bits by both; ValidationError for an endpoint that is not there`;
}

function compare(client: string, answer: string): void {
  const { predictions } = JSON.parse(answer);
  check(JSON.stringify(predictions) === JSON.stringify(heartAge.predictions), `${client}: expected R’s own numbers`);
}
