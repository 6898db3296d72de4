import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Handler } from './host.ts';

/**
 * Loads a function from its sources, as Lambda does by the name of its handler (`functions/predict.handler`). It reads this process's
 * environment as it is loaded. Rejects with what the function throws at its start.
 */
export async function loadHandler(project: string, name: string): Promise<Handler> {
  const { dir, name: file, ext } = path.parse(name);
  const exported: Record<string, unknown> = await import(pathToFileURL(path.join(project, dir, `${file}.ts`)).href);
  const handler = exported[ext.slice(1)];
  if (typeof handler !== 'function') throw new Error(`${name}: found ${typeof handler}, expected a function`);
  return handler as Handler;
}
