import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';
import { boxOf, drawn, shoot } from './chromium.ts';
import { serveAnswers } from './servers.ts';
import { chanceAt, exact, HEART_AGE, inChromium, infoOf, says, visits } from './visits.ts';

const { urls, open, closeAll } = visits({
  age: HEART_AGE,
  ...Object.fromEntries(['iris', 'heart-probability', 'warpbreaks-partition', 'veteran-survival'].map((name) => [name, golden(name).file])),
});

const veteran = golden('veteran-survival');

inChromium('any model has its page', () => {
  test('iris: four sliders, the class and where it changes', async () => {
    const page = await open(urls.iris!);
    expect(await page.getByRole('slider').count()).toBe(4);
    await page.getByRole('spinbutton', { name: 'Petal.Width' }).fill('0.6');
    await page.getByRole('spinbutton', { name: 'Petal.Length' }).fill('1.4');
    await page.locator('#answer', { hasText: 'setosa' }).waitFor();
    await page.locator('#plot[aria-label^="Petal.Length from"]').waitFor();
    expect(await page.getByRole('combobox', { name: 'Input', exact: true }).inputValue()).toBe('2');
    expect(await drawn(page, '#plot')).toBeGreaterThan(100);
    await page.getByRole('combobox', { name: 'Input', exact: true }).selectOption('Petal.Width');
    await page.locator('#plot[aria-label^="Petal.Width from"]').waitFor();
    await closeAll();
  });

  test('probability: a bar for each class, and a line for each in the plot', async () => {
    const { rows, predictions } = golden('heart-probability');
    const query = new URLSearchParams(Object.entries(rows[0]!).map(([name, value]) => [name, String(value)]));
    const page = await open(`${urls['heart-probability']}?${query}`);
    expect(await page.getByRole('slider').count()).toBe(10);
    expect(await page.getByRole('switch').count()).toBe(3);
    const presence = (predictions[0] as Record<string, number>).presence as number;
    const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1 }).format(presence);
    await page.locator('#shares', { hasText: `presence${percent}` }).waitFor();
    await page.locator('#plot[aria-label*="presence from"][aria-label*="absence from"]').waitFor();
    await shoot(page, 'probability');
    await closeAll();
  });

  test('classification: the number of trees that vote for each class, exactly, and their shares as the curve', async () => {
    const page = await open(`${urls.iris!}?Petal.Length=4.9&Petal.Width=1.7`);
    const model = loadModel(golden('iris').file);
    const row = Object.fromEntries(
      await Promise.all(
        model.schema.features.map(async ({ name }) => [name, Number(await page.getByRole('spinbutton', { name }).inputValue())]),
      ),
    );
    const all = answerQuery(model, readValue(model.schema, { instances: [row], parameters: { predictAll: true } }))
      .predictions[0] as number[];
    const codes = model.body.kind.codes!(model.body.data)!;
    await page.locator('#shares', { hasText: 'of 500 trees' }).waitFor();
    const told = await page.locator('#shares > div').evaluateAll((bars) => bars.map((bar) => bar.textContent));
    expect(told).toEqual(
      model.schema.classes!.map((label, at) => `${label}${all.filter((code) => code === codes[at]).length} of 500 trees`),
    );
    expect(all).toHaveLength(500);
    expect(await page.locator('#plot').getAttribute('aria-label')).toMatch(/setosa from .*%.*; versicolor from .*%.*; virginica from/);
    await closeAll();
  });

  test('small curves of all features stand beside each other, and the one touched is large', async () => {
    const page = await open(urls['heart-probability']!);
    await page.locator('#small button path').first().waitFor({ state: 'attached' });
    expect(await page.locator('#small button').count()).toBe(13);
    await page.locator('#small button', { hasText: 'thalach' }).click();
    await page.locator('#plot[aria-label^="thalach from"]').waitFor();
    expect(await page.locator('#small [aria-pressed="true"]').textContent()).toBe('thalach');
    // A few whole numbers are bars, one each, and so is a switch.
    await page.locator('#small button', { hasText: /^ca$/ }).click();
    await page.locator('#levels > div').nth(4).waitFor();
    expect(await page.locator('#levels dt').allTextContents()).toEqual(['0', '1', '2', '3', '4']);
    await page.locator('#levels > div', { hasText: /^3/ }).click();
    expect(await page.getByRole('spinbutton', { name: 'ca' }).inputValue()).toBe('3');
    await closeAll();
  });

  test('with many features the answer and the curve stay in sight while the form scrolls', async () => {
    const page = await open(urls['heart-probability']!, { viewport: { width: 1280, height: 800 } });
    await page.locator('#small button path').first().waitFor({ state: 'attached' });
    await page.getByRole('spinbutton', { name: 'thal', exact: true }).evaluate((field) => field.scrollIntoView({ block: 'end' }));
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(300);
    for (const place of ['#answer', '#plot']) {
      const box = await boxOf(page, place);
      expect([place, box.y >= 0, box.y + box.height <= 800]).toEqual([place, true, true]);
    }
    await closeAll();
  });

  test('with one feature there is no hole under the form: the answer stands there', async () => {
    const page = await open(urls.age!, { viewport: { width: 1280, height: 800 } });
    await page.locator('#plot .over').waitFor();
    const [form, answer, curve] = await Promise.all(['#form', '#prediction', '#response'].map((place) => boxOf(page, place)));
    expect(answer!.y - form!.y - form!.height).toBeLessThan(24);
    expect(answer!.x).toBe(form!.x);
    expect(Math.abs(curve!.y + curve!.height - answer!.y - answer!.height)).toBeLessThan(2);
    await closeAll();
  });

  test('a form knows what the model tells: switches, whole steps, starts between the ends', async () => {
    const page = await open(urls['heart-probability']!);
    for (const name of ['sex', 'fbs', 'exang']) expect(await page.getByRole('switch', { name }).count()).toBe(1);
    for (const [name, min, max] of [
      ['ca', '0', '4'],
      ['thal', '0', '3'],
      ['cp', '0', '3'],
    ] as const) {
      const field = page.getByRole('spinbutton', { name, exact: true });
      expect(await Promise.all(['min', 'max', 'step'].map((key) => field.getAttribute(key)))).toEqual([min, max, '1']);
      expect(await field.inputValue()).toMatch(/^[12]$/);
    }
    expect(await page.locator('[data-feature="9"] .ends').textContent()).toBe('04.2');
    await page.getByRole('switch', { name: 'sex' }).check();
    await page.waitForURL(/sex=1/);
    expect(await page.locator('#code').textContent()).toContain('"sex":1');
    expect(await page.locator('#w1').textContent()).toBe('1');
    await closeAll();
  });

  test('a value outside of what was learnt is marked, by what is true of the model', async () => {
    const page = await open(urls['heart-probability']!);
    const age = page.getByRole('spinbutton', { name: 'age' });
    expect(await page.locator('.outside:visible').count()).toBe(0);
    await age.fill('1000');
    await page.getByText('Above 76.5 the model sees no difference: its answer stays the same.').waitFor();
    await age.fill('1');
    await page.getByText(/^Below 3\d(?:\.5)? the model sees no difference: its answer stays the same\.$/).waitFor();
    await age.fill('50');
    await page.locator('#o0').waitFor({ state: 'hidden' });
    await closeAll();
  });

  test('16 digits only where somebody asks for them', async () => {
    const page = await open(urls.age!);
    expect(await page.locator('main').innerText()).not.toMatch(/\d\.\d{8}/);
    await page.getByText('All digits').click();
    expect(await page.locator('#exact').innerText()).toBe(String(chanceAt(25)));
    await closeAll();
  });

  test('factors: a select for each, and a bar for each level', async () => {
    const { rows, predictions } = golden('warpbreaks-partition');
    const page = await open(urls['warpbreaks-partition']!);
    const row = rows.at(-1) as Record<string, string>;
    for (const [name, level] of Object.entries(row)) await page.getByRole('combobox', { name, exact: true }).selectOption(level);
    await says(page, predictions.at(-1) as number);
    await page.locator('#levels [aria-current]', { hasText: row.tension as string }).waitFor();
    expect(await page.locator('#levels > div').count()).toBe(3);
    await shoot(page, 'factors');
    await closeAll();
  });

  test('survival: R’s curve over time, and along each feature at a chosen time', async () => {
    const row = veteran.rows[0] as Record<string, string | number>;
    const query = new URLSearchParams(Object.entries(row).map(([name, value]): [string, string] => [name, String(value)]));
    const page = await open(`${urls['veteran-survival']!}?${query}`);
    await page.locator('#survival .over').waitFor();
    const times = veteran.times as number[];
    const survival = veteran.predictions[0] as number[];
    const median = times[survival.findIndex((share) => share <= 0.5)] as number;
    // The share beside the time says how near to a half it is.
    const half = survival.find((share) => share <= 0.5)!;
    const shown = half.toLocaleString('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
    expect(await page.locator('#answer').textContent()).toBe(`Half last until time ${median.toLocaleString('en')} ${shown} last longer`);
    const last = survival.at(-1)!.toLocaleString('en', { style: 'percent', minimumFractionDigits: 1 });
    expect(await page.locator('#survival').getAttribute('aria-label')).toContain(`from 100 % to ${last} at ${times.at(-1)}`);
    expect(await drawn(page, '#survival')).toBeGreaterThan(100);
    await page.getByRole('combobox', { name: 'Input', exact: true }).selectOption('karno');
    await page.locator('#plot[aria-label^="karno from"]').waitFor();
    const before = await page.locator('#plot[aria-label]').getAttribute('aria-label');
    await page.getByRole('slider', { name: 'at time' }).fill('5');
    await page.locator(`#plot:not([aria-label="${before}"])`).waitFor();
    await page.getByRole('combobox', { name: 'celltype' }).selectOption('large');
    await page.locator('#levels [aria-current]', { hasText: 'large' }).waitFor();
    await page.getByRole('combobox', { name: 'Input', exact: true }).selectOption('karno');
    await page.locator('#plot .over').waitFor();
    await shoot(page, 'survival');
    await closeAll();
  });

  test('survival has neutral words, and those of a sidecar: its label, and its unit with the number and on the axis', async () => {
    const times = [10, 122, 300];
    const info = infoOf('survival', [{ name: 'x', type: 'number', min: 0, max: 9, step: 1 }], { times });
    const answer = ({ rows }: { rows: number[][] }) => ({ predictions: rows.map(() => [0.9, 0.4, 0.2]), times });
    const plain = await open(await serveAnswers(info, answer));
    expect(await plain.locator('#answer').textContent()).toBe('Half last until time 122 40.0% last longer');
    expect(await plain.locator('body').innerText()).not.toMatch(/surviv|live|death|die/i);
    const told = { ...info, card: { ...info.card, answer: { label: 'Half of the pumps run longer than', unit: 'days' } } };
    const page = await open(await serveAnswers(told, answer));
    expect(await page.locator('#answer').textContent()).toBe('Half of the pumps run longer than 122 days 40.0% last longer');
    expect(await page.locator('#curve').innerText()).toContain('Share that lasts longer');
    await closeAll();
  });

  test('a class alone has its shares beside it where the model gives them by a type', async () => {
    const info = infoOf('classification', [{ name: 'x', type: 'number', min: 0, max: 10, step: 0.1 }], {
      classes: ['low', 'high'],
      types: ['class', 'prob'],
    });
    const page = await open(
      await serveAnswers(info, ({ rows, parameters }) => {
        const shares = rows.map(([x]) => ({ low: 1 - (x as number) / 10, high: (x as number) / 10 }));
        return { predictions: parameters?.type === 'prob' ? shares : shares.map(({ low, high }) => (low > high ? 'low' : 'high')) };
      }),
    );
    await page.getByRole('spinbutton', { name: 'x' }).fill('2.5');
    await page.locator('#shares', { hasText: 'low75.0%high25.0%' }).waitFor();
    expect(await page.locator('#answer').textContent()).toBe(' low');
    await page.locator('#plot[aria-label*="low from 100.0% to 0.0%; high from 0.0% to 100.0%"]').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/\btrees\b/);
    await closeAll();
  });

  test('several numbers: all of them, each with its line, and exactly where somebody asks', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 0.1 }], { types: ['response', 'se'] });
    const page = await open(
      await serveAnswers(info, ({ rows, parameters }) => ({
        predictions: rows.map(([x]) => [x, -(x as number), 1 / 3]),
        ...(parameters?.type === 'se' && { se: rows.map(() => [0.5, 0.5, 0.5]) }),
      })),
    );
    expect(await page.locator('#answer').textContent()).toBe(' 5 · -5 · 0.3333');
    expect(await exact(page)).toBe('5\n-5\n0.3333333333333333');
    await page.locator('#plot .over').waitFor();
    expect(await page.locator('#plot .line').count()).toBe(3);
    expect(await page.locator('#plot').getAttribute('aria-label')).toContain('1 from 0 to 10; 2 from 0 to -10; 3 from 0.3333 to 0.3333');
    expect(await drawn(page, '#plot')).toBeGreaterThan(100);
    expect(await page.locator('#plot .band').count()).toBe(0);
    await closeAll();
  });

  test('a large number keeps its digits before the decimal mark, in the answer and at the axis', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }]);
    const page = await open(await serveAnswers(info, ({ rows }) => ({ predictions: rows.map(([x]) => 165_850 + (x as number) + 0.25) })));
    expect(await page.locator('#answer').textContent()).toBe(' 165,855');
    expect(await exact(page)).toBe('165855.25');
    await page.locator('#plot .over').waitFor();
    const marks = await page.locator('#plot .end').allTextContents();
    expect(marks).toContain('165,854');
    expect(new Set(marks).size).toBe(marks.length);
    await closeAll();
  });

  test('a number that may be missing says so where it is left empty', async () => {
    const info = { ...infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }], { takesMissing: true }) };
    const page = await open(await serveAnswers(info, ({ rows }) => ({ predictions: rows.map(([x]) => (x === null ? -1 : 1)) })), {
      locale: 'pt-BR',
    });
    const field = page.getByRole('spinbutton', { name: 'x' });
    expect(await field.getAttribute('placeholder')).toBe('ausente');
    await field.fill('');
    await says(page, -1);
    await closeAll();
  });

  test('standard errors: a band around the curve', async () => {
    const info = infoOf('regression', [{ name: 'x', type: 'number', min: 0, max: 10, step: 0.1 }], { types: ['response', 'se'] });
    const types: unknown[] = [];
    const url = await serveAnswers(info, ({ rows, parameters }) => {
      types.push(parameters?.type);
      const se = parameters?.type === 'se' ? { se: rows.map(([x]) => 0.1 + (x as number) / 50) } : {};
      return { predictions: rows.map(([x]) => Math.sin(x as number)), ...se, servedBy: 'fallback', reason: 'forced' };
    });
    const page = await open(url);
    await page.getByText('± 1.96 standard errors').waitFor();
    expect(types).toEqual([undefined, 'se']);
    await shoot(page, 'band');
    await closeAll();
  });

  test('a model of thousands of features has its curve: no request is larger than a server takes', async () => {
    const features = Array.from({ length: 3_000 }, (_, at) => ({ name: `x${at}`, type: 'number' as const, min: 0, max: 1, step: 0.001 }));
    const values: number[] = [];
    const url = await serveAnswers(infoOf('regression', features), ({ rows }) => {
      values.push(rows.length * features.length);
      return { predictions: rows.map(([x]) => x) };
    });
    const page = await open(url);
    await page.locator('#plot .line').waitFor();
    await page.locator('#small button').first().waitFor();
    expect(Math.max(...values)).toBeLessThanOrEqual(250_000);
    await closeAll();
  });
});
