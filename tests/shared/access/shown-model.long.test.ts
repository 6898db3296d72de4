import { expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { shownModel } from '../../../shared/access/shown-model.ts';
import type { PageRequest } from '../../../shared/api/documents.ts';
import type { Reply } from '../../../shared/api/reply.ts';
import { route } from '../../../shared/api/routes.ts';
import { variety } from '../../support/golden.ts';

const ASKED: PageRequest = { parts: undefined, acceptEncoding: undefined, access: 'keys' };

test.each(
  variety().map(({ name, file }) => ({ name, file })),
)('open documents on $name name the features and tell no end of a range and no start of a field', async ({ file }) => {
  const model = loadModel(file);
  const shown = shownModel(model);
  const ends = model.schema.features.flatMap((feature) => [...(('range' in feature && feature.range) || []), feature.default]);
  // Short ones stand everywhere (examples, limits), and cannot be told from a range.
  const telling = ends.map(String).filter((text) => /\d/.test(text) && text.length > 3 && !text.startsWith('2024-01-31'));
  for (const path of ['/', '/openapi.json', '/docs']) {
    const { status, body } = (await route('GET', path, shown, () => ({ ok: true }), ASKED)) as Reply;
    expect(status).toBe(200);
    expect(telling.filter((number) => body.includes(number))).toEqual([]);
    for (const { name } of model.schema.features.slice(0, 3)) if (/^\w+$/.test(name)) expect(body).toContain(name);
  }
});

test('a model as it is shown has types, levels, units and words, and neither range, start, nor a measure of its training', () => {
  const shown = shownModel({
    schema: {
      kind: 'survival',
      takesMissing: false,
      times: [1.25, 7.5],
      features: [
        { name: 'x', type: 'number', range: [1, 2], min: 0, max: 3, step: 0.5, default: 1.5, unit: 'mm', label: 'the x' },
        { name: 'd', type: 'date', range: ['2020-01-01', '2021-01-01'], default: '2020-02-02' },
        { name: 'f', type: 'factor', levels: ['a', 'b'], default: 'b', words: { a: 'A' } },
      ],
    },
    card: {
      name: 'm',
      title: 'M',
      madeBy: 'ranger(y ~ x)',
      source: { file: 'm.RDS', sha256: '0'.repeat(64) },
      proof: { rows: 12, agreed: 12, by: 'R', drawn: false },
    },
    sha256: '1'.repeat(64),
  });
  expect(shown).toEqual({
    schema: {
      kind: 'survival',
      takesMissing: false,
      times: [],
      features: [
        { name: 'x', type: 'number', unit: 'mm', label: 'the x' },
        { name: 'd', type: 'date' },
        { name: 'f', type: 'factor', levels: ['a', 'b'], words: { a: 'A' } },
      ],
    },
    card: { name: 'm', title: 'M', madeBy: '', source: { file: '', sha256: '' } },
    sha256: '1'.repeat(64),
  });
});

test('a page that asks for a key has nothing of the data, and the fields that it has are those that come with the key', async () => {
  const features = Array.from({ length: 250 }, (_, at) => ({ name: `g${at}`, type: 'number' as const }));
  const drawnRows = Float64Array.from({ length: 2 * features.length }, (_, at) => 12_345 + at);
  const explain = {
    sha256: '2'.repeat(64),
    ways: [{ background: 'rows' as const, outputs: ['response' as const], work: 10 }],
    isRounded: false,
    isReal: false,
    // The last feature is the most important one.
    importance: Float64Array.from(features, (_, at) => at),
    permutation: { loss: 'rmse' as const, target: 'y', rows: 9, base: 1, increases: new Float64Array(features.length) },
    drawnRows,
  };
  const card = { name: 'm', madeBy: 'a test', source: { file: 'm.RDS', sha256: '0'.repeat(64) } };
  const model = { schema: { kind: 'regression' as const, takesMissing: false, features, explain }, card, sha256: '1'.repeat(64) };
  const dataOf = async (path: string, whose: typeof model | ReturnType<typeof shownModel>, page: PageRequest) => {
    const { body } = (await route('GET', path, whose, () => ({ ok: true }), page)) as Reply;
    return [
      String(body),
      JSON.parse(/<script type="application\/json" id="model">(.*?)<\/script>/.exec(String(body))?.[1] ?? String(body)),
    ];
  };
  const [html, locked] = await dataOf('/', shownModel(model), ASKED);
  expect(html).not.toContain('12345');
  expect(locked.others).toBeUndefined();
  const [, { order, others }] = await dataOf('/model', model, {
    ...{ parts: undefined, acceptEncoding: undefined },
    accept: 'application/vnd.canopy.page+json',
  });
  expect(order[0]).toBe(199);
  expect(order.toSorted((one: number, other: number) => one - other)).toEqual(locked.order);
  expect(html).toContain('id="others"');
  expect(others).toHaveLength(2);
});
