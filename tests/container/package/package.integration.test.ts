import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { golden } from '../../support/golden.ts';
import { filesBelow, installPackage, NODE, run, serve, stopAll } from '../../support/packed.ts';
import { startPorts } from '../../support/ports.ts';
import { PROJECT } from '../../support/project.ts';

const MEGABYTE = 1e6;
const ages = golden('heart-age');
const R54 = ages.predictions[ages.rows.findIndex((row) => row.age === 54)];
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-package-'));
const about = JSON.parse(readFileSync(path.join(PROJECT, 'container/package/package.json'), 'utf8')) as { name: string; version: string };
let consumer = '';
let said = '';

beforeAll(() => {
  ({ consumer, said } = installPackage(folder));
}, 120_000);
afterEach(stopAll);
afterAll(() => rmSync(folder, { recursive: true }));

const inPackage = (...parts: string[]) => path.join(consumer, 'node_modules', about.name, ...parts);
/** Runs the installed command. */
const canopy = (args: string[], input = '') => run(NODE, [path.join(consumer, 'node_modules/.bin/canopy'), ...args], consumer, input);
/** Writes a file of the consumer's. */
const file = (name: string, text: string) => {
  writeFileSync(path.join(consumer, name), text);
  return path.join(consumer, name);
};

describe('what is installed', () => {
  test('is one package, without a warning, of less than 15 MB', () => {
    expect(said).toContain('added 1 package');
    expect(said).not.toMatch(/npm (?:warn|error)/i);
    const installed = path.join(consumer, 'node_modules');
    const bytes = filesBelow(installed).reduce((sum, name) => sum + statSync(path.join(installed, name)).size, 0);
    expect(bytes).toBeLessThan(15 * MEGABYTE);
  });

  test('holds JavaScript and declarations, and no TypeScript, which Node does not run there', () => {
    const names = filesBelow(inPackage());
    expect(names).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'dist/canopy.js', 'dist/THIRD-PARTY-LICENCES.txt']));
    expect(names.filter((name) => /\.[cm]?ts$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  });

  test('holds what is sourced in R and imported in Python, as it stands in the project', () => {
    for (const name of ['canopy.R', 'canopy.py']) {
      expect(readFileSync(inPackage('dist', name), 'utf8')).toBe(readFileSync(path.join(PROJECT, 'model', name), 'utf8'));
    }
  });

  test('imports by name nothing of Node that Node 20 does not have, so that its own words about the version are read', () => {
    const head = readFileSync(inPackage('dist/canopy.js'), 'utf8');
    expect(head).toContain('expected 22.18 or newer');
    expect(head).not.toMatch(/import\s*\{[^}]*enableCompileCache/);
  });

  test('calls its commands as they are called there', () => {
    const wrong = filesBelow(inPackage()).flatMap((name) => {
      const text = /\.(?:js|md)$/.test(name) ? readFileSync(inPackage(name), 'utf8') : '';
      return /npm (?:start|run (?:model|serve))\b|node container\//.test(text) ? [name] : [];
    });
    expect(wrong).toEqual([]);
  });

  test('has a licence for each library that it holds', () => {
    const text = readFileSync(inPackage('dist/THIRD-PARTY-LICENCES.txt'), 'utf8');
    for (const name of ['sonic-boom', 'prom-client', 'xz-decompress', 'zod', 'read-excel-file']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT|^${name} \\d+\\.\\d+\\.\\d+ \\(Apache-2\\.0`, 'm'));
    }
  });
});

describe('the command', () => {
  test.each([
    [['--help'], /^canopy COMMAND\n/],
    [['describe', '--help'], /^canopy describe FILE/],
    [['import', '--help'], /^canopy import FILE -o/],
    [['predict', '--help'], /^canopy predict FILE ROWS/],
    [['verify', '--help'], /^canopy verify FILE \[ROWS\.json\]/],
    [['train', '--help'], /^canopy train --data FILE\.csv/],
    [['serve', '--help'], /canopy serve --api/],
    [['start', '--help'], /canopy start \[--model FILE/],
    [['--version'], new RegExp(`^${about.version}\n$`)],
  ])('%j is answered on standard output', (args, expected) => {
    const { status, stdout, stderr } = canopy(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(expected);
    expect(stdout).not.toMatch(/npm run|npm start/);
  });

  test.each([
    [[], 2, 'found no command, expected describe, explain, import, predict, train, verify, serve or start; --help says more\n'],
    [['grow'], 2, 'found the command grow, expected describe, explain, import'],
    [['describe'], 2, 'found no argument, expected FILE'],
    [['describe', 'none.RDS'], 1, 'none.RDS: found no such file'],
    [['start', '--modle', 'x.RDS'], 1, '--modle'],
    [['serve', '--apis'], 1, '--apis'],
  ])('%j fails with what was expected', (args, status, expected) => {
    const ran = canopy(args);
    expect(ran).toMatchObject({ status, stdout: '' });
    expect(ran.stderr).toContain(expected);
    expect(ran.stderr).not.toMatch(/^\s+at /m);
  });

  test('predicts files in threads of its own, Parquet too', () => {
    file('rows.csv', 'age\n54\n');
    for (const [from, to] of [
      ['rows.csv', 'out.parquet'],
      ['rows.csv', 'out.csv'],
    ] as const) {
      const { status, stdout } = canopy(['predict', ages.file, from, '-o', to]);
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`1 rows in ${to}`) });
    }
    expect(readFileSync(path.join(consumer, 'out.csv'), 'utf8')).toBe(`predictions\n${R54}\n`);
    expect(readFileSync(path.join(consumer, 'out.parquet'), 'latin1')).toMatch(/^PAR1[\s\S]*PAR1$/);
  });

  test('describes, imports, verifies and predicts with the bits of R', () => {
    expect(canopy(['describe', ages.file]).stdout).toContain('forest      500 trees');
    expect(canopy(['import', ages.file, '-o', 'age.canopy'])).toMatchObject({ status: 0, stderr: '' });
    const rows = path.join(PROJECT, 'tests/golden/heart-age.json');
    expect(canopy(['verify', 'age.canopy', rows]).stdout).toContain('0 labels wrong, greatest difference 0 ulp: as R');
    const { stdout } = canopy(['predict', 'age.canopy', '-'], '{"age":54}');
    expect(JSON.parse(stdout)).toMatchObject({ predictions: [R54] });
  });

  test('reads what xz and bzip2 packed', () => {
    for (const name of ['form-xz', 'form-bzip2']) {
      const { rows, predictions, file: model } = golden(name);
      const { stdout } = canopy(['predict', model, '-'], JSON.stringify(rows));
      expect((JSON.parse(stdout) as { predictions: unknown }).predictions).toEqual(predictions);
    }
  });

  test('trains the same forest in one thread and in two', () => {
    const data = path.join(PROJECT, 'model/heart/heart.csv');
    const grow = (threads: string) => {
      const out = `grown-${threads}.canopy`;
      const args = ['--data', data, '--formula', 'target ~ .', '--seed', '7', '--num.trees', '20', '--num.threads', threads, '-o', out];
      expect(canopy(['train', ...args])).toMatchObject({ status: 0, stderr: '' });
      return JSON.parse(canopy(['describe', '--json', out]).stdout) as { sha256: string };
    };
    expect(grow('2').sha256).toBe(grow('1').sha256);
  });

  test('serves a folder as SageMaker asks, and with --api the page too', async () => {
    mkdirSync(path.join(consumer, 'served'));
    canopy(['import', ages.file, '-o', 'served/model.canopy']);
    for (const args of [['serve'], ['serve', '--api']]) {
      const { until, stop } = serve([inPackage('dist/canopy.js'), ...args], consumer, { MODEL_DIR: 'served', PORT: '0' });
      const url = await until(/is served on (http:\S+),/);
      const place = args.length === 1 ? '/invocations' : '/predict';
      const response = await fetch(`${url}${place}`, { method: 'POST', body: '{"age":54}' });
      expect(await response.json()).toMatchObject({ predictions: [R54] });
      if (args.length > 1) {
        const page = await (await fetch(`${url}/`)).text();
        const script = /<script src="([^"]+)"/.exec(page)?.[1];
        expect((await fetch(new URL(String(script), `${url}/`))).status).toBe(200);
      }
      expect(await stop()).toBe(0);
    }
  }, 60_000);

  test('starts the API, its page and the container without the AWS SDK, says so, and leaves nothing behind', async () => {
    const ports = await startPorts();
    const temporary = path.join(folder, 'temporary');
    mkdirSync(temporary);
    const env = { ...ports, TMPDIR: temporary };
    const { until, stop } = serve([inPackage('dist/canopy.js'), 'start'], consumer, env);
    await until(/npm install @aws-sdk\/client-sagemaker-runtime has it ask the container/);
    await until(/\/predict\n/);
    const response = await fetch(`http://127.0.0.1:${ports.API_PORT}/predict`, { method: 'POST', body: '{"age":54}' });
    expect(await response.json()).toMatchObject({ predictions: [R54], servedBy: 'fallback' });
    expect((await fetch(`http://127.0.0.1:${ports.CONTAINER_PORT}/ping`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${ports.API_PORT}/`)).text()).toContain('Heart Disease Predictor');
    expect(await stop()).toBe(0);
    expect(filesBelow(temporary).filter((name) => name.startsWith('canopy-'))).toEqual([]);
  }, 60_000);

  test('says in a sentence that there is no folder for what it makes', async () => {
    const env = { ...(await startPorts()), TMPDIR: file('temporary.txt', '') };
    const { status, stderr } = run(NODE, [inPackage('dist/canopy.js'), 'start'], consumer, '', env);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\S*temporary\.txt\S*: a file, where a folder was expected\n$/);
  });

  test('says in a sentence that what it makes has no room', async () => {
    // Files of no byte are what a shell can make of a full disk; what goes through a pipe is not counted.
    const args = ['-c', 'ulimit -f 0; exec "$0" "$@"', NODE, inPackage('dist/canopy.js'), 'start'];
    const { status, stderr } = run('sh', args, consumer, '', await startPorts());
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^\S+model\.canopy: a file that is too large here\n$/)]);
  });
});

describe('the library', () => {
  const PROGRAM = (load: string) => `${load}
    const model = openModel(importModel(${JSON.stringify(golden('heart-age').file)}));
    console.log(JSON.stringify({ told: model.predict([{ age: 54 }]), name: model.name }));
    try { model.predict([{ aeg: 54 }, { age: 'old' }]); } catch (error) {
      console.log(JSON.stringify({ is: error instanceof RequestError, paths: error.problems.map(({ path }) => path) }));
    }
    try { openModel('none.RDS'); } catch (error) { console.log(error instanceof ModelError, error.message.split(':')[0]); }
  `;
  const EXPECTED = [
    JSON.stringify({ told: [R54], name: 'heart-age' }),
    JSON.stringify({ is: true, paths: ['/0/age', '/1/age'] }),
    'true none.RDS',
    '',
  ].join('\n');
  const NAMES = '{ importModel, openModel, ModelError, RequestError }';

  test('is read by import', () => {
    const program = file('by-import.mjs', PROGRAM(`import ${NAMES} from '${about.name}';`));
    expect(run(NODE, [program], consumer)).toEqual({ status: 0, stdout: EXPECTED, stderr: '' });
  });

  test('works where it was bundled into one file, elsewhere, with a model that has a sidecar', async () => {
    const model = path.join(PROJECT, 'model/heart/heart-age.RDS');
    const load = `import { openModel } from '${about.name}'; console.log(openModel(${JSON.stringify(model)}).predict([[54]])[0]);`;
    const [entry, bundled] = [file('bundle-me.mjs', load), path.join(folder, 'bundled.mjs')];
    await build({ entryPoints: [entry], outfile: bundled, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
    expect(run(NODE, [bundled], folder)).toEqual({ status: 0, stdout: `${R54}\n`, stderr: '' });
  });

  test('is read by require()', () => {
    const program = file('by-require.cjs', PROGRAM(`const ${NAMES} = require('${about.name}');`));
    expect(run(NODE, [program], consumer)).toEqual({ status: 0, stdout: EXPECTED, stderr: '' });
  });

  test.each(['iris', 'heart-probability', 'car-rpart', 'iris-lm', 'survival-logrank'])("gives R's numbers for %s", (name) => {
    const { file: model, rows, predictions } = golden(name);
    const program = `import { openModel } from '${about.name}'; import { readFileSync } from 'node:fs';
      console.log(JSON.stringify(openModel(${JSON.stringify(model)}).predict(JSON.parse(readFileSync(0, 'utf8')))));`;
    const { stdout } = run(NODE, ['--input-type=module', '--eval', program], consumer, JSON.stringify(rows));
    expect(JSON.parse(stdout)).toEqual(predictions);
  });

  test.each([
    ['ES modules', 'module'],
    ['CommonJS', 'commonjs'],
  ])('has types that a strict program in %s is checked by', (_, type) => {
    const program = path.join(consumer, `typed-${type}`);
    mkdirSync(program);
    writeFileSync(path.join(program, 'package.json'), JSON.stringify({ type }));
    const options = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      strict: true,
      exactOptionalPropertyTypes: true,
      types: [],
    };
    const compilerOptions = { ...options, noEmit: true, noUncheckedIndexedAccess: true, skipLibCheck: false };
    writeFileSync(path.join(program, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['right.ts', 'wrong.ts'] }));
    const start = `import { importModel, openModel } from '${about.name}';\n`;
    writeFileSync(
      path.join(program, 'right.ts'),
      `${start}import { openModel as openHere, type Model } from '${about.name}/browser';
      const model: Model = openModel(importModel('a.RDS', { date: '2026-01-31' }));
      const first = model.predict([{ age: 54 }, { age: 55 }], { type: 'response' })[0];
      export const all: number[] = model.predict([[54]]).filter((one) => typeof one === 'number');
      export const times: number[] | undefined = model.answer([{ age: 54 }]).times;
      export const shown: string = model.schema.features.map(({ name, type }) => name + type).join() + String(first);
      export const later: Promise<Model> = openHere(new Uint8Array(8));\n`,
    );
    const wrong = [
      'openModel(54);',
      "openModel('a').predict({ age: 54 });",
      "importModel('a.RDS', { levels: 'c' });",
      'openModel("a").prdict([]);',
    ];
    writeFileSync(path.join(program, 'wrong.ts'), start + wrong.join('\n'));
    const { stdout } = run(
      process.execPath,
      [path.join(PROJECT, 'node_modules/typescript/bin/tsc'), '-p', program, '--pretty', 'false'],
      consumer,
    );
    const lines = Array.from(
      stdout.matchAll(/^(\S+?)\((\d+),\d+\): error/gm),
      ([, name, line]) => `${path.basename(String(name))} ${line}`,
    );
    expect(lines).toEqual(wrong.map((__, at) => `wrong.ts ${at + 2}`));
  });
});
