import type { Reply } from '../../shared/api/reply.ts';
import { checkVersion, findV2, type V2Route, v2Reply } from '../../shared/api/v2/v2.ts';
import { RequestError } from '../../shared/errors.ts';
import type { Models, Served } from './models.ts';

/** A model that a request of the Open Inference Protocol is for, and the name that it goes by. */
export type Named = { served: Served; name: string };

/**
 * What a request of the Open Inference Protocol comes to: a reply, or the model that is to predict. Models that are loaded go by
 * the names they were loaded with. `isStopping`: it is not ready for more. Throws a 404 for a path, a model or a version that there
 * is not, and a 405.
 */
export function routeInferenceProtocol(
  request: { method: string; path: string },
  { served, models }: { served: Served | undefined; models: Models | undefined },
  isStopping: boolean,
): Reply | Named {
  const route = findV2(request.method, request.path);
  if (!('name' in route)) return v2Reply(route, !isStopping && served?.failed === undefined, undefined, '');
  const one = modelOf(route, served, models);
  checkVersion(one.model, route.version);
  if (route.is === 'infer') return { served: one, name: route.name };
  return v2Reply(route, !isStopping && one.failed === undefined, one.model, route.name);
}

function modelOf({ name }: Extract<V2Route, { name: string }>, served: Served | undefined, models: Models | undefined): Served {
  if (served?.model.card.name === name) return served;
  if (models) return models.get(name);
  throw new RequestError(404, `there is no model of this name; there is ${served?.model.card.name}`);
}
