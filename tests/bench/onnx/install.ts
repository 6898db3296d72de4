import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { outputOf } from '../children.ts';
import { CACHE } from '../forests.ts';

/** Pinned, and none of the project's dependencies: it is 300 MB. */
const PACKAGE = 'onnxruntime-node';
const VERSION = '1.30.0';

/** The folder with onnxruntime-node, installed there where it is not yet; or why it cannot be had. */
export async function installOnnx(say: (line: string) => void): Promise<{ folder: string } | { missing: string }> {
  const folder = path.join(CACHE, `onnxruntime-${VERSION}`);
  const done = path.join(folder, 'installed');
  if (existsSync(done)) return { folder };
  say(`${PACKAGE} ${VERSION} is installed into ${path.relative(process.cwd(), folder)}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  try {
    // Its install script fetches CUDA's parts alone.
    const brief = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
    await outputOf('npm', ['install', '--prefix', folder, '--ignore-scripts', ...brief, `${PACKAGE}@${VERSION}`]);
  } catch (error) {
    return { missing: `npm could not install ${PACKAGE}@${VERSION}: ${(error as Error).message.split('\n')[0]}` };
  }
  writeFileSync(done, '');
  return { folder };
}
