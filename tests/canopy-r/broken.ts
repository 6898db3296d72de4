import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Said = [status: number, body: unknown, headers?: Record<string, string>];

const MODEL = {
  name: 'm',
  features: [
    { name: 'a', type: 'number' },
    { name: 'f', type: 'factor' },
  ],
  takesMissing: false,
};

/** What /NAME/model answers, where it is no model. */
const MODELS: Record<string, (key: string) => Said> = {
  html: () => [200, '<html><body>It works</body></html>'],
  code: () => [200, '{"features": system("touch canopy-r-was-run"), "x": 1}'],
  deep: () => [200, '['.repeat(50_000)],
  redirect: () => [302, '', { location: '../echo/model' }],
  forbidden: () => [403, { message: 'Forbidden' }],
  text: () => [500, '"oops"'],
  key: (key) => [403, { detail: `key ${key}` }],
};

/** What /NAME/predict answers, by the rows that are sent and how often it was asked. */
const ANSWERS: Record<string, (rows: unknown[][], asked: number) => Said> = {
  busy: (rows, asked) => (asked % 2 === 1 ? [503, { detail: 'busy' }] : [200, { predictions: rows.map(() => 1.5) }]),
  large: () => [413, { detail: 'too large', errors: [{ path: '/a', message: 'too long' }, { message: 'only a message' }] }],
  short: () => [200, { predictions: [1] }],
  other: () => [200, { status: 'ok' }],
  deploy: (rows, asked) => [200, { predictions: rows.map(() => 'new'), model: { name: 'm', sha256: `${asked}` } }],
  calibrated: (rows, asked) => [
    200,
    { predictions: rows.map(() => 'new'), model: { name: 'm', sha256: 'a' }, interval: { sha256: `${asked}` } },
  ],
  background: (rows, asked) => [
    200,
    { predictions: rows.map(() => 'new'), model: { name: 'm', sha256: 'a' }, explain: { sha256: `${asked}` } },
  ],
  echo: (rows) => [200, { predictions: rows.map(([a, f]) => `${a}|${f}`) }],
};

/** A server whose every path is broken in another way, and its address: what canopy_endpoint() has to take in words. */
export async function brokenServer(): Promise<{ server: Server; url: string }> {
  let asked = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, name = '', path] = request.url!.split('/');
      if (name === 'cut' && path === 'predict') {
        response.writeHead(200, { 'content-length': '1000' }).write('{"pred');
        setTimeout(() => response.destroy(), 50);
        return;
      }
      const rows = () => JSON.parse(Buffer.concat(chunks).toString()).dataframe_split.data as unknown[][];
      if (path === 'predict') asked += 1;
      const said: Said =
        path === 'predict' ? ANSWERS[name]!(rows(), asked) : (MODELS[name]?.(String(request.headers['x-api-key'])) ?? [200, MODEL]);
      const [status, body, headers = {}] = said;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
