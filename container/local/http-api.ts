/** Cross-origin resource sharing as an HTTP API is configured with it. */
export type Cors = { origins: string[]; methods: string[]; headers: string[]; exposed: string[]; maxAge: number };

/** What serverless.yml says of the API: its routes (`METHOD /path`, or `$default` for all else), and the function behind all of them. */
export type HttpApi = {
  /** File and export, such as functions/predict.handler. */
  handler: string;
  routes: string[];
  cors: Cors;
  /** The function's time-out, in milliseconds. */
  timeoutMs: number;
};

/** The API of serverless.yml; tests/container/deploy/templates.integration.test.ts holds both equal. */
export const HTTP_API: HttpApi = {
  handler: 'functions/predict.handler',
  routes: ['POST /predict', 'GET /', 'GET /model', 'GET /openapi.json', 'GET /health', '$default'],
  cors: {
    origins: ['*'],
    methods: ['GET', 'POST'],
    headers: ['accept', 'content-type', 'x-request-id', 'x-model-sha256', 'authorization', 'x-api-key'],
    exposed: ['x-request-id', 'x-served-by', 'x-model-sha256', 'server-timing'],
    maxAge: 3_600,
  },
  timeoutMs: 8_000,
};

/** The limits of an HTTP API (the developer guide's page on quotas), and of what Lambda takes and gives. In bytes. */
export const LIMITS = {
  /** A request's line and the values of its headers, together. */
  head: 10_240,
  body: 10_485_760,
  /** The event as JSON, in which a body as base64 is a third longer; and the answer. */
  payload: 6_291_556,
};

/** The key of the route that a request takes; undefined where there is none. A path of the list has no parameters. */
export function routeKeyOf(routes: string[], method: string, path: string): string | undefined {
  const known = [`${method} ${path}`, `ANY ${path}`, '$default'];
  return known.find((key) => routes.includes(key));
}
