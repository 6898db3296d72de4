import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stackOutputs } from '../../container/deploy/aws.ts';
import { must } from '../../container/deploy/command.ts';
import { golden } from '../support/golden.ts';
import { freePort } from '../support/ports.ts';
import { ACCESS_OTHER, ACCESS_REAL, accessByKeys } from './access.ts';
import { BATCH_OTHER, BATCH_REAL, batchTransform } from './batch.ts';
import { batchMap, type Calls, MAP_OTHER, MAP_REAL, openCalls } from './batch-map.ts';
import { check, has, PROJECT, PYTHON, type Service, startService, statusOf, TOOLS, until } from './run.ts';
import type { Step } from './table.ts';
import { TRAIN_OTHER, TRAIN_REAL, trainingJob } from './train.ts';

const REGION = 'sa-east-1';
const OTHER_MODEL = golden('heart-probability').file;
const DIGEST = /@sha256:[0-9a-f]{64}$/;

type World = { env: NodeJS.ProcessEnv; calls: Calls; moto: Service; registry: Service; repository: string };

/** Both stacks deployed, changed, rolled back and removed by the project's commands, against moto and a real registry. */
export function awsSteps(containers: NodeJS.ProcessEnv): Step[] {
  let world: World | undefined;
  const there = () => {
    check(world !== undefined, 'moto: not started');
    return world;
  };
  const needs = () => [has(path.join(PYTHON, 'moto_server')), has(path.join(PYTHON, 'aws')), has('docker-registry'), has('buildah')];
  const real = 'npm run deploy, the framework, the SDKs, buildah, docker-registry, awscli';
  const other = 'AWS by moto (CloudFormation, S3, IAM, Lambda, SageMaker, ECR, Logs)';
  const step = (name: string, work: () => Promise<string>, how = real): Step => ({
    step: name,
    real: how,
    other,
    needs,
    work: () =>
      work().catch((error: Error) => {
        // What moto itself stumbled over stands in its log alone.
        const traceback = world?.moto.output().split('Traceback').slice(1).at(-1)?.slice(-1200);
        throw traceback === undefined ? error : new Error(`${error.message}\nmoto: ${traceback}`);
      }),
  });
  return [
    step('both stacks deployed', async () => {
      world = await openWorld(containers);
      return deployed(world);
    }),
    step('the same deploy again', () => again(there())),
    { ...step('batch transform', () => batchTransform(there().env), BATCH_REAL), other: BATCH_OTHER },
    { ...step('batch by the state machine', () => batchMap(there().env, there().calls), MAP_REAL), other: MAP_OTHER },
    {
      ...step('training job', () => trainingJob(there().env, (more) => deploy(there(), more)), TRAIN_REAL),
      other: TRAIN_OTHER,
      needs: () => [...needs(), has('podman')],
    },
    step('another model', () => updated(there())),
    step('rolled back', () => rolledBack(there()), 'npx serverless rollback'),
    { ...step('who may call: keys', () => accessByKeys(there().env), ACCESS_REAL), other: ACCESS_OTHER },
    step('endpoint removed, then all', () => removed(there()), 'npm run remove'),
    {
      ...step('what moto left out', async () => skippedTypes(there()), 'moto’s log'),
      other: 'the types named here: their calls, order and life; a replacement’s way to what depends on it',
    },
  ];
}

async function openWorld(containers: NodeJS.ProcessEnv): Promise<World> {
  const [motoPort, registryPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(path.join(TOOLS, 'aws-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(path.join(folder, 'registry'));
  const settings = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: path.join(folder, 'registry') } },
    http: { addr: `127.0.0.1:${registryPort}` },
  };
  writeFileSync(path.join(folder, 'registry.yml'), JSON.stringify(settings));
  const url = `http://127.0.0.1:${motoPort}`;
  const env = {
    ...containers,
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    SLS_AWS_MONITORING_FREQUENCY: '500',
  };
  // In this process too: the stacks' outputs are asked for by the project's client.
  Object.assign(process.env, env);
  const calls = await openCalls();
  const moto = startService(
    path.join(PYTHON, 'python'),
    [path.join(PROJECT, 'tests/rehearse/moto_server.py'), String(motoPort), calls.url],
    {
      cwd: folder,
    },
  );
  const registry = startService('docker-registry', ['serve', path.join(folder, 'registry.yml')], { cwd: folder });
  await until('moto', 60, async () => (await statusOf(url)) === 200);
  await until('docker-registry', 20, async () => (await statusOf(`http://127.0.0.1:${registryPort}/v2/`)) === 200);
  return { env, calls, moto, registry, repository: `127.0.0.1:${registryPort}/canopy` };
}

function deploy({ env, repository }: World, more: string[] = []): Promise<string> {
  const args = ['container/deploy.ts', '--tool', 'buildah', '--repository', repository, '--plain-http', ...more];
  return must(process.execPath, args, { cwd: PROJECT, env, seconds: 400 });
}

/** AWS's command line, asked of moto. */
async function aws({ env }: World, ...args: string[]): Promise<Record<string, never>> {
  return JSON.parse((await must(path.join(PYTHON, 'aws'), [...args, '--output', 'json'], { env, seconds: 60 })) || '{}');
}

type Served = { image: string; model: string; told: string; sha256: string };

/** What the endpoint serves and what the API got, as AWS's command line sees it. */
async function seen(world: World): Promise<Served> {
  // moto gives the endpoint a name of its own, whatever the template says.
  const { Endpoints } = await aws(world, 'sagemaker', 'list-endpoints');
  const names = (Endpoints as unknown as { EndpointName: string }[]).map(({ EndpointName }) => EndpointName);
  check(names.length === 1, `endpoints: found ${names.join(', ') || 'none'}, expected one`);
  const endpoint = await aws(world, 'sagemaker', 'describe-endpoint', '--endpoint-name', names[0] as string);
  const config = await aws(world, 'sagemaker', 'describe-endpoint-config', '--endpoint-config-name', endpoint.EndpointConfigName ?? '');
  const [variant] = config.ProductionVariants as unknown as { ServerlessConfig?: object }[];
  check(variant?.ServerlessConfig !== undefined, 'the endpoint: expected serverless inference');
  // Not by the configuration's word: moto does not replace it where the model it names was replaced, as AWS does.
  const { Models } = await aws(world, 'sagemaker', 'list-models');
  const models = (Models as unknown as { ModelName: string }[]).map(({ ModelName }) => ModelName);
  check(models.length === 1, `models: found ${models.join(', ') || 'none'}, expected one`);
  const model = await aws(world, 'sagemaker', 'describe-model', '--model-name', models[0] as string);
  const { Image, ModelDataUrl } = model.PrimaryContainer as unknown as { Image: string; ModelDataUrl: string };
  const head = ModelDataUrl.replace('s3://', '').split('/');
  await aws(world, 's3api', 'head-object', '--bucket', head[0] as string, '--key', head.slice(1).join('/'));
  const lambda = await aws(world, 'lambda', 'get-function-configuration', '--function-name', 'canopy-dev-predict');
  const { Variables } = lambda.Environment as unknown as { Variables: Record<string, string> };
  const sha256 = (await stackOutputs(REGION, 'canopy-dev'))?.ModelSha256 ?? '';
  return { image: Image, model: ModelDataUrl, told: Variables.ENDPOINT_NAME ?? '', sha256 };
}

let first: Served | undefined;
let second: Served | undefined;

async function deployed(world: World): Promise<string> {
  const output = await deploy(world);
  check(/idle, .* costs/.test(output), 'npm run deploy: expected what the plan costs');
  first = await seen(world);
  check(DIGEST.test(first.image), `the image: found ${first.image}, expected it by digest`);
  check(first.told === 'canopy-dev', `the API: found that it got ${first.told}, expected canopy-dev`);
  return `endpoint ${first.told}; image by digest; ${/image pushed \(([\d.]+ MB)\)/.exec(output)?.[1] ?? '?'} compressed`;
}

async function again(world: World): Promise<string> {
  const output = await deploy(world);
  check(/image was there/.test(output) && /model was there/.test(output), `again: found ${output}, expected image and model there`);
  check(JSON.stringify(await seen(world)) === JSON.stringify(first), 'again: expected that nothing changed');
  return 'nothing changed; the endpoint was kept at every step';
}

async function updated(world: World): Promise<string> {
  await deploy(world, ['--model', OTHER_MODEL]);
  second = await seen(world);
  check(second.model !== first?.model && second.sha256 !== first?.sha256, 'another model: expected another archive and another sha256');
  check(second.image === first?.image, 'another model: expected the same image');
  return `model ${second.sha256.slice(0, 8)} in both stacks, same image`;
}

async function rolledBack(world: World): Promise<string> {
  const bucket = (await stackOutputs(REGION, 'canopy-dev'))?.ServerlessDeploymentBucketName ?? '';
  const { Contents } = await aws(world, 's3api', 'list-objects-v2', '--bucket', bucket, '--prefix', 'serverless/canopy/dev/');
  const stamps = [...new Set((Contents as unknown as { Key: string }[]).map(({ Key }) => Key.split('/')[3] as string))].sort();
  const args = [path.join(PROJECT, 'node_modules/serverless/bin/serverless.js'), 'rollback', '--region', REGION, '--timestamp'];
  const before = stamps.at(-2)?.split('-')[0] as string;
  await must(process.execPath, [...args, before], { cwd: PROJECT, env: world.env, seconds: 120 });
  const { sha256 } = await seen(world);
  check(sha256 === first?.sha256, `rolled back: found model ${sha256.slice(0, 8)}, expected ${first?.sha256.slice(0, 8)}`);
  return `the API holds ${sha256.slice(0, 8)} again, the endpoint ${second?.sha256.slice(0, 8)}: each answer would say which`;
}

async function removed(world: World): Promise<string> {
  const remove = (more: string[]) =>
    must(process.execPath, ['container/remove.ts', ...more], { cwd: PROJECT, env: world.env, seconds: 200 });
  await remove(['--endpoint-only']);
  check((await stackOutputs(REGION, 'canopy-dev'))?.EndpointName === 'none', 'endpoint removed: expected that the API knows of none');
  check((await stackOutputs(REGION, 'canopy-endpoint-dev')) === undefined, 'endpoint removed: expected its stack gone');
  const said = await remove([]);
  check((await stackOutputs(REGION, 'canopy-dev')) === undefined, 'removed: expected the API’s stack gone');
  const { Buckets } = await aws(world, 's3api', 'list-buckets');
  check((Buckets as unknown as unknown[]).length === 0, `removed: found ${JSON.stringify(Buckets)}, expected no bucket`);
  check(/was not there/.test(await remove([])) && /What is left/.test(said), 'removed again: expected that it was not there');
  return 'no stack and no bucket is left; again is harmless';
}

async function skippedTypes({ calls, moto, registry }: World): Promise<string> {
  const types = [...moto.output().matchAll(/No Moto CloudFormation support for (\S+)/g)].map((match) =>
    (match[1] as string).replace('AWS::', ''),
  );
  await moto.stop();
  await registry.stop();
  calls.close();
  return `not exercised: ${[...new Set(types)].sort().join(', ')}`;
}
