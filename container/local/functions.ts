import { pathToFileURL } from 'node:url';
import type { Handler } from './host.ts';

/**
 * Loads a function of a module, as Lambda does by the name of its handler (`functions/predict.handler`). It reads this process's
 * environment as it is loaded. Rejects with what the function throws at its start.
 */
export async function loadHandler(module: string, name: string): Promise<Handler> {
  const exported: Record<string, unknown> = await import(pathToFileURL(module).href);
  const handler = exported[name.slice(name.lastIndexOf('.') + 1)];
  if (typeof handler !== 'function') throw new Error(`${name}: found ${typeof handler}, expected a function`);
  return handler as Handler;
}
