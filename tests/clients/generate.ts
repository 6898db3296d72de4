import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Target } from './servers.ts';

const HERE = path.dirname(import.meta.filename);

type Run = (what: string, command: string, args: string[], environment?: Record<string, string>) => Promise<string>;

/** A TypeScript client of the generated types, which the compiler checks. */
const TYPED = `import type { components, paths } from './openapi.ts';

type Answer = paths['/predict']['post']['responses'][200]['content']['application/json'];
const body: components['schemas']['Instances'] = { instances: [{ age: 54 }] };
const infer: paths['/v2/models/{model}/infer']['post']['requestBody']['content']['application/json'] = {
  inputs: [{ name: 'age', shape: [1], datatype: 'FP64', data: [54] }],
};
export async function predict(url: string): Promise<number | undefined> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  const answer = (await response.json()) as Answer;
  if (!('predictions' in answer && 'model' in answer)) return undefined;
  const [first] = (answer as components['schemas']['Answer']).predictions;
  return typeof first === 'number' ? first : undefined;
}
export { infer };
`;

/** Lints the document of each model, generates clients in TypeScript and Python of it, and has the latter predict. */
export async function generateClients(folder: string, targets: Record<string, Target>, run: Run): Promise<void> {
  const tool = (name: string) => path.join(folder, 'node/node_modules/.bin', name);
  for (const [key, { api }] of Object.entries(targets)) {
    const file = path.join(folder, `${key}.json`);
    const document = await (await fetch(`${api}/openapi.json`)).json();
    writeFileSync(file, JSON.stringify(document, null, 1));
    await run(`redocly lint, ${key}`, tool('redocly'), ['lint', file, '--max-problems', '20', '--format', 'stylish'], {
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    });
    const types = path.join(folder, key === 'heart' ? 'node/openapi.ts' : `node/openapi-${key}.ts`);
    await run(`openapi-typescript, ${key}`, tool('openapi-typescript'), [file, '-o', types]);
    const client = path.join(folder, `python-${key}`);
    rmSync(client, { recursive: true, force: true });
    // Warnings are failures. CSV and JSON Lines are texts, which the generator knows by the name of another type alone.
    const generator = path.join(folder, 'api/bin/openapi-python-client');
    await run(`openapi-python-client, ${key}`, generator, [
      'generate',
      '--path',
      file,
      '--output-path',
      client,
      '--config',
      path.join(HERE, 'python-client.yml'),
      '--fail-on-warning',
    ]);
  }
  writeFileSync(path.join(folder, 'node/client.ts'), TYPED);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions', '--module', 'nodenext', '--target', 'es2022'];
  await run('the types compile', tool('tsc'), [...options, path.join(folder, 'node/client.ts')]);
  const environment = {
    CLIENTS_FILE: path.join(folder, 'targets.json'),
    PYTHONPATH: `${HERE}:${folder}/python-heart`,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  await run('the generated Python client', path.join(folder, 'api/bin/python'), [path.join(HERE, 'generated.py')], environment);
}
