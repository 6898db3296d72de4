import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { loadModel } from '../../model/artifact/import.ts';
import { decodeArtifact, encodeArtifact } from '../../shared/artifact.ts';
import { answerQuery } from '../../shared/predict.ts';
import { readValue } from '../../shared/wire/wire.ts';
import { golden } from '../support/golden.ts';
import { inChromium, violations, visits } from './visits.ts';

/** A survival forest that can be explained beside rows of its golden, as an import with its training data makes one. */
const { file, rows } = golden('survival-logrank');
const given = loadModel(file);
const artifact = encodeArtifact({ ...given, basis: { background: readValue(given.schema, { instances: rows.slice(1) }).rows } });
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-survival-'));
const explained = path.join(folder, 'survival.canopy');
writeFileSync(explained, artifact);
const model = decodeArtifact(artifact, 'survival');
const times = model.schema.times!;
const { urls, open, closeAll } = visits({ survival: explained });

const row = rows[0] as Record<string, string | number>;
const query = new URLSearchParams(Object.entries(row).map(([name, value]): [string, string] => [name, String(value)]));
const percent = (value: number) => value.toLocaleString('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What the reasons say first at a time, by the model itself. */
function saying(time: number): string {
  const [reasons] = answerQuery(model, readValue(model.schema, { instances: [row], parameters: { explain: true, time } })).explanations!;
  return `For “Share that lasts longer than ${time.toLocaleString('en')} (time)” the average answer is ${percent(reasons!.baseline)}.`;
}

inChromium('the reasons of a curve over time', () => {
  test('follow the time that is chosen, which the address remembers', async () => {
    const page = await open(`${urls.survival!}?${query}`);
    const answered = readValue(model.schema, { instances: [row] });
    const survival = answerQuery(model, answered).predictions[0] as number[];
    const half = survival.findIndex((share) => share <= 0.5);
    await page.locator('#why-told', { hasText: saying(times[half < 0 ? times.length - 1 : half]!) }).waitFor();
    await page.getByRole('slider', { name: 'at time' }).focus();
    await page.getByRole('slider', { name: 'at time' }).fill('10');
    await page.locator('#why-told', { hasText: saying(times[10]!) }).waitFor();
    await page.waitForURL(/(~|%7E)time=10/);
    const again = await open(page.url());
    await again.locator('#why-told', { hasText: saying(times[10]!) }).waitFor();
    const ends = await again.locator('#why-steps tr').last().textContent();
    expect(ends).toBe(`This answer${percent(survival[10]!)}`);
    expect(await violations(again)).toEqual([]);
    await closeAll();
    rmSync(folder, { recursive: true });
  });
});
