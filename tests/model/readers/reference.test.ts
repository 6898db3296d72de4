import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import type { Model } from '../../../shared/artifact.ts';
import { RequestError } from '../../../shared/errors.ts';
import { answerQuery } from '../../../shared/predict.ts';
import { readValue } from '../../../shared/wire/wire.ts';
import { compareCase } from '../../support/boosting/boosted-case.ts';
import { compare, golden } from '../../support/golden.ts';
import { distanceFrom } from '../../support/pipelines/golden.ts';
import { type Line, TABLE, withTable } from '../../support/reference-table.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test('model/README.md has this table', () => {
  const readme = readFileSync(here('../../../model/README.md'), 'utf8');
  expect(readme).toBe(withTable(readme));
});

/** What a request that is refused gets as its answer. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof RequestError ? error.problems.map(({ message }) => message).join('; ') : (error as Error).message;
  }
  return 'nothing was refused';
}

const models = new Map<string, Model>();

/** The model of a golden: several lines ask the same one. */
function modelOf(file: string): Model {
  const model = models.get(file) ?? loadModel(file);
  models.set(file, model);
  return model;
}

const exact = TABLE.filter(({ outcome }) => outcome === 'exact');
const refused = TABLE.filter(({ outcome }) => outcome !== 'exact');

test.each(exact.map((line): [string, string, Line] => [line.model, line.option, line]))('%s, %s: as R answers', (_, __, line) => {
  if (line.case !== undefined) {
    const model = loadModel(here(`../../cases/${line.case}.RDS`));
    const { wrong, numbers, ulp } = verify(model, readFileSync(here(`../../cases/${line.case}.rows.json`), 'utf8'), line.case);
    expect(wrong).toEqual([]);
    expect(numbers).toBeGreaterThan(0);
    expect(ulp).toBeLessThanOrEqual(model.body.kind.ulp(model.schema, model.body.data));
    return;
  }
  if (line.boosted !== undefined) {
    expect(compareCase(here(`../../golden/boosting/${line.boosted}`)).wrong).toEqual([]);
    return;
  }
  if (line.pipeline !== undefined) {
    expect(distanceFrom(line.pipeline)).toBe(0);
    return;
  }
  const told = golden(line.golden as string);
  const others = told.others.filter(({ parameters }) => {
    return line.asks === undefined || JSON.stringify(parameters) === JSON.stringify(line.asks);
  });
  // Something of R's must stand there for what is asked.
  if (line.asks) expect(others.length).toBeGreaterThan(0);
  expect(compare({ ...told, others }, modelOf(told.file)).wrong).toEqual([]);
});

test.each(refused.map((line): [string, string, Line] => [line.model, line.option, line]))('%s, %s: refused by name', (_, __, line) => {
  if (line.refused !== undefined) {
    const file = ['.RDS', '.RData']
      .map((ending) => here(`../../refused/${line.refused}${ending}`))
      .find((path) => existsSync(path)) as string;
    expect(refusal(() => importModel(file))).toContain(line.outcome);
    return;
  }
  const told = golden(line.golden as string);
  const model = modelOf(told.file);
  const instances = line.row ? [line.row] : told.rows.slice(0, line.rows);
  const ask = () => answerQuery(model, readValue(model.schema, { instances, parameters: line.asks ?? {} }));
  expect(refusal(ask)).toContain(line.outcome);
});
