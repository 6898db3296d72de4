/** The manifest SageMaker takes; it refuses the OCI forms and lists of images. */
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const ACCEPT = [
  DOCKER_MANIFEST,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ');

/** How long a registry may take to answer, in milliseconds. */
const WITHIN = 30_000;

/** A repository of a registry, such as HOST/NAME. */
export type Repository = {
  host: string;
  name: string;
  /** What its owner gave, as `USER:PASSWORD`. */
  login?: string | undefined;
  /** Without TLS: a registry on this machine. */
  plainHttp?: boolean;
};

/** An image in a repository: its digest, and what its layers weigh as they are sent. */
export type Pushed = { digest: string; bytes: number };

type Manifest = { mediaType?: string; config?: { digest: string; size: number }; layers?: { size: number }[] };

/** Reads HOST/NAME. Throws an Error where it is no repository. */
export function parseRepository(text: string): Repository {
  const parts = /^([a-z0-9.-]+(?::\d+)?)\/([a-z0-9][a-z0-9._/-]*)$/.exec(text);
  if (!parts) throw new Error(`repository: found ${JSON.stringify(text)}, expected HOST/NAME without a tag`);
  return { host: parts[1] as string, name: parts[2] as string };
}

/**
 * Asks the registry for an image by tag or digest and compares it with what SageMaker takes: a Docker manifest, version 2,
 * of linux/amd64. Undefined where it is not there; throws an Error that says what is wrong with it.
 */
export async function findImage(repository: Repository, reference: string): Promise<Pushed | undefined> {
  const response = await get(repository, `manifests/${reference}`);
  if (response.status === 404) return undefined;
  const image = `${repository.name}@${reference}`;
  if (!response.ok) throw new Error(`${image}: the registry ${repository.host} answered ${response.status}, expected 200`);
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (type !== DOCKER_MANIFEST)
    throw new Error(`${image}: found a manifest of type ${type}, expected ${DOCKER_MANIFEST}, which SageMaker takes`);
  const digest = response.headers.get('docker-content-digest') ?? '';
  if (!/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error(`${image}: found the digest ${JSON.stringify(digest)}, expected sha256 and 64 digits`);
  const { config, layers = [] } = await jsonOf<Manifest>(response, image);
  if (!config) throw new Error(`${image}: found a manifest without a configuration, expected one`);
  const about = await get(repository, `blobs/${config.digest}`);
  const { os, architecture } = await jsonOf<{ os?: string; architecture?: string }>(about, image);
  if (os !== 'linux' || architecture !== 'amd64') throw new Error(`${image}: found ${os}/${architecture}, expected linux/amd64`);
  return { digest, bytes: layers.reduce((sum, { size }) => sum + size, config.size) };
}

/** Asks the registry. Throws an Error in words where it cannot be reached or does not answer in time. */
function get({ host, name, login, plainHttp }: Repository, path: string): Promise<Response> {
  const headers: Record<string, string> = { accept: ACCEPT };
  if (login !== undefined) headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  const url = `${plainHttp ? 'http' : 'https'}://${host}/v2/${name}/${path}`;
  return fetch(url, { headers, signal: AbortSignal.timeout(WITHIN) }).catch(({ message, cause }: Error) => {
    throw new Error(
      `the registry ${host}: found no answer (${cause instanceof Error ? cause.message || cause.name : message}), expected one`,
    );
  });
}

async function jsonOf<Document>(response: Response, image: string): Promise<Document> {
  return (await response.json().catch(() => {
    throw new Error(`${image}: found an answer that is not JSON, expected JSON`);
  })) as Document;
}
