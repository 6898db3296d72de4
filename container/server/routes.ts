import { withoutSlash } from '../../shared/api/paths.ts';
import { isV2 } from '../../shared/api/v2/form.ts';
import { RequestError } from '../../shared/errors.ts';

/**
 * What a request is for; `label` is how metrics call it. `v2`: a path of the Open Inference Protocol. `public`: one of the API's own
 * paths, or none at all.
 */
export type Route = { label: string } & (
  | { is: 'ping' | 'invocations' | 'execution-parameters' | 'metrics' | 'models' | 'v2' | 'public' }
  | { is: 'model' | 'invoke'; name: string }
);

/** What SageMaker asks of a container, each path with its methods (HEAD is answered as GET). */
const PATHS = {
  '/ping': { is: 'ping', methods: ['GET', 'HEAD'] },
  '/invocations': { is: 'invocations', methods: ['POST'] },
  '/execution-parameters': { is: 'execution-parameters', methods: ['GET', 'HEAD'] },
  '/metrics': { is: 'metrics', methods: ['GET', 'HEAD'] },
} as const;
/** Those routes, made once. */
const ROUTES = new Map(
  Object.entries(PATHS).map(([path, { is, methods }]) => [path, { route: { is, label: path } satisfies Route, methods }]),
);
/** What vetiver's clients ask for, beside SageMaker's paths: predictions, and documents on the model. */
const VETIVER = new Map<string, Route>([
  ['/predict', { is: 'invocations', label: '/predict' }],
  ['/metadata', { is: 'public', label: 'public' }],
  ['/prototype', { is: 'public', label: 'public' }],
]);
const MODELS = { is: 'models', methods: ['POST', 'GET', 'HEAD'] } as const;

/**
 * Finds out what a request is for. In the mode `alone` what is not SageMaker's may be a public path. Throws a 404, or a 405
 * with Allow.
 */
export function findRoute(mode: 'sagemaker' | 'alone', hasModels: boolean, method: string, sent: string): Route {
  const path = withoutSlash(sent);
  const known = ROUTES.get(path);
  if (known) {
    checkMethod(method, known.methods, path);
    return known.route;
  }
  if (hasModels && path === '/models') {
    checkMethod(method, MODELS.methods, path);
    return { is: 'models', label: path };
  }
  const [, encoded, invoke] = (hasModels && /^\/models\/([^/]+)(\/invoke)?$/.exec(path)) || [];
  if (encoded !== undefined) {
    const name = decodeName(encoded);
    checkMethod(method, invoke ? ['POST'] : ['GET', 'HEAD', 'DELETE'], invoke ? '/models/{name}/invoke' : '/models/{name}');
    return invoke ? { is: 'invoke', name, label: '/models/{name}/invoke' } : { is: 'model', name, label: '/models/{name}' };
  }
  if (isV2(path)) return { is: 'v2', label: path.endsWith('/infer') ? '/v2/models/{name}/infer' : '/v2' };
  if (mode === 'alone') return { is: 'public', label: 'public' };
  const vetiver = VETIVER.get(path);
  if (vetiver) {
    checkMethod(method, vetiver.is === 'invocations' ? ['POST'] : ['GET', 'HEAD'], path);
    return vetiver;
  }
  const there = [...Object.keys(PATHS), ...VETIVER.keys(), '/v2', ...(hasModels ? ['/models'] : [])];
  throw new RequestError(404, `there is nothing at this path; there is ${there.join(', ')}`);
}

function checkMethod(method: string, methods: readonly string[], path: string): void {
  if (methods.includes(method)) return;
  const allow = methods.join(', ');
  throw new RequestError(405, `this method is not for ${path}; expected ${allow}`, [], { allow });
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new RequestError(404, 'no model of this name is loaded');
  }
}
