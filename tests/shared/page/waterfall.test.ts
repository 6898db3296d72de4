import { expect, test } from '@jest/globals';
import { pageData } from '../../../shared/page/base/data.ts';
import { pageHtml } from '../../../shared/page/html/page.ts';
import { barBetween, waterfallOf } from '../../../shared/page/plot/waterfall.ts';
import { whyText } from '../../../shared/page/plot/why-text.ts';
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

test('the sentences say it in both languages, in points where the answer is a share', () => {
  const data = pageData(explained([PATH], { answer: { label: 'Chance', percent: true } }));
  const why = { baseline: 0.54, contributions: { age: 0.08, sex: -0.02 } };
  expect(whyText(data, why, [54, 'f'], wordsIn('en'))).toBe(
    'Starts at 54.0%. Age (54 years) adds 8.0 points. sex (female) takes away 2.0 points. Ends at 60.0%.',
  );
  expect(whyText(data, why, [54, null], wordsIn('pt'))).toBe(
    'Começa em 54,0%. Idade (54 anos) soma 8,0 pontos. sex (ausente) tira 2,0 pontos. Termina em 60,0%.',
  );
});

test('a number has its unit, a score has none, and a class is named', () => {
  const card = { answer: { label: 'Way', unit: 'km' } };
  const why = { baseline: 10, contributions: { age: 2.5, sex: 0 } };
  expect(whyText(pageData(explained([PATH], card)), why, [54, 'm'], wordsIn('en'))).toBe(
    'Starts at 10 km. Age (54 years) adds 2.5 km. sex (m): no change. Ends at 12.5 km.',
  );
  const score = pageData(explained([{ ...PATH, outputs: ['margin'] }], card));
  expect(whyText(score, { ...why, class: 'ill' }, [54, 'm'], wordsIn('en'))).toBe(
    'Class: ill. Starts at 10. Age (54 years) adds 2.5. sex (m): no change. Ends at 12.5.',
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
