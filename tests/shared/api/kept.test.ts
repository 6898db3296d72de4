import { expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { shownModel } from '../../../shared/access/shown-model.ts';
import { codedPart } from '../../../shared/api/coding.ts';
import { PUBLIC_PATHS } from '../../../shared/api/paths.ts';
import { problemReply } from '../../../shared/api/reply.ts';
import { route } from '../../../shared/api/routes.ts';
import { routeV2 } from '../../../shared/api/v2/v2.ts';
import { RequestError } from '../../../shared/errors.ts';
import { golden } from '../../support/golden.ts';

const model = loadModel(golden('heart-age').file);
const shown = shownModel(model);
/** As brotli has an empty text. */
const part = { brotli: 'Ow==', hash: '0123abcd' };
const asked = { parts: undefined, acceptEncoding: 'br' };
const health = () => ({ ok: true });
const DOCUMENTS = Object.keys(PUBLIC_PATHS).filter((path) => !/predict|health|importance|\.(?:js|css|svg|R)$/.test(path));

test.each(DOCUMENTS)('%s is written once, however often it is asked for', async (path) => {
  const one = await route('GET', path, model, health, asked);
  expect((one as { status: number }).status).toBe(200);
  expect(await route('GET', path, model, health, { ...asked })).toBe(one);
  // To whom it is not known who asks it is another text.
  expect(await route('GET', path, shown, health, { ...asked, access: 'keys' })).not.toBe(one);
});

test.each(
  Object.keys(PUBLIC_PATHS).filter((path) => !/predict|importance/.test(path)),
)('%s says what a cache on its way may do with it', async (path) => {
  const parts = { script: part, later: part, workbook: part, reasons: part, style: part, docs: part, docsStyle: part, canopyR: part };
  const reply = await route('GET', path, model, health, { ...asked, parts: parts as never });
  const { headers } = (typeof reply === 'string' ? undefined : reply)!;
  expect(headers['cache-control']).toEqual(
    headers['content-type'] === 'application/json' ? 'no-store' : expect.stringMatching(/no-cache|max-age/),
  );
});

test('nor may one keep a refusal', () => {
  expect(problemReply(new RequestError(401, 'no key'), 'id').headers['cache-control']).toBe('no-store');
});

test.each(['/', '/docs'])('%s is another text in another coding', async (path) => {
  const one = await route('GET', path, model, health, asked);
  expect(await route('GET', path, model, health, { ...asked, acceptEncoding: 'gzip' })).not.toEqual(one);
});

test("the page's data and the description of an API with keys are written once", async () => {
  const page = { ...asked, accept: 'application/vnd.canopy.page+json' };
  const data = await route('GET', '/model', model, health, page);
  expect(await route('GET', '/model', model, health, { ...page })).toBe(data);
  expect(await route('GET', '/model', model, health, asked)).not.toBe(data);
  const secured = await route('GET', '/openapi.json', shown, health, { ...asked, access: 'keys' });
  expect(await route('GET', '/openapi.json', shown, health, { ...asked, access: 'keys' })).toBe(secured);
  expect(await route('GET', '/openapi.json', shown, health, { ...asked, access: 'jwt' })).not.toEqual(secured);
});

test('what the Open Inference Protocol tells of a model is written once', () => {
  const { name } = model.card;
  const one = routeV2('GET', `/v2/models/${name}`, model, true);
  expect(routeV2('GET', `/v2/models/${name}`, model, true)).toBe(one);
  expect(routeV2('GET', `/v2/models/${name}/ready`, model, true)).not.toBe(one);
});

test('a part of the page is packed by gzip once', () => {
  expect(codedPart(part, 'gzip')).toBe(codedPart(part, 'gzip'));
  expect(codedPart({ ...part }, 'gzip')).not.toBe(codedPart(part, 'gzip'));
});
