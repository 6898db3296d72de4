import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { oneOf, readCommandLine } from '../../model/commands/command-line.ts';
import { PROJECT } from '../support/project.ts';

const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Runs a script of package.json as npm does: what it said, and how it ended. */
function run(script: string, args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const [, ...first] = (scripts[script] as string).split(' ');
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...first, ...args],
      { cwd: PROJECT, timeout: 50_000, env: { ...process.env, ...env } },
      (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
      },
    );
    child.stdin?.end();
  });
}

test.each<[string, string[], RegExp]>([
  ['start', [], /npm start -- \[--model FILE \| --example NAME\] \[--no-container\]/],
  ['serve', [], /npm run serve .*\/ping[\s\S]*MODEL_DIR[\s\S]*PORT/],
  ['bench', [], /speed .*\n.*page .*\n.*start .*\n.*predict .*\n.*faults/],
  ['bench', ['speed'], /--quick[\s\S]*--only[\s\S]*--write/],
  ['bench', ['page'], /Shiny/],
  ['bench', ['start'], /--short[\s\S]*--rate[\s\S]*--seconds/],
  ['bench', ['predict'], /--age[\s\S]*--heart[\s\S]*--peers/],
  ['bench', ['faults'], /--short[\s\S]*--rate[\s\S]*--seconds[\s\S]*--only/],
  ['image', [], /build \[--model FILE\][\s\S]*push HOST[\s\S]*check URL \[--start COMMAND\][\s\S]*check IMAGE \[--model DIR\]/],
  ['image', ['build'], /--tool/],
  ['image', ['push'], /--plain-http/],
  ['image', ['check'], /--row[\s\S]*--start[\s\S]*--model/],
  ['deploy', [], /--stage[\s\S]*--region[\s\S]*--model[\s\S]*--api-only[\s\S]*--param[\s\S]*--tool[\s\S]*--dry-run/],
  ['keys', [], /add NAME[\s\S]*list[\s\S]*remove NAME[\s\S]*--stage[\s\S]*--file[\s\S]*--per-second/],
  [
    'batch',
    [],
    /--in s3:[\s\S]*--follow JOB[\s\S]*--stop JOB[\s\S]*--engine[\s\S]*--on-error[\s\S]*--join[\s\S]*--yes[\s\S]*--policy[\s\S]*--count[\s\S]*--range-mb/,
  ],
  ['remove', [], /--stage[\s\S]*--region[\s\S]*--endpoint-only[\s\S]*--model[\s\S]*--param/],
  ['rehearse', [], /templates.*image.*lambda.*clients.*downtime.*aws/],
])('npm run %s %j --help tells what it takes, and does nothing else', async (script, command, text) => {
  const { code, out, err } = await run(script, [...command, '--help']);
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(text);
  expect(out).not.toMatch(/ is served on | is ready;/);
});

test.each<[string, string[], number, string]>([
  ['start', [], 1, 'found --colour, expected --model, --example, --no-container or --help\n'],
  [
    'serve',
    [],
    1,
    'arguments: found --colour, expected serve, train or nothing; settings are environment variables, such as PORT (see --help)\n',
  ],
  ['bench', ['speed'], 2, 'bench speed: found --colour, expected --quick, --only, --write, --against or --help\n'],
  ['bench', ['page'], 2, 'bench page: found --colour, expected --help\n'],
  ['bench', ['start'], 2, 'bench start: found --colour, expected --only, --short, --rate, --seconds or --help\n'],
  ['bench', ['faults'], 2, 'bench faults: found --colour, expected --short, --rate, --seconds, --only, --row-ms, --runs or --help\n'],
  ['model', ['describe', 'x.RDS'], 2, 'found --colour, expected --help, --object or --json; --help says more\n'],
  ['model', ['train'], 2, 'found --colour, expected --data, --formula, --seed, --ranger-seed, --sidecar, '],
  ['image', ['build'], 1, 'found --colour, expected --model, --base, --tool or --help\n'],
  ['image', ['push', 'host/name'], 1, 'found --colour, expected --tool, --plain-http or --help\n'],
  ['image', ['check', 'canopy'], 1, 'found --colour, expected --row, --start, --model or --help\n'],
  ['deploy', [], 1, 'found --colour, expected --stage, --region, --model, '],
  ['keys', [], 1, 'found --colour, expected --stage, --region, --file, --per-second or --help'],
  ['batch', [], 1, 'found --colour, expected --in, --out, --follow, --stop, '],
  ['remove', [], 1, 'found --colour, expected --stage, --region, --model, '],
  ['rehearse', [], 2, 'found --colour, expected templates, image, lambda, clients, downtime or aws (see --help)\n'],
])('npm run %s %j refuses what it does not know by name', async (script, command, code, message) => {
  const ran = await run(script, [...command, '--colour']);
  expect([ran.code, ran.out]).toEqual([code, '']);
  expect(ran.err.slice(0, message.length)).toBe(message);
  expect(ran.err.trim().split('\n')).toHaveLength(1);
});

test.each<[string, string[], string]>([
  ['bench', ['speed', '--only', 'hart'], '--only: found hart, expected some of heart-age'],
  ['bench', ['start', '--rate', '0'], 'found --rate 0 and --seconds 60, expected 1 to 2000 and 6 to 600'],
  ['bench', ['faults', '--only', 'hart'], '--only: found hart, expected a word of: fault: container killed'],
  ['image', ['check', 'http://127.0.0.1:1', '--model', 'x'], '--model: found http://127.0.0.1:1, expected an image'],
  ['image', ['check', 'canopy', '--start', 'x'], '--start: found canopy, expected a URL'],
  ['deploy', ['--dry-run', '--param', 'mispelt=1'], '--param: found mispelt, expected auth, jwtIssuer, '],
  ['deploy', ['--stage', 'prod'], 'stage prod: found no --param auth=..., expected one of none, keys, jwt and iam'],
  ['deploy', ['--param', 'auth=jwt'], 'jwtIssuer: found none, expected the https address of who makes the tokens'],
  ['keys', ['add'], 'found add, expected add NAME, list or remove NAME'],
  ['keys', ['list', '--per-second', '5'], '--per-second: found it with list, expected add'],
  ['keys', ['add', 'a b'], 'a b: expected letters, digits'],
  ['keys', ['add', 'shop', '--per-second', '0', '--file', 'none.json'], '--per-second: found 0, expected a number from 0.01'],
  ['keys', ['remove', 'shop', '--file', 'none.json'], 'shop: there is no key of this name'],
  ['deploy', ['--dry-run', '--param', 'endpoint=mine'], '--param: found endpoint, which this command sets itself; expected '],
  ['deploy', ['--dry-run', '--param', 'model=x.RDS'], '--param: found model=x.RDS, expected --model FILE\n'],
  ['deploy', ['--dry-run', '--param', 'hosting'], '--param: found "hosting", expected NAME=VALUE\n'],
  [
    'deploy',
    ['--dry-run', '--param', 'hosting=instances', '--param', 'instanceType=m5.large'],
    'instanceType: found m5.large, expected ml.m5.large',
  ],
  ['deploy', ['--param', 'serverlessMemory=1500'], 'serverlessMemory: found 1500, expected one of 1024, 2048'],
  ['deploy', ['--dry-run', '--param', 'memorySize=64'], 'memorySize: found 64, expected a whole number from 128 to 10240'],
  ['deploy', ['--dry-run', '--region', 'sa-esat-1'], '--region: found sa-esat-1, expected a region of AWS'],
  ['deploy', ['--dry-run', '--model', 'nope.RDS'], 'nope.RDS: found no such file, expected a model saved by saveRDS'],
  ['deploy', ['--dry-run', '--model', 'package.json'], 'package.json: found JSON, expected an R file'],
  ['remove', ['--param', 'mispelt=1'], '--param: found mispelt, expected auth, jwtIssuer, '],
  ['image', ['push'], 'npm run image -- push: found no repository, expected one, HOST/NAME'],
])('npm run %s %j is refused', async (script, args, message) => {
  const { code, out, err } = await run(script, args);
  expect(code).not.toBe(0);
  expect([out, err]).toEqual(['', expect.stringContaining(message)]);
});

test('deploy --dry-run prints the plan: stacks, steps, needs and whether they are there, costs; and changes nothing', async () => {
  // Neither credentials of this machine nor of a cloud's address.
  const nobody = {
    AWS_ACCESS_KEY_ID: '',
    AWS_PROFILE: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_CONFIG_FILE: '/nowhere',
  };
  const params = ['hosting=instances', 'instanceCount=2', 'serverlessMemory=2048'].flatMap((param) => ['--param', param]);
  const { code, out, err } = await run('deploy', ['--dry-run', '--tool', 'buildah', ...params], { ...nobody, PATH: '/nowhere' });
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(
    /^model heart-age \(sha256 359d6568\), stage dev, region sa-east-1\nstacks\n {2}canopy-dev: \d+ resources \(1 ApiGatewayV2::Api, /,
  );
  expect(out).toMatch(/\n {2}canopy-endpoint-dev: \d+ resources \(1 ApplicationAutoScaling::ScalableTarget, .*1 SageMaker::Endpoint,/);
  expect(out).toMatch(/\nsteps\n {2}1 the API: .*\n {2}2 .*\n {2}3 image and model: .*\n {2}4 .*2 x ml\.c7i\.large\n {2}5 .*\nneeds\n/);
  expect(out).toMatch(
    /\n {2}region +there +sa-east-1\n {2}credentials +MISSING .*aws configure.*\n {2}rights +not known \d+ actions .*\n {2}image tool +MISSING +found no buildah/,
  );
  expect(out).toMatch(/\ncosts\n {2}idle, 2 x ml\.c7i\.large costs about \$\d+\.\d\d a month/);
  expect(out).toMatch(
    /\nnotes\n {2}serverlessMemory changes nothing with hosting=instances\nnothing was changed; .*: credentials, image tool\n$/,
  );
});

test('deploy --policy prints the rights of that deploy alone', async () => {
  const { code, out } = await run('deploy', ['--policy', '--api-only']);
  expect(code).toBe(0);
  const { Statement } = JSON.parse(out) as { Statement: { Sid: string; Action: string[] }[] };
  expect(Statement.flatMap(({ Action }) => Action)).toContain('lambda:CreateFunction');
  expect(Statement.map(({ Sid }) => Sid)).not.toContain('Sagemaker');
});

test('a wrong command line is reported as found and expected', () => {
  const options = { model: { type: 'string', short: 'm' }, help: { type: 'boolean' } } as const;
  const said = (...args: string[]) => {
    try {
      readCommandLine({ args, options });
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error('it was understood');
  };
  expect(said('--modle=x')).toBe('found --modle, expected --model or --help');
  expect(said('a file')).toBe('found a file, expected nothing but --model or --help');
  expect(said('--model')).toBe('--model: found no value, expected one (--model=VALUE where it starts with a hyphen)');
  expect(said('-m', '--help')).toBe('-m: found no value, expected one');
  expect(said('--help=x')).toBe('--help: found a value, expected the option alone');
  expect([oneOf(['a']), oneOf(['a', 'b', 'c'])]).toEqual(['a', 'a, b or c']);
});

/** How a command ends where the Node that is called is of this version; `brought` is the program that npm install brought as another one. */
function asVersion(version: string, brought?: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-node-'));
  const script = path.join(folder, 'container/node-version.cjs');
  const bin = path.join(folder, `node_modules/node-${process.platform}-${process.arch}/bin`);
  for (const each of [path.dirname(script), bin, path.join(folder, 'node_modules/.bin')]) mkdirSync(each, { recursive: true });
  copyFileSync(path.join(PROJECT, 'container/node-version.cjs'), script);
  if (brought !== undefined) writeFileSync(path.join(bin, 'node'), brought, { mode: 0o755 });
  const fake = `Object.defineProperty(process, 'version', { value: 'v${version}' });
    Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); require(${JSON.stringify(script)});`;
  const { status: code, stderr: err, stdout: out } = spawnSync(process.execPath, ['-e', fake, 'FILE'], { encoding: 'utf8' });
  const link = path.join(folder, 'node_modules/.bin/node');
  const linked = existsSync(link) ? path.relative(folder, realpathSync(link)) : undefined;
  rmSync(folder, { recursive: true });
  return { code, err, out, linked };
}

test('a Node that is too old is reported in one line, before any file that it cannot read', () => {
  expect(asVersion('20.20.2')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Node: found v20\.20\.2, expected 22\.18 or newer\..*\n$/),
  });
  expect(asVersion('22.17.9').code).toBe(1);
  expect(asVersion('22.18.0')).toMatchObject({ code: 0, err: '' });
  for (const [name, script] of Object.entries(scripts))
    if (script.startsWith('node '))
      expect([name, script]).toEqual([name, expect.stringContaining('node -r ./container/node-version.cjs ')]);
});

test('where npm 10 left out the link to the Node that it brought, that one runs the command, and is linked', () => {
  const found = asVersion('20.20.2', '#!/bin/sh\necho "$1 $3"\nexit 7\n');
  const place = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
  expect(found).toEqual({ code: 7, err: '', out: '-e FILE\n', linked: place });
  expect(asVersion('20.20.2', '#!/bin/sh\nkill -TERM $$\n').code).toBeNull();
});
