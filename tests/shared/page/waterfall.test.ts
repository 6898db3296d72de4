import { expect, test } from '@jest/globals';
import { generator } from '../../../shared/math/generator.ts';
import { pageData } from '../../../shared/page/base/data.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';
import { barBetween, roundedWay, scaleOf, waterfallOf } from '../../../shared/page/plot/waterfall.ts';
import { reasonsText, whyText } from '../../../shared/page/plot/why-text.ts';
import type { Language } from '../../../shared/page/words/texts.ts';
import { laterWords } from '../../../shared/page/words/texts-later.ts';
import { whyWords } from '../../../shared/page/words/texts-why.ts';
import { wordsIn } from '../../../shared/page/words/words.ts';
import type { ExplainWay } from '../../../shared/schema/explain-ask.ts';
import type { Feature } from '../../../shared/schema/features.ts';
import { infoOf } from './made-up.ts';

const FEATURES: Feature[] = [
  { name: 'age', type: 'number', label: { en: 'Age', pt: 'Idade' }, unit: { en: 'years', pt: 'anos' } },
  { name: 'sex', type: 'factor', levels: ['f', 'm'], words: { f: { en: 'female', pt: 'feminino' } } },
];

/** A model made up, which can be explained by some ways. */
function explained(ways: ExplainWay[], card: Parameters<typeof infoOf>[1] = {}) {
  const info = infoOf(FEATURES, card);
  return { ...info, schema: { ...info.schema, explain: { sha256: 'cd'.repeat(32), ways, isRounded: false, isReal: false } } };
}
const told = (language: Language) => whyWords(wordsIn(language));
const later = (language: Language) => laterWords(wordsIn(language));
const PATH: ExplainWay = { background: 'path', outputs: ['response'], work: 1 };

test('the strongest contribution comes first, and each step starts where the one before ended', () => {
  const all = waterfallOf(0.5, { a: 0.125, b: -0.25, c: 0.0625 });
  expect(all.steps).toEqual([
    { name: 'b', inputs: 1, by: -0.25, from: 0.5, to: 0.25 },
    { name: 'a', inputs: 1, by: 0.125, from: 0.25, to: 0.375 },
    { name: 'c', inputs: 1, by: 0.0625, from: 0.375, to: 0.4375 },
  ]);
  expect([all.start, all.end, all.low, all.high]).toEqual([0.5, 0.4375, 0.25, 0.5]);
});

test('the weak ones are one step, and so are those that change nothing; a rest of one has its name', () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`x${at}`, 2 ** at]));
  const { steps, end } = waterfallOf(0, many, 8);
  expect(steps).toHaveLength(9);
  expect(steps.at(-1)).toEqual({ inputs: 4, by: 15, from: 4080, to: 4095 });
  expect(end).toBe(4095);
  expect(waterfallOf(0, { a: 1, b: 0, c: 1e-14 }).steps).toEqual([
    { name: 'a', inputs: 1, by: 1, from: 0, to: 1 },
    { inputs: 2, by: 0, from: 1, to: 1 },
  ]);
  expect(waterfallOf(0, { a: 1, b: 0 }).steps[1]).toEqual({ name: 'b', inputs: 1, by: 0, from: 1, to: 1 });
  expect(waterfallOf(0, { a: 4, b: 3, c: 2 }, 2).steps.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('a bar lies between its two numbers, in percent of what the way spans', () => {
  const span = { low: -1, high: 3 };
  expect(barBetween(span, -1, 1)).toEqual({ left: 0, width: 50 });
  expect(barBetween(span, 3, 2)).toEqual({ left: 75, width: 25 });
  expect(barBetween({ low: 2, high: 2 }, 2, 2)).toEqual({ left: 50, width: 0 });
});

test('the numbers that are read add up, each within one of its last digit', () => {
  const random = generator(7);
  for (let round = 0; round < 200; round += 1) {
    const count = 1 + Math.floor(random() * 12);
    const contributions = Object.fromEntries(Array.from({ length: count }, (_, at) => [`x${at}`, random() < 0.2 ? 0 : random() - 0.5]));
    const way = waterfallOf(random(), contributions);
    const { start, end, changes } = roundedWay(way, 3);
    const thousandths = (value: number) => Math.round(1000 * value);
    expect(thousandths(start) + changes.reduce((sum, one) => sum + thousandths(one), 0)).toBe(thousandths(end));
    expect([start, end]).toEqual([thousandths(way.start) / 1000, thousandths(way.end) / 1000]);
    changes.forEach((one, at) => {
      expect(Math.abs(one - way.steps[at]!.by)).toBeLessThan(0.001);
      if (way.steps[at]!.by === 0) expect(one).toBe(0);
    });
  }
});

test('the scale ends at round numbers around the way', () => {
  expect(scaleOf({ low: 0.54, high: 0.861 })).toEqual({ low: 0.5, high: 0.9 });
  expect(scaleOf({ low: -3, high: 21 })).toEqual({ low: -10, high: 30 });
  // The last bit of a sum is no share above 100 %.
  expect(scaleOf({ low: 0.332, high: 1 + 2 ** -52 })).toEqual({ low: 0.3, high: 1 });
  expect(scaleOf({ low: 2, high: 2 })).toEqual({ low: 2, high: 2 });
});

test('the sentences say it in both languages, in points where the answer is a share', () => {
  const data = pageData(explained([PATH], { answer: { label: 'Chance', percent: true } }));
  const why = { baseline: 0.54, contributions: { age: 0.08, sex: -0.02 } };
  expect(whyText(data, why, [54, 'f'], told('en'))).toBe(
    'The average answer is 54.0%. Age (54 years) adds 8.0 percentage points. sex (female) takes away 2.0 percentage points. With all inputs it is 60.0%.',
  );
  expect(whyText(data, why, [54, null], told('pt'))).toBe(
    'A resposta média é 54,0%. Idade (54 anos) soma 8,0 pontos percentuais. sex (ausente) tira 2,0 pontos percentuais. Com todas as entradas é 60,0%.',
  );
  expect(reasonsText(data, why, [54, 'f'], later('en'))).toBe('Age (54 years) +8.0; sex (female) −2.0');
  expect(reasonsText(data, { ...why, time: 90 }, [54, 'f'], later('en'))).toBe(
    '“Share that lasts longer than 90 (time)”: Age (54 years) +8.0; sex (female) −2.0',
  );
});

test('in a cell, what speaks against a class is never among what speaks for it', () => {
  const data = pageData(explained([PATH], { answer: { label: 'Chance', percent: true } }));
  const cell = (age: number, sex: number, language: 'en' | 'pt' = 'en') =>
    reasonsText(data, { class: 'ill', baseline: 0.54, contributions: { age, sex } }, [54, 'f'], later(language));
  expect(cell(-0.08, 0.02)).toBe('for “ill”: sex (female) +2.0; against it: Age (54 years) −8.0');
  expect(cell(-0.08, 0.02, 'pt')).toBe('a favor de “ill”: sex (feminino) +2,0; contra isso: Idade (54 anos) −8,0');
  expect(cell(-0.08, -0.02)).toBe('against “ill”: Age (54 years) −8.0; sex (female) −2.0');
  expect(cell(0, 0.02)).toBe('for “ill”: sex (female) +2.0');
});

test('a number has its unit, a score has none, and a class is named', () => {
  const card = { answer: { label: 'Way', unit: 'km' } };
  const why = { baseline: 10, contributions: { age: 2.5, sex: 0 } };
  expect(whyText(pageData(explained([PATH], card)), why, [54, 'm'], told('en'))).toBe(
    'The average answer is 10 km. Age (54 years) adds 2.5 km. sex (m): no change. With all inputs it is 12.5 km.',
  );
  const score = pageData(explained([{ ...PATH, outputs: ['margin'] }], card));
  expect(whyText(score, { ...why, class: 'ill' }, [54, 'm'], told('en'))).toBe(
    'For “ill” the average answer is 10. Age (54 years) adds 2.5. sex (m): no change. With all inputs it is 12.5.',
  );
});

test('the page asks for the answer itself where that can be explained soon, else for the score', () => {
  const rows: ExplainWay = { background: 'rows', outputs: ['margin', 'response'], work: 1 };
  const margin: ExplainWay = { ...PATH, outputs: ['margin'] };
  const askOf = (...ways: ExplainWay[]) => pageData(explained(ways)).explain;
  expect(askOf(PATH, rows)).toEqual({ background: 'path', output: 'response' });
  expect(askOf(margin, rows)).toEqual({ background: 'rows', output: 'response' });
  expect(askOf(margin, { ...rows, work: 1e9 })).toEqual({ background: 'path', output: 'margin' });
  expect(askOf({ ...PATH, workOfMissing: 1e9 })).toBeUndefined();
  expect(askOf({ ...PATH, work: Number.POSITIVE_INFINITY })).toBeUndefined();
  expect(pageHtml(explained([{ ...PATH, work: 1e9 }]))).not.toContain('id="why"');
  expect(pageHtml(explained([PATH]))).toContain('id="why"');
});
