import { RequestError } from '../../errors.ts';
import type { ModelInfo } from '../../schema/card.ts';
import type { Schema } from '../../schema/features.ts';
import { datatypeOf } from '../../wire/dialects/datatypes.ts';
import { keptReply } from '../kept.ts';
import { jsonReply, type Reply } from '../reply.ts';
import { outputsOf } from './outputs.ts';

/** What a request of the Open Inference Protocol is for; of a model by its name and, where one is given, its version. */
export type V2Route =
  | { is: 'server' | 'live' | 'ready' }
  | { is: 'model' | 'model-ready' | 'infer'; name: string; version: string | undefined };

/** The paths of the protocol, for the text of a 404. */
export const V2_PATHS = ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/{name}', '/v2/models/{name}/ready'].concat([
  '/v2/models/{name}/infer',
]);

/** What the server says of itself. The extension is Triton's, with which tritonclient sends and asks by default. */
const SERVER = { name: 'canopy', version: '2', extensions: ['binary_tensor_data'] };

/** Finds out what a path of the protocol is for; a slash at its end counts for nothing. Throws a 404, or a 405 with Allow. */
export function findV2(method: string, path: string): V2Route {
  const found = match(path.replace(/\/$/, ''));
  if (!found) throw new RequestError(404, `there is nothing at this path; there is ${V2_PATHS.join(', ')}`);
  const isPost = found.is === 'infer';
  if (isPost ? method !== 'POST' : method !== 'GET' && method !== 'HEAD') {
    const allow = isPost ? 'POST' : 'GET, HEAD';
    throw new RequestError(405, `this method is not for this path; expected ${allow}`, [], { allow });
  }
  return found;
}

function match(path: string): V2Route | undefined {
  if (path === '/v2') return { is: 'server' };
  if (path === '/v2/health/live') return { is: 'live' };
  if (path === '/v2/health/ready') return { is: 'ready' };
  const [, name, version, action] = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  const is = action === 'infer' ? 'infer' : action === 'ready' ? 'model-ready' : 'model';
  return { is, name: decode(name), version: version === undefined ? undefined : decode(version) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A model's version: the first 12 digits of its sha256, which change as its numbers may. */
export function versionOf(sha256: string): string {
  return sha256.slice(0, 12);
}

/** Throws a 404 where a request is for another version than the model has. The whole sha256 is taken too. */
export function checkVersion({ sha256 }: { sha256: string }, version: string | undefined): void {
  if (version === undefined || version === versionOf(sha256) || version === sha256) return;
  throw new RequestError(404, `there is no such version of this model; there is ${versionOf(sha256)}`);
}

/** Throws a 404 where a request is for another model than the one there is. */
export function checkModelName(name: string, expected: string): void {
  if (name !== expected) throw new RequestError(404, `there is no model of this name; there is ${expected}`);
}

/** The reply to a request about the server, or about `model`, which goes by `name`. `ready`: whether it can answer. */
export function v2Reply(route: V2Route, ready: boolean, model: ModelInfo | undefined, name: string): Reply {
  switch (route.is) {
    case 'server':
      return jsonReply(SERVER);
    case 'live':
      return jsonReply({ live: true });
    case 'ready':
      return jsonReply({ ready }, ready ? 200 : 503);
    case 'model-ready':
      return jsonReply({ name, ready }, ready ? 200 : 503);
    default:
      return keptReply(model as ModelInfo, `/v2/models/${name}`, () => jsonReply(modelMetadata(model as ModelInfo, name)));
  }
}

/** The reply to a request of the protocol where there is one model, or `infer` where it is one for predictions. Throws a 404 or a 405. */
export function routeV2(method: string, path: string, model: ModelInfo, ready: boolean): Reply | 'infer' {
  const route = findV2(method, path);
  const { name } = model.card;
  if ('name' in route) {
    checkModelName(route.name, name);
    checkVersion(model, route.version);
    if (route.is === 'infer') return 'infer';
  }
  return v2Reply(route, ready, model, name);
}

/** The model's metadata: a tensor for each feature, and what it can answer with. */
function modelMetadata({ schema, sha256 }: ModelInfo, name: string): object {
  return {
    name,
    versions: [versionOf(sha256)],
    platform: 'canopy_r',
    inputs: schema.features.map((feature) => ({ name: feature.name, datatype: datatypeOf(feature), shape: [-1] })),
    outputs: outputsOf(schema),
  };
}

/** The names of the outputs a model has, for the text of an error. */
export function outputNames(schema: Schema): string {
  return outputsOf(schema)
    .map(({ name }) => name)
    .join(', ');
}
