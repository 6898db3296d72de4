import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildArtifact } from '../model/build.ts';
import { ecrLogin } from './aws.ts';
import { buildImage, findTool, pushImage } from './image-tool.ts';
import { parseRepository } from './registry.ts';

const HELP = `Builds, pushes and checks the container's image, with docker, podman or buildah, whichever is there.

  npm run image -- build [--model FILE]            builds it as "canopy", with the model inside where one is named
  npm run image -- push REPOSITORY [--plain-http]  pushes it and prints REPOSITORY@sha256:...; logs in to ECR by itself
  npm run image -- check URL | IMAGE               asks a container what SageMaker will ask of it; what else it takes: check --help

  --tool NAME   docker, podman or buildah
`;
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === undefined || command === '--help' || command === '-h') {
    process.stdout.write(HELP);
    return;
  }
  if (command === 'build') return build(rest);
  if (command === 'push') return push(rest);
  if (command === 'check') return check(rest);
  throw new Error(`npm run image: found ${command}, expected build, push or check (see --help)`);
}

async function build(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { model: { type: 'string' }, tool: { type: 'string' } } });
  const tool = await findTool(values.tool);
  // Only what lies in the project reaches the build, so it is imported here, and its check rows computed.
  const model = values.model === undefined ? undefined : path.relative(PROJECT, buildArtifact(path.resolve(values.model), PROJECT).file);
  const id = await buildImage(tool, PROJECT, model, (text) => process.stderr.write(text));
  console.log(`canopy is image ${id.slice(0, 16)}, built with ${tool}`);
}

async function push(args: string[]): Promise<void> {
  const options = { tool: { type: 'string' }, 'plain-http': { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new Error('npm run image -- push: expected one repository, HOST/NAME');
  const tool = await findTool(values.tool);
  const repository = parseRepository(name);
  const login = await ecrLogin(repository.host);
  const { image, bytes, wasThere } = await pushImage(tool, { ...repository, login, plainHttp: values['plain-http'] ?? false });
  process.stderr.write(`${wasThere ? 'was there' : 'pushed'}: a Docker manifest, linux/amd64, ${(bytes / 1e6).toFixed(1)} MB compressed\n`);
  console.log(image);
}

/** The check is a file of its own, so that an image can be checked without anything of AWS. */
async function check(args: string[]): Promise<void> {
  const file = new URL('./check-container.ts', import.meta.url);
  if (!existsSync(file)) throw new Error('npm run image -- check: found no container/check-container.ts, expected it');
  const { main: run } = (await import(file.href)) as { main: (args: string[]) => Promise<void> };
  await run(args);
}
