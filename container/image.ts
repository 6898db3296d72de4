import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildArtifact } from '../model/artifact/build.ts';
import { printableText } from '../model/artifact/printable.ts';
import { print, readCommandLine } from '../model/commands/command-line.ts';
import { ecrLogin } from './deploy/aws.ts';
import { buildImage, findTool, pushImage } from './deploy/image-tool.ts';
import { parseRepository } from './deploy/registry.ts';

const HELP = `Builds, pushes and checks the container's image, with docker, podman or buildah, whichever is there.

  npm run image -- build [--model FILE]            builds it as "canopy"
  npm run image -- push HOST/NAME [--plain-http]   pushes it and prints HOST/NAME@sha256:...; logs in to ECR by itself
  npm run image -- check URL [--start COMMAND]     asks a container what SageMaker will ask of it, whoever made it
  npm run image -- check IMAGE [--model DIR]       the same of an image, which podman or docker starts and ends

  --model FILE     build: the model inside the image; without it the container waits for one in /opt/ml/model
  --base IMAGE     build: the image it is built on, by digest (node:24-bookworm-slim@sha256:...)
  --tool NAME      build, push: docker, podman or buildah
  --plain-http     push: to a registry without TLS
  --row CSV        check: one row of the model's features, without a header (else the container is asked)
  --start COMMAND  check: starts this first, ends it by SIGTERM and times that; it must listen on URL
  --model DIR      check: the folder mounted as /opt/ml/model
`;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

await main().catch((error: Error) => {
  process.stderr.write(printableText(error.message));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === undefined || command === '--help' || command === '-h') {
    print(HELP);
    return;
  }
  if (command === 'build') return build(rest);
  if (command === 'push') return push(rest);
  if (command === 'check') return check(rest);
  throw new Error(`npm run image: found ${command}, expected build, push or check (see --help)`);
}

async function build(args: string[]): Promise<void> {
  const options = {
    model: { type: 'string' },
    base: { type: 'string' },
    tool: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values } = readCommandLine({ args, options });
  if (values.help) return print(HELP);
  const tool = await findTool(values.tool);
  // Only what lies in the project reaches the build, so it is imported here, and its check rows computed.
  const model = values.model === undefined ? undefined : path.relative(PROJECT, buildArtifact(path.resolve(values.model), PROJECT).file);
  const id = await buildImage(tool, PROJECT, { model, base: values.base, onOutput: (text) => process.stderr.write(text) });
  console.log(`canopy is image ${id.slice(0, 16)}, built with ${tool}`);
}

async function push(args: string[]): Promise<void> {
  const options = { tool: { type: 'string' }, 'plain-http': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = readCommandLine({ args, options, allowPositionals: true });
  if (values.help) return print(HELP);
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new Error(`npm run image -- push: found ${positionals.join(' ') || 'no repository'}, expected one, HOST/NAME`);
  const tool = await findTool(values.tool);
  const repository = parseRepository(name);
  const login = await ecrLogin(repository.host);
  const { image, bytes, wasThere } = await pushImage(tool, { ...repository, login, plainHttp: values['plain-http'] ?? false });
  process.stderr.write(`${wasThere ? 'was there' : 'pushed'}: a Docker manifest, linux/amd64, ${(bytes / 1e6).toFixed(1)} MB compressed\n`);
  console.log(image);
}

/** The check is a separate file, so that an image can be checked without anything of AWS. */
async function check(args: string[]): Promise<void> {
  const file = new URL('./check/check-container.ts', import.meta.url);
  if (!existsSync(file)) throw new Error('npm run image -- check: found no container/check/check-container.ts, expected it');
  const { main: run } = (await import(file.href)) as { main: (args: string[]) => Promise<void> };
  await run(args);
}
