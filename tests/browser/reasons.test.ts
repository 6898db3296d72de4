import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { loadModel } from '../../model/artifact/import.ts';
import { splitLine } from '../../shared/page/sheet/rows.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readBody } from '../../shared/wire/read-body.ts';
import { golden } from '../support/golden.ts';
import { PROJECT } from '../support/project.ts';
import { boxOf } from './chromium.ts';
import { inChromium, openDialog, violations, visits } from './visits.ts';

const HEART = `${PROJECT}model/examples/heart/heart.canopy`;
const { urls, open, closeAll } = visits({ heart: HEART, plain: golden('iris').file });

const heart = loadModel(HEART);
const { importance } = heart.schema.explain!;
/** The places of the features, that with the greatest importance first. */
const byImportance = [...importance!.keys()].sort((one, other) => importance![other]! - importance![one]!);

/** The first rows of the example's data, without what it predicts. */
const lines = readFileSync(`${PROJECT}model/examples/heart/heart.csv`, 'utf8').trim().split('\n').slice(0, 21);
const csv = `${lines.join('\n')}\n`;

/** The strongest reason of each row, by the model itself. */
function strongest(): { feature: string; by: number }[] {
  const query = readBody(heart.schema, Buffer.from(csv), 'csv');
  const { explanations } = answerQuery(heart, { ...query, parameters: { ...query.parameters, explain: {} } });
  return explanations!.map(({ contributions }) => {
    const [[feature, by]] = Object.entries(contributions).sort(([, one], [, other]) => Math.abs(other) - Math.abs(one)) as [
      [string, number],
    ];
    return { feature, by };
  });
}

/** What stands in a cell of reasons for a strongest one, but for the value. */
function expected({ feature, by }: { feature: string; by: number }, language: 'en' | 'pt'): RegExp {
  const { label = feature } = heart.schema.features.find(({ name }) => name === feature)!;
  const name = typeof label === 'string' ? label : label[language];
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const size = new Intl.NumberFormat(language, digits).format(Math.abs(100 * by));
  const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const [plus, minus] = language === 'en' ? ['for', 'against'] : ['a favor de', 'contra'];
  // The first of its side: those for the class stand before those against it.
  return new RegExp(
    `(?:^|; )${by > 0 ? plus : minus} (?:“.+?”|it|isso): ${literal(name)} \\(.+?\\) ${by > 0 ? '\\+' : '−'}${literal(size)}`,
  );
}

async function drop(page: Page): Promise<void> {
  await page.locator('#file').setInputFiles({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await page.locator('#download').waitFor();
}

async function downloaded(page: Page): Promise<string[][]> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
  const text = readFileSync(await download.path(), 'utf8').trim();
  return text.split('\n').map((line) => splitLine(line, ','));
}

const fieldNames = (page: Page) =>
  page.locator('#form > .field').evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset.feature)));

inChromium('the reasons of rows, and the inputs by their importance', () => {
  test('the strongest input comes first in the form; a button puts them into the model’s order, and the keyboard goes along', async () => {
    const page = await open(urls.heart!);
    expect(await fieldNames(page)).toEqual(byImportance);
    const button = page.getByRole('button', { name: 'In the order of the data' });
    await button.click();
    expect(await fieldNames(page)).toEqual([...byImportance.keys()]);
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    await page.locator('#f0').focus();
    for (let presses = 0; presses < 2; presses += 1) await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('f1');
    await page.locator('#f0').fill('60');
    await button.click();
    expect(await fieldNames(page)).toEqual(byImportance);
    expect(await page.locator('#f0').inputValue()).toBe('60');
    await closeAll();
    const plain = await open(urls.plain!);
    expect(await plain.locator('#sort').count()).toBe(0);
    expect(await plain.locator('#reasons, #others').count()).toBe(0);
    await closeAll();
  });

  test('the preview of a spreadsheet has the three strongest reasons in words, the download where they are asked for', async () => {
    const page = await open(urls.heart!);
    await drop(page);
    const cells = page.locator('#preview tbody tr td.told');
    await page.locator('#preview thead th.told', { hasText: 'reasons (percentage points)' }).waitFor();
    const reasons = strongest();
    const texts = await cells.allTextContents();
    expect(texts).toHaveLength(8);
    texts.forEach((text, row) => {
      expect(text).toMatch(expected(reasons[row]!, 'en'));
    });
    const plain = await downloaded(page);
    expect(plain[0]).not.toContain('reasons');
    await page.getByRole('button', { name: 'Português' }).click();
    await page.getByLabel('Pôr as três razões mais fortes de cada linha no arquivo').check();
    await page.locator('#preview thead th.told', { hasText: 'razões' }).waitFor();
    const whole = await downloaded(page);
    expect(whole[0]).toEqual([...plain[0]!, 'razões (pontos percentuais)']);
    whole.slice(1).forEach((line, row) => {
      expect(line.at(-1)).toMatch(expected(reasons[row]!, 'pt'));
      // What stood there without them is the same: numbers stay numbers.
      expect(line.slice(0, -1)).toEqual(plain[row + 1]);
    });
    expect(await violations(page)).toEqual([]);
    await closeAll();
  }, 60_000);

  test('a curve stands beside the lines of made-up rows, where they are asked for', async () => {
    const page = await open(urls.heart!);
    await page.locator('#along').selectOption({ label: 'Highest heart rate (bpm)' });
    await page.locator('#plot .line').first().waitFor();
    expect(await page.locator('#plot .thin').count()).toBe(0);
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.getByLabel('with made-up examples').check();
    await page.locator('#plot .thin').first().waitFor();
    expect(await page.locator('#plot .thin').count()).toBe(12);
    expect(await page.locator('#plot-note').textContent()).toContain('made-up examples');
    // The rows that are asked for have the values of drawn rows, along the chosen feature.
    const asked = sent.flatMap((body) => (body === '' ? [] : [JSON.parse(body).dataframe_split.data as unknown[][]]));
    const rows = asked.find((rows) => rows.length > 201)!;
    const { drawnRows } = heart.schema.explain!;
    const age = heart.schema.features.findIndex(({ name }) => name === 'age');
    expect(new Set(rows.map((row) => row[age]))).toEqual(
      new Set(Array.from({ length: 12 }, (_, row) => drawnRows![row * heart.schema.features.length + age])),
    );
    expect(await violations(page)).toEqual([]);
    await page.locator('#along').selectOption({ label: 'Sex' });
    await page.locator('#levels > div').first().waitFor();
    expect(await page.locator('#beside').isVisible()).toBe(false);
    await closeAll();
  });

  test('a wide window has the reasons beside the answer, a narrower one below, and nothing slides over them', async () => {
    for (const [width, isBeside] of [
      [1440, true],
      [1280, true],
      [1000, false],
    ] as const) {
      const page = await open(urls.heart!, { viewport: { width, height: 900 } });
      await page.locator('#why[aria-busy="false"]').waitFor();
      const [answer, why] = await Promise.all(['#prediction', '#why'].map((id) => boxOf(page, id)));
      expect([width, why!.x >= answer!.x + answer!.width, why!.y < answer!.y + answer!.height]).toEqual([width, isBeside, isBeside]);
      // Scrolled to, they are covered by nothing that stays in sight.
      await page.locator('#why').evaluate((element) => element.scrollIntoView({ block: 'end' }));
      const isCovered = await page.locator('#why').evaluate((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        const places = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) =>
          [0.2, 0.5, 0.8].map((y) => [left + x * (right - left), top + y * (bottom - top)]),
        );
        return places.some(([x, y]) => y! > 0 && y! < innerHeight && !element.contains(document.elementFromPoint(x!, y!)));
      });
      expect([width, isCovered]).toEqual([width, false]);
      await closeAll();
    }
  });

  test('the card has the inputs by their importance, in points, and how much worse the answers get without each', async () => {
    const page = await open(urls.heart!);
    const dialog = await openDialog(page, 'About the model');
    const list = dialog.locator('ol li');
    const { permutation } = heart.schema.explain!;
    const first = byImportance[0]!;
    const told = (value: number, options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en', options).format(value);
    const points = told(100 * importance![first]!, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    const worse = told(permutation!.increases[first]!, { maximumSignificantDigits: 3 });
    expect(await list.count()).toBe(byImportance.length);
    expect(await list.first().textContent()).toBe(`Main vessels coloured on X-ray (of 3): ${points} percentage points (+${worse})`);
    expect(await dialog.textContent()).toContain('(log loss) on the training data (0.211)');
    await closeAll();
  });
});
