// A stranger's first minutes: the README's two commands in a clean clone of the last commit, on Node 20, npm, sh, git and coreutils,
// and nothing else: no Chromium, no R, no Python, no variable of this machine but what its network needs. Runs on Node 18 or newer.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TOP = fileURLToPath(new URL('..', import.meta.url));
const MAJOR = '20';
/** The npm that Node 20 comes with, for a machine whose Node or npm is another. */
const NPM = 'npm@10.9.9';
const COREUTILS =
  'basename cat chmod cp cut date dirname echo env expr false head id ln ls mkdir mktemp mv nproc printf pwd readlink realpath rm rmdir sha256sum sleep sort stat tail tee test touch tr true uname uniq wc';
/** How a machine reaches npm's registry: a proxy, a certificate of its own. */
const NETWORK = /^(?:https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file|npm_config_registry|npm_config_cafile)$/i;
/** What the README says `npm start` answers, R's number. */
const [BODY, NUMBER] = ['{"age":54}', 0.626568188849064];
/** How long `npm start` may take here until it answers, and to end after Ctrl-C, in milliseconds. */
const [READY_WITHIN, END_WITHIN] = [120_000, 15_000];

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'canopy-fresh-')));
const clone = path.join(folder, 'canopy');
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

const env = strangersEnvironment();
console.log(`node ${say('node', '--version')}, npm ${say('npm', '--version')}, PATH of ${COREUTILS.split(' ').length + 5} programs`);
// A checkout of another user is refused by git, unless it is told.
execFileSync('git', ['-c', 'safe.directory=*', 'clone', '-q', '--no-hardlinks', TOP, clone], { stdio: 'inherit' });
await install();
await start();
await run('npm', 'test');

/** A PATH of one folder of links, and of all variables the fewest. */
function strangersEnvironment() {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  const places = (process.env.PATH ?? '').split(path.delimiter);
  const find = (name) => places.map((place) => path.join(place, name)).find((file) => existsSync(file));
  for (const name of ['sh', 'git', ...COREUTILS.split(' ')]) {
    const file = find(name);
    if (file === undefined) throw new Error(`${name}: found none in PATH, expected one`);
    symlinkSync(file, path.join(bin, name));
  }
  // Node 20 comes with npm 10, which links what it installs in another way than a newer one.
  const npmVersion = execFileSync('npm', ['--version'], { encoding: 'utf8' });
  const isRight = process.versions.node.split('.')[0] === MAJOR && npmVersion.startsWith(`${NPM.slice('npm@'.length).split('.')[0]}.`);
  for (const [name, file] of Object.entries(isRight ? { node: process.execPath, npm: find('npm'), npx: find('npx') } : fetchNode())) {
    symlinkSync(realpathSync(file), path.join(bin, name));
  }
  const network = Object.entries(process.env).filter(([name]) => NETWORK.test(name));
  return { HOME: process.env.HOME, PATH: bin, CHROMIUM: path.join(folder, 'no-chromium'), ...Object.fromEntries(network) };
}

/** Node and npm from npm's packages. */
function fetchNode() {
  const packages = [`node-linux-${process.arch}@${MAJOR}`, NPM];
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', path.join(folder, 'node'), ...packages], {
    stdio: 'inherit',
  });
  const modules = path.join(folder, 'node/node_modules');
  return {
    node: path.join(modules, `node-linux-${process.arch}/bin/node`),
    npm: path.join(modules, 'npm/bin/npm-cli.js'),
    npx: path.join(modules, 'npm/bin/npx-cli.js'),
  };
}

/** The first line that a program says. */
function say(...command) {
  return execFileSync(path.join(env.PATH, command[0]), command.slice(1), { env, encoding: 'utf8' }).trim();
}

/** Runs a command to its end, and shows what it says. Throws where it fails. */
function run(...command) {
  console.log(`$ ${command.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(env.PATH, command[0]), command.slice(1), { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.on('data', (chunk) => {
        said += chunk;
        to.write(chunk);
      });
    }
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(said) : reject(new Error(`${command.join(' ')}: found exit code ${code}, expected 0`)),
    );
  });
}

async function install() {
  const said = await run('npm', 'install');
  const warnings = said.split('\n').filter((line) => /^npm warn/i.test(line));
  if (warnings.length > 0) throw new Error(`npm install: found ${warnings.length} lines of warnings, expected none`);
}

/** `npm start` answers with R's number, and Ctrl-C ends all of it. */
async function start() {
  console.log('$ npm start');
  const [api, container, runtime] = await freePorts(3);
  const ports = { API_PORT: String(api), CONTAINER_PORT: String(container), RUNTIME_PORT: String(runtime) };
  const began = Date.now();
  const child = spawn(path.join(env.PATH, 'npm'), ['start'], {
    cwd: clone,
    env: { ...env, ...ports },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  try {
    const answer = await firstAnswer(`http://127.0.0.1:${api}/predict`, began + READY_WITHIN, ended);
    if (answer.predictions?.[0] !== NUMBER) throw new Error(`npm start: found ${JSON.stringify(answer)}, expected ${NUMBER}`);
    console.log(`npm start answered ${NUMBER} after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    // A terminal's Ctrl-C reaches the whole group.
    process.kill(-child.pid, 'SIGINT');
    const how = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, END_WITHIN, 'no end').unref())]);
    if (how === 'no end') throw new Error(`npm start: still there ${END_WITHIN / 1000} s after Ctrl-C, expected its end`);
    for (const port of [api, container, runtime])
      if (await answers(`http://127.0.0.1:${port}/ping`)) throw new Error(`port ${port}: answers after Ctrl-C`);
    console.log('npm start ended with all that it started');
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  }
}

async function firstAnswer(url, until, ended) {
  let over;
  ended.then((how) => {
    over = how;
  });
  while (Date.now() < until) {
    if (over !== undefined) throw new Error(`npm start: ended with ${over} before it answered`);
    const reply = await fetch(url, { method: 'POST', body: BODY }).catch(() => undefined);
    if (reply?.ok) return reply.json();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`npm start: no answer within ${READY_WITHIN / 1000} s`);
}

function answers(url) {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = [];
  for (const server of servers) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports.push(server.address().port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
