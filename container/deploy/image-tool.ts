import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { must, run } from './command.ts';
import { findImage, type Pushed, type Repository } from './registry.ts';

/** The programs that build images, in the order in which they are looked for. */
export const TOOLS = ['docker', 'podman', 'buildah'] as const;
export type Tool = (typeof TOOLS)[number];

/** The name of the image on this machine. */
export const IMAGE = 'canopy';

/** The first program that builds images here; docker counts only with its daemon. Throws an Error that says what to do. */
export async function findTool(wanted?: string): Promise<Tool> {
  if (wanted !== undefined && !TOOLS.includes(wanted as Tool)) throw new Error(`--tool: found ${wanted}, expected ${TOOLS.join(', ')}`);
  for (const tool of wanted === undefined ? TOOLS : [wanted as Tool]) {
    if ((await run(tool, [tool === 'buildah' ? '--version' : 'version'], { seconds: 20 })).code === 0) return tool;
  }
  const found = wanted === undefined ? 'none of docker (with its daemon running), podman and buildah' : `no ${wanted} that works`;
  throw new Error(`image tool: found ${found}, expected one; install one of them, or deploy the API alone: npm run deploy -- --api-only`);
}

/**
 * Builds the image for linux/amd64 with a Docker manifest, since SageMaker takes no other. `model` is a file inside the
 * project that becomes part of the image, `base` the image it is built on, where that is not the Dockerfile's. Returns the image's id, since
 * another build on this machine may have taken the name already.
 */
export async function buildImage(
  tool: Tool,
  project: string,
  { model, base, onOutput }: { model?: string | undefined; base?: string | undefined; onOutput?: (text: string) => void } = {},
): Promise<string> {
  const given = Object.entries({ MODEL: model, BASE: base }).flatMap(([name, value]) =>
    value === undefined ? [] : ['--build-arg', `${name}=${value}`],
  );
  const common = ['-t', IMAGE, '-f', 'container/Dockerfile', ...given, '.'];
  const ofTool: Record<Tool, string[]> = {
    // Provenance would make a list of images of it; and BuildKit writes OCI manifests by itself since 0.31. It is loaded as by --load.
    docker: ['buildx', 'build', '--platform', 'linux/amd64', '--provenance=false', '--output', 'type=docker,oci-mediatypes=false'],
    // A fixed time, so that the same sources give the same digest.
    podman: ['build', '--platform', 'linux/amd64', '--format', 'docker', '--layers', '--timestamp', '0'],
    buildah: ['bud', '--platform', 'linux/amd64', '--format', 'docker', '--layers', '--timestamp', '0'],
  };
  // Inside the project: a Docker that was installed as a snap has a /tmp of its own.
  const made = path.join(project, '.canopy');
  mkdirSync(made, { recursive: true });
  const folder = mkdtempSync(path.join(made, 'build-'));
  try {
    const file = path.join(folder, 'id');
    await must(tool, [...ofTool[tool], '--iidfile', file, ...common], { cwd: project, ...(onOutput ? { onOutput } : {}) });
    // Docker on containerd knows an image by its manifest alone, and BuildKit writes its configuration's id: then the name has to do.
    return await imageId(tool, [readFileSync(file, 'utf8').trim().replace('sha256:', ''), IMAGE]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The id of the image that the first of these names stands for which the tool knows. */
async function imageId(tool: Tool, names: string[]): Promise<string> {
  const args =
    tool === 'buildah' ? ['inspect', '--type', 'image', '--format', '{{.FromImageID}}'] : ['image', 'inspect', '--format', '{{.Id}}'];
  for (const name of names) {
    const { code, stdout } = await run(tool, [...args, name]);
    const id = stdout.trim().replace('sha256:', '');
    if (code === 0 && /^[0-9a-f]{64}$/.test(id)) return id;
  }
  throw new Error(`image ${names.at(-1)}: found none, expected one; build it first: npm run image -- build`);
}

/**
 * Pushes an image, by its id or its name, under a tag that is the image's id, unless it is there, and asks the registry what it got. Returns
 * REPOSITORY@DIGEST, by which the endpoint's stack knows it.
 */
export async function pushImage(tool: Tool, repository: Repository, named = IMAGE): Promise<Pushed & { image: string; wasThere: boolean }> {
  const { host, name, login, plainHttp } = repository;
  const id = await imageId(tool, [named]);
  const tag = id.slice(0, 16);
  const there = await findImage(repository, tag);
  if (there) return { ...there, image: `${host}/${name}@${there.digest}`, wasThere: true };
  if (login !== undefined) {
    const [user, ...password] = login.split(':');
    await must(tool, ['login', '--username', user as string, '--password-stdin', host], { input: password.join(':') });
  }
  const target = `${host}/${name}:${tag}`;
  const tls = plainHttp ? ['--tls-verify=false'] : [];
  const folder = mkdtempSync(path.join(tmpdir(), 'canopy-push-'));
  try {
    if (tool === 'docker') {
      await must(tool, ['tag', id, target]);
      await must(tool, ['push', target]);
    } else {
      const digestFile = path.join(folder, 'digest');
      await must(tool, ['push', ...tls, '--format', 'v2s2', '--digestfile', digestFile, id, `docker://${target}`]);
      const digest = readFileSync(digestFile, 'utf8').trim();
      const pushed = await findImage(repository, digest);
      if (!pushed) throw new Error(`image ${digest}: not found in ${host} after the push, expected it there`);
      return { ...pushed, image: `${host}/${name}@${pushed.digest}`, wasThere: false };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const pushed = await findImage(repository, tag);
  if (!pushed) throw new Error(`image ${target}: not found after the push, expected it there`);
  return { ...pushed, image: `${host}/${name}@${pushed.digest}`, wasThere: false };
}
