// What clients that nobody here wrote send and read, against the API and the container: bash .ci/run clients
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPage } from '../../model/bundle/build-page.ts';
import { PROJECT } from '../support/project.ts';
import { generateClients } from './generate.ts';
import { serveGolden, type Target } from './servers.ts';

const FOLDER = path.join(PROJECT, '.canopy/clients');
const HERE = path.join(PROJECT, 'tests/clients');
/** The models: one of one number, and one of numbers, a logical and a factor that answers missing values. */
const MODELS = { heart: 'heart-age', mixed: 'na-class' };
/** Requests that schemathesis makes of each server, at least; and how many of one operation bring it there. */
const CASES = 1_000;
const OF_EACH = 100;

let [passed, failed] = [0, 0];

/** Runs one program; what it prints is shown where it fails, and given back. */
function run(what: string, command: string, args: string[], environment: Record<string, string> = {}): Promise<string> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: FOLDER, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      const counted = /clients: (\d+) passed, (\d+) failed/.exec(output);
      if (counted) [passed, failed] = [passed + Number(counted[1]), failed + Number(counted[2])];
      else if (code === 0) passed += 1;
      if (code !== 0 && !(counted && counted[2] !== '0')) failed += 1;
      if (code !== 0) console.log(output);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${code === 0 ? 'ok' : 'not ok'} ${what}${counted ? ` (${counted[1]} passed, ${counted[2]} failed)` : ''}, ${seconds} s`);
      resolve(output);
    });
  });
}

const script = (name: string) => path.join(HERE, name);
const python = (venv: string) => path.join(FOLDER, venv, 'bin/python');

const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance'].concat([
  'response_headers_conformance',
  'response_schema_conformance',
]);

/** Random requests by the document, valid and not, each answer checked against it. */
async function fuzz(what: string, url: string): Promise<void> {
  const options = [
    '--checks',
    CHECKS.join(),
    '--phases',
    'examples,fuzzing',
    '--max-examples',
    String(OF_EACH),
    '--seed',
    '1',
    '--workers',
    '2',
  ];
  const command = path.join(FOLDER, 'api/bin/schemathesis');
  const hooks = { SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1' };
  const output = await run(`schemathesis, ${what}`, command, ['run', `${url}/openapi.json`, '--url', url, ...options], hooks);
  const cases = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
  if (cases < CASES) failed += 1;
  console.log(`${cases < CASES ? 'not ok' : 'ok'} schemathesis made ${cases} requests of ${what}, expected at least ${CASES}`);
}

async function main(): Promise<void> {
  Object.assign(process.env, { AWS_REGION: 'sa-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  mkdirSync(FOLDER, { recursive: true });
  const { page } = await buildPage(PROJECT);
  const served = await Promise.all(Object.entries(MODELS).map(async ([key, name]) => [key, await serveGolden(name, page)] as const));
  const targets = Object.fromEntries(served.map(([key, { target }]) => [key, target])) as Record<keyof typeof MODELS, Target>;
  const file = path.join(FOLDER, 'targets.json');
  writeFileSync(file, JSON.stringify(targets));
  const environment = { CLIENTS_FILE: file, PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1' };
  const only = process.argv.slice(2);
  const stages: [string, () => Promise<unknown>][] = [
    ['v2', () => run('tritonclient and MLServer', python('v2'), [script('v2.py')], environment)],
    ['science', () => run('boto3, MLflow, vetiver', python('science'), [script('science.py')], environment)],
    ['sagemaker', () => run("SageMaker's serializers", python('sagemaker'), [script('sagemaker_client.py')], environment)],
    ['jsonlite', () => run('jsonlite', 'Rscript', [script('jsonlite.R')], environment)],
    ['generate', () => generateClients(FOLDER, targets, run)],
    ['fuzz', () => fuzz('the API', targets.mixed.api)],
    ['fuzz', () => fuzz('the container', targets.mixed.alone)],
  ];
  for (const [name, stage] of stages) if (only.length === 0 || only.includes(name)) await stage();
  for (const [, { close }] of served) close();
  console.log(`clients: ${passed} passed, ${failed} failed`);
  // The endpoint's client keeps its connections.
  process.exit(failed === 0 ? 0 : 1);
}

await main();
