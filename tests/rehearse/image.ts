import { rmSync } from 'node:fs';
import path from 'node:path';
import { must, run } from '../../container/deploy/command.ts';
import { golden } from '../support/golden.ts';
import { standInBases } from './bases.ts';
import { inside, modelFolder, startContainer, stopContainer } from './containers.ts';
import { check, has, PROJECT, post, statusOf } from './run.ts';
import type { Step } from './table.ts';
import { trainInImage } from './train.ts';

/** What the image may weigh, in bytes: unpacked, and as its layers are sent. */
const MOST_UNPACKED = 140e6;
/** Five times the second that is asked for: other work on the machine must not fail a rehearsal. */
const MOST_MS = 5_000;

const heartAge = golden('heart-age');

/** The image, built by buildah from its real Dockerfile and run by podman under the restrictions of a careful platform. */
export function imageSteps(env: NodeJS.ProcessEnv): Step[] {
  const needs = () => [has('buildah'), has('podman'), has('runc')];
  return [
    {
      step: 'image built',
      real: 'buildah, container/Dockerfile, npm ci, esbuild',
      other: 'the base image: Debian’s libraries and Node’s own binary under its name',
      needs: () => [...needs(), has('dpkg-deb')],
      work: () => build(env),
    },
    {
      step: 'image run as SageMaker runs it',
      real: 'podman: serve, read-only root, no capabilities, 256 MB, another uid',
      other: 'SageMaker',
      needs,
      work: () => serve(env),
    },
    {
      step: 'image trains as SageMaker runs it',
      real: 'podman: train, read-only root, no capabilities, 256 MB, a full disk',
      other: 'SageMaker',
      needs,
      work: () => trainInImage(env),
    },
    { step: 'image without any network', real: 'podman --network none', other: '', needs, work: () => offline(env) },
    { step: 'image alone, model inside', real: 'podman, no argument: page and API', other: '', needs, work: () => alone(env) },
  ];
}

async function build(env: NodeJS.ProcessEnv): Promise<string> {
  const made = await standInBases(env);
  await must(process.execPath, ['container/image.ts', 'build', '--tool', 'buildah'], { cwd: PROJECT, env, seconds: 600 });
  const bytes = Number((await must('podman', ['image', 'inspect', 'canopy', '--format', '{{.Size}}'], { env })).trim());
  check(bytes <= MOST_UNPACKED, `the image: found ${bytes} bytes unpacked, expected ${MOST_UNPACKED} at most`);
  return `${(bytes / 1e6).toFixed(1)} MB unpacked${made.length > 0 ? `; made ${made.join(', ')}` : ''}`;
}

async function serve(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = modelFolder(heartAge.file);
  const { id, url, readyMs } = await startContainer(env, folder, ['--user', '12345:12345']);
  check(readyMs < MOST_MS, `/ping: found 200 after ${Math.round(readyMs)} ms, expected within ${MOST_MS}`);
  const { status, answer } = await post(`${url}/invocations`, heartAge.rows);
  check(status === 200, `/invocations: found ${status}, expected 200`);
  compare(answer.predictions);
  check((await statusOf(`${url}/`)) === 404, 'GET / under serve: expected 404');
  // The container's check asks everything SageMaker will.
  const more = await run(process.execPath, ['container/image.ts', 'check', url], { cwd: PROJECT });
  check(more.code === 0, `image check: ${more.output.slice(-400)}`);
  const { code } = await stopContainer(env, id);
  check(code === 0, `podman stop: found exit code ${code}, expected 0`);
  rmSync(folder, { recursive: true });
  return `/ping 200 after ${Math.round(readyMs)} ms; ${heartAge.rows.length} rows with R’s bits; stopped with 0; image check passed`;
}

async function offline(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = modelFolder(heartAge.file);
  const { id } = await startContainer(env, folder, ['--network', 'none']);
  const script = `(async () => {
    for (let at = 0; at < 500; at += 1) {
      if (await fetch('http://127.0.0.1:8080/ping').then((r) => r.ok, () => false)) break;
      await new Promise((r) => setTimeout(r, 20));
    }
    const init = { method: 'POST', body: ${JSON.stringify(JSON.stringify(heartAge.rows))} };
    console.log(await (await fetch('http://127.0.0.1:8080/invocations', init)).text());
  })()`;
  compare(JSON.parse(await inside(env, id, script)).predictions);
  const { code } = await stopContainer(env, id);
  check(code === 0, `podman stop: found exit code ${code}, expected 0`);
  rmSync(folder, { recursive: true });
  return `${heartAge.rows.length} rows with R’s bits, asked from inside`;
}

async function alone(env: NodeJS.ProcessEnv): Promise<string> {
  const model = path.relative(PROJECT, heartAge.file);
  await must(process.execPath, ['container/image.ts', 'build', '--tool', 'buildah', '--model', model], { cwd: PROJECT, env, seconds: 300 });
  const { id, url } = await startContainer(env, undefined, [], []);
  check((await statusOf(`${url}/`)) === 200, 'GET /: expected the page');
  const { answer } = await post(`${url}/predict`, heartAge.rows);
  check(answer.servedBy === 'container', `POST /predict: found servedBy ${answer.servedBy}, expected container`);
  compare(answer.predictions);
  const { code } = await stopContainer(env, id);
  check(code === 0, `podman stop: found exit code ${code}, expected 0`);
  // The image without a model is the one that goes on.
  await must(process.execPath, ['container/image.ts', 'build', '--tool', 'buildah'], { cwd: PROJECT, env, seconds: 300 });
  return 'page and /predict answer; R’s bits';
}

function compare(predictions: unknown): void {
  const found = JSON.stringify(predictions);
  check(found === JSON.stringify(heartAge.predictions), `predictions: found ${found.slice(0, 80)}, expected R’s own`);
}
