import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { must, run } from '../../container/deploy/command.ts';
import { check, has, PROJECT, PYTHON, TOOLS } from './run.ts';
import type { Step } from './table.ts';

const ENDPOINT = [
  '--param',
  `image=123456789012.dkr.ecr.sa-east-1.amazonaws.com/canopy@sha256:${'0'.repeat(64)}`,
  '--param',
  'modelKey=models/model-0.tar.gz',
];
const given = (...params: string[]) => params.flatMap((param) => ['--param', param]);
const EMAIL = 'alarmEmail=someone@example.org';
const KEY = 'kmsKey=arn:aws:kms:sa-east-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';
const INSTANCES = given('hosting=instances', 'instanceCount=2', 'capturePercent=10', 'batchBucket=data', 'trainBucket=data', EMAIL, KEY);
const BATCH = ['batch=on', 'batchInput=data/in/', 'batchOutput=data/out/'];
/** Everything that parameters put around the API of prod. */
const AROUND = ['--stage', 'prod', ...given('budget=20', EMAIL, KEY, 'domain=api.example.org', 'reservedConcurrency=5', ...BATCH)];
const JWT = ['auth=jwt', 'jwtIssuer=https://example.org', 'jwtAudience=canopy'];
const VARIANTS: [string, string, string[]][] = [
  ['the API', '.', []],
  ['the API with an endpoint', '.', ['--stage', 'prod', '--param', 'endpoint=canopy-prod', '--param', 'alarmEmail=someone@example.org']],
  ['the API with batch jobs', '.', given(...BATCH)],
  ['the API with keys', '.', given('auth=keys')],
  ['the API with tokens', '.', given(...JWT)],
  ['the API with signatures', '.', given('auth=iam')],
  ['prod, open, with all around it', '.', [...AROUND, ...given('auth=none')]],
  ['prod with keys and all around it', '.', [...AROUND, ...given('auth=keys')]],
  ['prod with tokens and all around it', '.', [...AROUND, ...given(...JWT)]],
  ['prod with signatures and all around it', '.', [...AROUND, ...given('auth=iam')]],
  ['the endpoint’s stack without an image', 'container', []],
  ['a serverless endpoint', 'container', ENDPOINT],
  ['two instances', 'container', ['--stage', 'prod', ...ENDPOINT, ...INSTANCES]],
];

/** Both templates, in the forms they take, packaged and read by cfn-lint. */
export function templateSteps(): Step[] {
  return [
    {
      step: 'templates',
      real: 'npx serverless package, cfn-lint',
      other: '',
      needs: () => [has(path.join(PYTHON, 'cfn-lint'))],
      work: async () => {
        for (const [name, folder, params] of VARIANTS) await lint(name, folder, params);
        return `${VARIANTS.length} forms: no warning in packaging, none of cfn-lint`;
      },
    },
  ];
}

async function lint(name: string, folder: string, params: string[]): Promise<void> {
  const out = mkdtempSync(path.join(TOOLS, 'package-'));
  const work = folder === '.' ? ['--param', `workFolder=.esbuild/${path.basename(out)}`] : [];
  try {
    const script = path.join(PROJECT, 'node_modules/serverless/bin/serverless.js');
    const { code, output } = await run(process.execPath, [script, 'package', '--package', out, ...params, ...work], {
      cwd: path.join(PROJECT, folder),
    });
    check(code === 0 && !/warning|deprecat/i.test(output), `${name}: packaging said ${output}`);
    await must(path.join(PYTHON, 'cfn-lint'), [path.join(out, 'cloudformation-template-update-stack.json')]);
  } finally {
    rmSync(out, { recursive: true, force: true });
    if (work.length > 0) rmSync(path.join(PROJECT, '.esbuild', path.basename(out)), { recursive: true, force: true });
  }
}
