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
