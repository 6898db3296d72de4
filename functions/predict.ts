import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { openApi } from './api.ts';
import { openLocal } from './local.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
let api = settings.opensAtStart ? openApi(settings, local) : undefined;

/** The public API and its direct invoke: every path of shared/api/routes.ts, and the Open Inference Protocol. */
export const handler = async (event: unknown, context: Context): Promise<unknown> => {
  api ??= openApi(settings, local);
  return api(event, context);
};
