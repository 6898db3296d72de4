import { readFileSync } from 'node:fs';
import type { PageParts } from '../shared/page/base/parts.ts';
import { openEndpoint } from './endpoint/endpoint.ts';
import { guardEndpoint } from './endpoint/guard.ts';
import { createFailover } from './failover.ts';
import { lambda } from './http.ts';
import { openLocal } from './local.ts';
import { readSettings } from './settings.ts';
import { openTelemetry } from './telemetry.ts';

const settings = readSettings(process.env);
const local = openLocal(readFileSync(settings.modelFile), settings.modelFile);
const { endpointName } = settings;
const endpoint = endpointName === undefined ? undefined : openEndpoint(endpointName, settings, local.model);
// The first request asks it: its client is loaded now, while Lambda gives an environment that starts a whole processor.
void endpoint?.prepare();
const guard = endpoint && guardEndpoint(endpoint, settings);
const pageBytes = settings.pageFile === undefined ? undefined : readFileSync(settings.pageFile);
let parts: PageParts | undefined;
/** Parsed when the page is first asked for, which most environments never are. */
const page = () => {
  if (pageBytes !== undefined) parts ??= JSON.parse(pageBytes.toString()) as PageParts;
  return parts;
};
const telemetry = openTelemetry('predict', settings.stage);

const answer = createFailover(local, guard, telemetry, { dualShare: settings.dualShare, page });
const { auth } = settings;
/** What asks who calls, where callers are asked; loaded then alone. */
const access =
  auth === 'none'
    ? undefined
    : import('./access/access.ts').then(({ openAccess }) =>
        openAccess({ kind: auth, stage: settings.stage, model: local.model, page, log: telemetry.log }, answer),
      );
/** The public API and its direct invoke: every path of shared/api/routes.ts, and the Open Inference Protocol. */
export const handler = lambda(access ? async (call) => (await access)(call) : answer, telemetry, settings.basePath);
