import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { golden } from '../../support/golden.ts';
import { startPorts } from '../../support/ports.ts';
import { below, leftOf } from '../../support/processes.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const ages = golden('heart-age');
const R54 = ages.predictions[ages.rows.findIndex((row) => row.age === 54)];

/** A patient as the example heart takes it. */
const HEART = {
  ...{ age: 55, sex: 'male', cp: 'typical angina', trestbps: 130, chol: 240, fbs: false, restecg: 'normal' },
  ...{ thalach: 150, exang: false, oldpeak: 1, slope: 'flat', ca: 0, thal: 'normal' },
};

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started) child.kill('SIGTERM');
});

/** The first of `texts` that a process has said, with all before it; rejects where it ends without. */
function heard(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
      if (said.includes(text)) resolve(said);
    });
    child.on('close', () => reject(new Error(`it ended and never said ${text}, but: ${said}`)));
  });
}

/** `npm start` as a person's terminal has it, a process group of its own: npm's process, and that of Node, which it says by itself. */
async function npmStart(args: string[], env: Record<string, string>) {
  const npm = spawn('npm', ['start', '--', ...args], { cwd: PROJECT, env: { ...process.env, ...env }, detached: true });
  started.push(npm);
  await heard(npm, '/predict');
  return { npm };
}

/** Waits until nobody listens on any of the ports; false where somebody does after 10 s. */
async function areFree(ports: string[]): Promise<boolean> {
  for (let tries = 0; tries < 100; tries += 1) {
    const taken = await Promise.all(ports.map(isListening));
    if (!taken.includes(true)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

const onLinux = process.platform === 'linux' ? test : test.skip;

/** Runs container/start.ts; `until` waits for a text in what it says, `ended` for its end. */
function run(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [path.join(PROJECT, 'container/start.ts'), ...args], { env: { ...process.env, ...env } });
  let said = '';
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, said }));
  });
  const until = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => said.includes(text) && resolve(said);
      child.stdout.on('data', look);
      ended.then(() => reject(new Error(`it ended and never said ${text}, but: ${said}`)));
      look();
    });
  for (const stream of [child.stdout, child.stderr]) {
    stream.prependListener('data', (chunk) => {
      said += chunk;
    });
  }
  started.push(child);
  return { child, ended, until };
}

/** Whether anybody listens on a port. */
function isListening(port: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), '127.0.0.1', () => resolve(true));
    socket.on('connect', () => socket.destroy()).on('error', () => resolve(false));
  });
}

/** Asks the API until the answer is served by the one named: the first call of an environment may come too late. */
async function askUntil(port: string, servedBy: string) {
  for (let tries = 0; tries < 20; tries += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/predict`, { method: 'POST', body: '{"age":54}' });
    const answer = (await response.json()) as { predictions: unknown; servedBy: string };
    expect(answer).toMatchObject({ predictions: [R54] });
    if (answer.servedBy === servedBy) return;
  }
  throw new Error(`no answer was served by the ${servedBy}`);
}

test('it starts all, answers without the container too, and leaves nothing behind', async () => {
  const ports = await startPorts();
  const { child, until, ended } = run([], { ...ports, ENDPOINT_DEADLINE_MS: '777' });
  const said = await until('/predict');
  expect(said).toContain(`curl -d '{"age":25}' http://127.0.0.1:${ports.API_PORT}/predict`);
  await askUntil(ports.API_PORT, 'endpoint');
  // A setting given to it is the function's.
  expect(await (await fetch(`http://127.0.0.1:${ports.API_PORT}/health`)).json()).toMatchObject({ deadlineMs: 777 });

  process.kill(Number(/kill (\d+)/.exec(said)?.[1]), 'SIGKILL');
  await until('the container ended (SIGKILL)');
  await askUntil(ports.API_PORT, 'fallback');

  // Twice, as npm does: the terminal's and the one that npm passes on.
  child.kill('SIGINT');
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
  // The function's log is shown; what it counts is for CloudWatch.
  expect((await ended).said).toContain('"servedBy":"fallback"');
  expect((await ended).said).not.toContain('_aws');
  for (const port of Object.values(ports)) expect([port, await isListening(port)]).toEqual([port, false]);
}, 60_000);

test('an example is served by its name, and one that is not there is answered by those that are', async () => {
  const ports = await startPorts();
  const { child, until, ended } = run(['--example', 'heart', '--no-container'], ports);
  expect(await until('/predict')).toMatch(/^heart \(sha256 [0-9a-f]{8}\) is ready/m);
  const body = JSON.stringify({ ...HEART, cp: 'asymptomatic' });
  const response = await fetch(`http://127.0.0.1:${ports.API_PORT}/predict`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: Record<string, number>[] };
  expect(Object.keys(predictions[0] ?? {})).toEqual(['healthy', 'heart disease']);
  child.kill('SIGINT');
  expect((await ended).code).toBe(0);
  const none = await run(['--example', 'hart'], {}).ended;
  expect([none.code, none.said]).toEqual([1, '--example: found hart, expected one of heart-age, heart\n']);
}, 60_000);

test.each([
  [{ ENDPOINT_SHARE: '2' }, 'ENDPOINT_SHARE: found "2", expected a number from 0 to 1'],
  [{ ENDPONT_DEADLINE_MS: '50' }, 'ENDPONT_DEADLINE_MS: there is no such setting, did you mean ENDPOINT_DEADLINE_MS?'],
  [{ BREAKER_FOO: '1' }, 'BREAKER_FOO: there is no such setting'],
  [{ APIPORT: '3001' }, 'APIPORT: there is no such setting, did you mean API_PORT?'],
  [{ WORKERS: 'many' }, 'WORKERS: found "many", expected a whole number from 0 to 64'],
])('a setting that is wrong, or no setting, ends the start before anything is started, in one line: %j', async (env, why) => {
  // The model would be read first of all.
  const { code, said } = await run(['--model', 'gone.RDS'], env).ended;
  expect([code, said]).toEqual([1, `settings that cannot be used: ${why}\n`]);
});

test('it ends with the shell that npm started it through', async () => {
  const ports = await startPorts();
  // What follows keeps any shell from becoming the command itself.
  const command = `"${process.execPath}" container/start.ts --no-container; true`;
  const shell = spawn('sh', ['-c', command], { cwd: PROJECT, env: { ...process.env, ...ports, npm_lifecycle_event: 'start' } });
  started.push(shell);
  const closed = new Promise<void>((resolve) => shell.on('close', () => resolve()));
  await new Promise<void>((resolve) => {
    shell.stdout.on('data', (text) => String(text).includes('/predict') && resolve());
  });
  shell.kill('SIGTERM');
  await closed;
  expect(await isListening(ports.API_PORT)).toBe(false);
}, 60_000);

const KILLED: [string, (npm: number) => void][] = [
  ['of the whole group', (npm) => process.kill(-npm, 'SIGKILL')],
  ['of npm alone', (npm) => process.kill(npm, 'SIGKILL')],
  ['of Node alone', (npm) => process.kill(below(npm).find(({ command }) => /^\S*node .*start\.ts/.test(command))?.pid ?? 0, 'SIGKILL')],
];
onLinux.each(KILLED)(
  'SIGKILL %s leaves no process and no port behind',
  async (_, kill) => {
    const ports = await startPorts();
    const { npm } = await npmStart([], ports);
    const processes = below(npm.pid ?? 0);
    expect(processes.filter(({ command }) => command.includes('container/main.ts'))).toHaveLength(1);
    kill(npm.pid ?? 0);
    expect(await areFree(Object.values(ports))).toBe(true);
    expect(await leftOf(processes)).toEqual([]);
  },
  60_000,
);

onLinux(
  'Ctrl-C in the terminal ends all of it without a word, and nothing of it watches files',
  async () => {
    const ports = await startPorts();
    const { npm } = await npmStart([], ports);
    const processes = below(npm.pid ?? 0).filter(({ command }) => command.includes('container/'));
    const watching = processes.flatMap(({ pid }) =>
      readdirSync(`/proc/${pid}/fd`).filter((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`) === 'anon_inode:inotify';
        } catch {
          return false;
        }
      }),
    );
    expect([processes.length >= 2, watching]).toEqual([true, []]);
    const after: string[] = [];
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => after.push(String(chunk)));
    // npm ends by the signal itself where its shell does.
    const ended = new Promise((resolve) => npm.on('close', (code, signal) => resolve(signal ?? code)));
    process.kill(-(npm.pid ?? 0), 'SIGINT');
    expect([0, 'SIGINT']).toContain(await ended);
    // The container's log of what came before.
    const lines = after.join('').split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('container | {'))).toEqual([]);
    expect(await areFree(Object.values(ports))).toBe(true);
  },
  60_000,
);

// Before Node has read the script, while the model is read, and while the API and the container start.
test.each([50, 300, 600, 900, 1_200])('Ctrl-C %i ms after the start ends it without a word', async (ms) => {
  const ports = await startPorts();
  const child = spawn(process.execPath, [path.join(PROJECT, 'container/start.ts')], { env: { ...process.env, ...ports }, detached: true });
  started.push(child);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await new Promise((resolve) => setTimeout(resolve, ms));
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
  // On a machine that is quick it may be up by then.
  expect(said.join('').replace(/^container \| .*\n|^\n.* is ready;[\s\S]*\/predict\n+/gm, '')).toBe('');
  expect(await areFree(Object.values(ports))).toBe(true);
}, 60_000);

test('it starts without the container', async () => {
  const ports = await startPorts();
  const { child, until, ended } = run(['--no-container', '--model', golden('chickwts-order').file], ports);
  await until('/predict');
  const url = `http://127.0.0.1:${ports.API_PORT}/predict`;
  const response = await fetch(url, { method: 'POST', body: '{"feed":"casein"}' });
  const { predictions } = golden('chickwts-order');
  expect(await response.json()).toMatchObject({ predictions: [predictions[0]], servedBy: 'fallback', reason: 'no-endpoint' });
  expect(await isListening(ports.CONTAINER_PORT)).toBe(false);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  expect(await isListening(ports.API_PORT)).toBe(false);
}, 60_000);

test('it names every port that is taken, and the variable that changes it', async () => {
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const port = String((taken.address() as AddressInfo).port);
  const ports = await startPorts();
  const one = await run([], { ...ports, RUNTIME_PORT: port }).ended;
  expect(one).toEqual({ code: 1, said: `port ${port} on 127.0.0.1 is taken by another process; set RUNTIME_PORT to another\n` });
  const twice = await run([], { ...ports, CONTAINER_PORT: ports.API_PORT }).ended;
  expect(twice.said).toBe(`CONTAINER_PORT and API_PORT are both ${ports.API_PORT}, expected two ports\n`);
  const none = await run([], { ...ports, API_PORT: 'http' }).ended;
  expect(none.said).toBe('API_PORT: found "http", expected a whole number from 1 to 65535\n');
  taken.close();
});

test('it tells what it can do, and refuses what it cannot, in one line', async () => {
  const help = await run(['--help'], {}).ended;
  expect(help.code).toBe(0);
  expect(help.said).toContain('--no-container');
  const option = await run(['--modle', 'x'], {}).ended;
  expect(option.code).toBe(1);
  expect(option.said).toBe('found --modle, expected --model, --example, --no-container or --help\n');
  const model = await run(['--model', 'gone.RDS'], await startPorts()).ended;
  expect(model.code).toBe(1);
  expect(model.said).toMatch(/gone\.RDS: found no such file, expected a model saved by saveRDS, or an artifact\n$/);
});
