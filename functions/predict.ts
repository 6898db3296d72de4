import { readFileSync } from 'node:fs';
import type { PageParts } from '../shared/page/parts.ts';
import { openEndpoint } from './endpoint.ts';
import { createFailover } from './failover.ts';
import { lambda } from './http.ts';
import { openLocal } from './local.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
const endpoint = settings.endpointName === undefined ? undefined : openEndpoint(settings.endpointName, settings, local.model);
const page: PageParts | undefined = settings.pageFile === undefined ? undefined : JSON.parse(readFileSync(settings.pageFile, 'utf8'));
const log = (entry: object) => console.log(JSON.stringify(entry));

/** The public API and its direct invoke: every path of shared/routes.ts. */
export const handler = lambda(createFailover(local, endpoint, log, page), log);
