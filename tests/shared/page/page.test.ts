import { describe, expect, test } from '@jest/globals';
import { loadModel } from '../../../model/artifact/import.ts';
import { buildPage } from '../../../model/bundle/build-page.ts';
import { documentReply } from '../../../shared/api/documents.ts';
import { RequestError } from '../../../shared/errors.ts';
import { sliderOf } from '../../../shared/page/html/fields.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';
import { answerQuery } from '../../../shared/predict.ts';
import type { Feature } from '../../../shared/schema/features.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { golden, variety as goldens } from '../../support/golden.ts';
import { PROJECT } from '../../support/project.ts';
import { dataOf, infoOf } from './made-up.ts';

const { page: parts } = await buildPage(PROJECT);

describe.each(goldens().map(({ name, file }) => ({ name, file })))('the page of $name', ({ file }) => {
  const model = loadModel(file);
  const html = documentReply('/', model, { parts, acceptEncoding: undefined }).body;

  test('has an input with a label for each feature', () => {
    model.schema.features.forEach((feature, at) => {
      expect(html).toContain(`<label for="f${at}" id="l${at}">${feature.name}</label>`);
      const fields: Record<string, string> = {
        factor: `<select id="f${at}"`,
        logical: model.schema.takesMissing ? `<select id="f${at}"` : `<input id="f${at}"[^>]* type="checkbox"`,
        number: `<input id="f${at}"[^>]* type="number"`,
      };
      const { isSwitch } = dataOf(html).features[at] as { isSwitch?: true };
      expect(html).toMatch(new RegExp(fields[isSwitch ? 'logical' : feature.type] as string));
      if (feature.type === 'factor') for (const level of feature.levels) expect(html).toContain(`>${level}</option>`);
      else if (feature.type === 'number' && sliderOf(feature))
        expect(html).toMatch(
          new RegExp(`<input class="slider" id="s${at}" type="range" min="[^"]+" max="[^"]+" step="[^"]+" value="[^"]+"`),
        );
    });
  });

  test('starts with a record that the model takes', () => {
    const record = Object.fromEntries(dataOf(html).features.map(({ name, start }) => [name, start]));
    expect(readValue(model.schema, record).count).toBe(1);
  });

  test('names the model and the first 8 digits of its sha256', () => {
    expect(html).toContain(`<span id="name">${model.card.name}</span>`);
    expect(html).toContain(`>${model.sha256.slice(0, 8)}</code>`);
  });

  test('has nothing inline, and only relative links', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    expect([...html.matchAll(/<script(?![^>]*type="application\/json")[^>]*>/g)].map(String)).toEqual([
      `<script src="page.js?${parts.script.hash}" data-later="later.js?${parts.later.hash}" data-workbook="workbook.js?${parts.workbook.hash}" data-reasons="reasons.js?${parts.reasons.hash}" defer>`,
    ]);
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]);
    expect(links.sort()).toEqual(['#card', 'docs', 'icon.svg', `page.css?${parts.style.hash}`, `page.js?${parts.script.hash}`]);
  });
});

describe('hostile names', () => {
  const hostile = `"><img src=x onerror=alert(1)>'&</script><!--<script>`;
  const card = { name: 'made-up', title: hostile, description: { en: hostile, pt: hostile } };
  const features: Feature[] = [
    { name: hostile, type: 'number', min: 0, max: 3 },
    { name: `${hostile}2`, type: 'factor', levels: [hostile], label: hostile },
    { name: `${hostile}3`, type: 'logical', label: { en: hostile, pt: hostile } },
  ];
  const html = pageHtml(infoOf(features, card));

  test('are escaped wherever they stand', () => {
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<!--');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    // Between tags and in attributes: title twice, description, three labels, a slider's label and a level.
    expect(html.split('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;&lt;/script&gt;&lt;!--&lt;script&gt;')).toHaveLength(9);
  });

  test('reach the script as they are', () => {
    const data = dataOf(html);
    expect(data.features.map(({ name }) => name)).toEqual(features.map(({ name }) => name));
    expect(data.card.title).toBe(hostile);
  });
});

test('the page begins with the answer to what its form starts with', () => {
  const model = loadModel(golden('heart-age').file);
  const asked = { parts, acceptEncoding: undefined };
  const first = documentReply('/', model, { ...asked, answer: (query) => answerQuery(model, query) });
  const [start] = dataOf(first.body).features.map((feature) => feature.start as number);
  const { predictions } = answerQuery(model, readValue(model.schema, [[start]]));
  expect(first.body).toContain(`<p id="exact">${predictions[0]}</p></details>`);
  const refused = () => {
    throw new RequestError(503, 'made up');
  };
  // Another object, since the page of one is made once.
  const none = documentReply('/', { ...model }, { ...asked, answer: refused });
  expect(none.body).toContain('<p id="exact"></p></details>');
});

test('is made once for a model, a coding and its parts', () => {
  const info = infoOf([{ name: 'x', type: 'number', default: 1 }]);
  let asked = 0;
  const answer = () => {
    asked += 1;
    return { predictions: [1] };
  };
  const get = (acceptEncoding: string | undefined) => documentReply('/', info, { parts, acceptEncoding, answer });
  for (const coding of ['br', 'gzip', undefined, 'br', 'gzip', undefined]) expect(get(coding).headers['content-encoding']).toBe(coding);
  expect(asked).toBe(3);
});

test('an answer of several numbers that is no curve shows all of them', () => {
  const html = pageHtml(infoOf([{ name: 'age', type: 'number' }]), undefined, { predictions: [[1.5, -2, 0.25]] });
  expect(html).toContain('<p id="answer"><strong class="word">1.5 · -2 · 0.25</strong></p>');
});
