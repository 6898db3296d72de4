import { expect, test } from '@jest/globals';
import { failedFallback, type LocalPredictor } from '../../functions/local.ts';
import { json, openFailover } from '../support/failover.ts';
import { golden } from '../support/golden.ts';

const { local, metrics, handlerFor, runtime } = openFailover();
const heartAge = golden('heart-age');
const at54 = heartAge.predictions[heartAge.rows.findIndex((row) => row.age === 54)];
const ours = local.model.sha256;
/** What an endpoint has that still holds another model: of another kind, with another number. */
const OTHER = { name: 'other', sha256: 'a'.repeat(64) };

/** Asks for the prediction of a body by a path of the API; `named` is what the header holds. */
async function ask(
  handler: (event: unknown) => Promise<Record<string, unknown>>,
  named: string | undefined,
  body = '{"age":54}',
  rawPath = '/predict',
) {
  const headers = { 'content-type': 'application/json', ...(named === undefined ? {} : { 'X-Model-Sha256': named }) };
  const answer = await handler({ version: '2.0', rawPath, headers, requestContext: { http: { method: 'POST' } }, body });
  return { status: answer.statusCode, headers: answer.headers as Record<string, string>, body: JSON.parse(String(answer.body)) };
}

test('where a call names the model held here, an endpoint with another one is not believed', async () => {
  const handler = handlerFor(await runtime(json(200, { predictions: [0.25], model: OTHER })));
  expect(await ask(handler, undefined)).toMatchObject({ status: 200, body: { predictions: [0.25], model: OTHER } });
  for (const named of [ours, ours.slice(0, 12), ours.toUpperCase()]) {
    const { status, headers, body } = await ask(handler, named);
    expect([status, headers['x-model-sha256']]).toEqual([200, ours]);
    expect(body).toMatchObject({ predictions: [at54], model: { sha256: ours }, servedBy: 'fallback', reason: 'mismatch' });
  }
  expect(metrics.filter((name) => name === 'LocalServed mismatch')).toHaveLength(3);
  expect(metrics).not.toContain('Mismatch');
});

test('where it names it, the endpoint with that model answers as ever', async () => {
  const handler = handlerFor(await runtime(json(200, { predictions: [at54], model: { name: 'heart-age', sha256: ours } })));
  expect((await ask(handler, ours)).body).toMatchObject({ predictions: [at54], servedBy: 'endpoint' });
});

test('where it names it and the fallback must not answer, an endpoint with another is not believed either: 503', async () => {
  const failed = 'check row 1 has another answer than at the import';
  const predict: LocalPredictor['predict'] = () => {
    throw failedFallback(failed);
  };
  const handler = handlerFor(await runtime(json(200, { predictions: [0.25], model: OTHER })), {}, { model: local.model, failed, predict });
  expect(await ask(handler, undefined)).toMatchObject({ status: 200, body: { model: OTHER } });
  const { status, body } = await ask(handler, ours);
  expect([status, body.detail]).toEqual([503, expect.stringContaining('check row 1')]);
});

test('where it names another, it is refused before its body is read or the endpoint asked, and told what to do', async () => {
  let calls = 0;
  const handler = handlerFor(
    await runtime((request, response) => {
      calls += 1;
      json(200, { predictions: [0.25], model: OTHER })(request, response);
    }),
  );
  const infer = `/v2/models/heart-age/versions/${ours.slice(0, 12)}/infer`;
  for (const [path, body] of [
    ['/predict', '{"age":54}'],
    ['/predict', 'no JSON'],
    [infer, '{}'],
  ] as const) {
    const refused = await ask(handler, OTHER.sha256, body, path);
    expect(refused.status).toBe(412);
    const told = path === infer ? refused.body.error : refused.body.detail;
    expect(told).toMatch(
      new RegExp(
        `^the model that was asked for \\(x-model-sha256 aaaaaaaaaaaa…\\) was replaced by another \\(${ours.slice(0, 12)}…\\): load`,
      ),
    );
  }
  expect(calls).toBe(0);
});

test.each([
  '',
  'abc',
  ours.slice(0, 13),
  `${ours}, ${ours}`,
  'x'.repeat(64),
])('a header that is no sha256 is refused in words: %j', async (named) => {
  const { status, body } = await ask(handlerFor('http://127.0.0.1:1'), named);
  const found = JSON.stringify(named.slice(0, 80));
  expect([status, body.detail]).toEqual([
    400,
    `found x-model-sha256 ${found}, expected the 64 hex digits of a model's sha256, or their first 12`,
  ]);
});
