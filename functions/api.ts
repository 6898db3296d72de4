import { readFileSync } from 'node:fs';
import type { PageParts } from '../shared/page/base/parts.ts';
import { openEndpoint } from './endpoint/endpoint.ts';
import { guardEndpoint } from './endpoint/guard.ts';
import { createFailover } from './failover.ts';
import { type Handler, lambda } from './http.ts';
import type { LocalPredictor } from './local.ts';
import type { Settings } from './settings.ts';
import { openTelemetry } from './telemetry.ts';

/**
 * What answers the calls of one environment: all of the API, with the endpoint and the keys where the settings name them. A file of
 * its own, since a start without either needs nothing of it.
 */
export function openApi(settings: Settings, local: LocalPredictor): Handler {
  const { auth, endpointName, pageFile } = settings;
  const endpoint = endpointName === undefined ? undefined : openEndpoint(endpointName, settings, local.model);
  // The first request asks it: its client is loaded now, while Lambda gives an environment that starts a whole processor.
  void endpoint?.prepare();
  const guard = endpoint && guardEndpoint(endpoint, settings);
  let parts: PageParts | undefined;
  /** Read when the page is first asked for, which most environments never are. */
  const page = () => {
    if (pageFile !== undefined) parts ??= JSON.parse(readFileSync(pageFile, 'utf8')) as PageParts;
    return parts;
  };
  const telemetry = openTelemetry('predict', settings.stage);

  const answer = createFailover(local, guard, telemetry, { dualShare: settings.dualShare, page });
  /** What asks who calls, where callers are asked; loaded then alone. */
  const access =
    auth === 'none'
      ? undefined
      : import('./access/access.ts').then(({ openAccess }) =>
          openAccess({ kind: auth, stage: settings.stage, model: local.model, page, log: telemetry.log }, answer),
        );
  return lambda(access ? async (call) => (await access)(call) : answer, telemetry, settings.basePath);
}
