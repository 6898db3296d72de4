import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../model/artifact/import.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';
import { shoot } from './chromium.ts';
import { serveAnswers } from './servers.ts';
import { inChromium, infoOf, visits } from './visits.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'canopy-intervals-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cars = golden('spread-lm');
const flowers = golden('iris-randomForest');
const names = Object.keys(flowers.rows[0]!);
const lines = flowers.rows.map((row, at) => [...names.map((name) => row[name]), at % 3 === 0 ? 'setosa' : 'virginica'].join());
const calibration = { bytes: Buffer.from([[...names, 'Species'].join(), ...lines].join('\n')), file: 'rows.csv', target: undefined };
const calibrated = path.join(folder, 'flowers.canopy');
writeFileSync(calibrated, importModel(flowers.file, { calibration }));

const { urls, open, closeAll } = visits({ cars: cars.file, flowers: calibrated });

inChromium('the page shows an interval beside the answer', () => {
  test('of a number, in both languages, and of the inputs that stand there', async () => {
    const row = { auto: 'yes', wt: 3, qsec: 18, gear: 4 };
    const query = new URLSearchParams(Object.entries(row).map(([name, value]) => [name, String(value)]));
    const page = await open(`${urls.cars!}?${query}`);
    const model = loadModel(cars.file);
    const bounds = (given: object, language: string) => {
      const body = { instances: [given], parameters: { interval: 'prediction' } };
      const [{ lower, upper }] = answerQuery(model, readValue(model.schema, body)).predictions as unknown as [Record<string, number>];
      const text = (end: number) => new Intl.NumberFormat(language, { maximumSignificantDigits: 4 }).format(end);
      return `${text(lower!)} … ${text(upper!)}`;
    };
    await page.locator('#interval', { hasText: `95 of 100 new values lie within ${bounds(row, 'en')}` }).waitFor();
    await shoot(page, 'interval');
    await page.getByRole('spinbutton', { name: 'wt' }).fill('4.5');
    await page.locator('#interval', { hasText: bounds({ ...row, wt: 4.5 }, 'en') }).waitFor();
    await page.getByRole('button', { name: 'Português' }).click();
    await page.locator('#interval', { hasText: `95 de 100 valores novos ficam entre ${bounds({ ...row, wt: 4.5 }, 'pt')}` }).waitFor();
    await closeAll();
  });

  test('of classes the likely ones', async () => {
    const page = await open(`${urls.flowers!}?Petal.Length=1.4&Petal.Width=0.2`);
    await page.locator('#interval', { hasText: 'The class is one of these, 95 times in 100: setosa' }).waitFor();
    expect(await page.locator('#answer').textContent()).toContain('setosa');
    await closeAll();
  });

  test('of classes that are called as the ends of an interval', async () => {
    const classes = ['lower', 'middle', 'upper'];
    const info = infoOf('classification', [{ name: 'x', type: 'number', min: 0, max: 10, step: 1 }], { classes });
    const intervals = { sha256: info.sha256, kinds: ['conformal' as const], hasErrors: false };
    const url = await serveAnswers({ ...info, schema: { ...info.schema, intervals } }, ({ rows, parameters }) => ({
      predictions: rows.map(() => (parameters?.interval ? { lower: false, middle: true, upper: true } : 'middle')),
    }));
    const page = await open(url);
    await page.locator('#interval', { hasText: /^The class is one of these, 95 times in 100: middle, upper$/ }).waitFor();
    await closeAll();
  });
});
