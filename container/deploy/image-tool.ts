import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
 * project that becomes part of the image, `base` the image it is built on, where that is not the Dockerfile's. Returns the image's id.
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
  await must(tool, [...ofTool[tool], ...common], { cwd: project, ...(onOutput ? { onOutput } : {}) });
  return imageId(tool);
}

async function imageId(tool: Tool): Promise<string> {
  const args =
    tool === 'buildah'
      ? ['inspect', '--type', 'image', '--format', '{{.FromImageID}}', IMAGE]
      : ['image', 'inspect', '--format', '{{.Id}}', IMAGE];
  const { code, stdout } = await run(tool, args);
  const id = stdout.trim().replace('sha256:', '');
  if (code !== 0 || !/^[0-9a-f]{64}$/.test(id))
    throw new Error(`image ${IMAGE}: found none, expected one; build it first: npm run image -- build`);
  return id;
}

/**
 * Pushes the image under a tag that is the image's id, unless it is there, and asks the registry what it got. Returns
 * REPOSITORY@DIGEST, by which the endpoint's stack knows it.
 */
export async function pushImage(tool: Tool, repository: Repository): Promise<Pushed & { image: string; wasThere: boolean }> {
  const { host, name, login, plainHttp } = repository;
  const tag = (await imageId(tool)).slice(0, 16);
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
      await must(tool, ['tag', IMAGE, target]);
      await must(tool, ['push', target]);
    } else {
      const digestFile = path.join(folder, 'digest');
      await must(tool, ['push', ...tls, '--format', 'v2s2', '--digestfile', digestFile, IMAGE, `docker://${target}`]);
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
