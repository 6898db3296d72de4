import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { openApi } from './api.ts';
import { openLocal } from './local.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
/** Where an endpoint or a table of keys is asked, that begins at the start; else what answers is loaded by the first request. */
const isAsking = settings.endpointName !== undefined || settings.auth !== 'none';
let api = isAsking ? openApi(settings, local) : undefined;

/** The public API and its direct invoke: every path of shared/api/routes.ts, and the Open Inference Protocol. */
export const handler = async (event: unknown, context: Context): Promise<unknown> => {
  api ??= openApi(settings, local);
  return api(event, context);
};
