import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { verify } from '../../../model/artifact/verify.ts';
import { decodeArtifact, failedCheck, type Model } from '../../../shared/artifact.ts';
import type { RequestError } from '../../../shared/errors.ts';
import { readBody } from '../../../shared/wire/read-body.ts';

const FOLDER = fileURLToPath(new URL('../../cases/', import.meta.url));
/** Models that were refused or answered wrongly once, each with R's predictions of some rows (NAME.rows.json). */
const NAMES = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.rows.json') ? [file.slice(0, -'.rows.json'.length)] : []));

function load(name: string): Model {
  const file = ['.RDS', '.RData'].map((end) => path.join(FOLDER, name + end)).find(existsSync) as string;
  return decodeArtifact(importModel(file), name);
}

/** What the codec says of one record. */
function answerTo(model: Model, record: object): number[] | string {
  try {
    return [...readBody(model.schema, Buffer.from(JSON.stringify(record)), 'json').rows];
  } catch (error) {
    return (error as RequestError).problems.map(({ message }) => message).join('; ');
  }
}

describe('every case gives the numbers that R gave', () => {
  test.each(NAMES)('%s', (name) => {
    const model = load(name);
    const told = verify(model, readFileSync(path.join(FOLDER, `${name}.rows.json`), 'utf8'), name);
    expect(told.rows).toBeGreaterThan(0);
    expect(told.wrong).toEqual([]);
    expect(told.ulp).toBeLessThanOrEqual(model.body.kind.ulp(model.schema, model.body.data));
    expect(failedCheck(model)).toBeUndefined();
  });
});

describe('integer64', () => {
  test('splits below every other number tell the type, and the range is one of whole numbers', () => {
    const feature = load('K-int64-ranger').schema.features.find(({ name }) => name === 'cnt');
    expect(feature).toEqual({ name: 'cnt', type: 'integer64', range: [1, 498] });
  });

  test('what R itself cannot tell apart is refused', () => {
    const model = load('K-int64-ranger');
    for (const cnt of [-1, 1.5, 2 ** 53, 2 ** 53 + 2, null, '7'])
      expect(answerTo(model, { a: 0, cnt })).toMatch('expected a whole number from 0 to 9007199254740991 (integer64)');
    expect(answerTo(model, { a: 0, cnt: 7 })).toEqual([0, 7 * Number.MIN_VALUE]);
  });
});

describe('dates', () => {
  test('a number stands for its days or seconds, a text for the same number', () => {
    const model = load('A05b-date-str');
    const record = { a: 0, b: 1, dur: 2, day: '2024-02-16', t: '2024-03-02T16:44:49Z' };
    expect(answerTo(model, record)).toEqual(answerTo(model, { ...record, day: 19769, t: 1709397889 }));
  });

  test('milliseconds and texts of other forms are refused', () => {
    const model = load('A05b-date-str');
    const record = { a: 0, b: 1, dur: 2, day: '2024-02-16', t: '2024-03-02T16:44:49Z' };
    for (const day of [1_704_067_200_000, '16.02.2024', '2024-02-30', true])
      expect(answerTo(model, { ...record, day })).toMatch('expected a date as "2024-01-31", or the days since 1970-01-01');
    for (const t of [1_704_067_200_000, '2024-03-02 16h', '2024-03-02T25:00:00Z'])
      expect(answerTo(model, { ...record, t })).toMatch('expected a time as "2024-01-31T12:00:00Z", or the seconds since 1970');
  });
});

describe('wrapped models', () => {
  const file = (name: string) => path.join(FOLDER, name);
  const said = (name: string, object?: string) => {
    try {
      importModel(file(name), object === undefined ? {} : { object });
    } catch (error) {
      return (error as Error).message.replace(`${file(name)}: `, '').replaceAll(file(name), name);
    }
    return 'imported';
  };

  test('of several models of a workspace one is chosen by its name', () => {
    expect(said('workspace.RData')).toBe(
      'found 2 models among m (ranger), lst$second (glm), expected one, which --object NAME chooses: npm run model -- import workspace.RData --object m -o OUT.canopy',
    );
    expect(decodeArtifact(importModel(file('workspace.RData'), { object: 'm' })).schema.types).toContain('terminalNodes');
    expect(decodeArtifact(importModel(file('workspace.RData'), { object: 'lst$second' })).schema.types).toEqual(['response', 'link']);
    expect(said('workspace.RData', 'zz')).toBe('found no object zz, expected one of m (ranger), lst$second (glm)');
    expect(said('workspace.RData', 'd')).toMatch('found an object of class data.frame, expected a ranger forest');
    expect(said('butchered.RDS', 'm')).toBe('found one object of class butchered_ranger, expected no --object, as it has no name');
  });

  test('a function of a workspace hides the one of R that has its name', () => {
    expect(said('workspace-functions.RData', 'own')).toMatch("found a call of log(), which the formula's environment defines anew");
    expect(said('workspace-functions.RData', 'other')).toBe('imported');
  });

  test('one model that is not read is named, with what helps; never so that its preprocessing would be lost', () => {
    expect(said('workspace-train.RData')).toMatch('modelType: found NULL, expected a character vector');
    expect(said('workspace-scaled.RData')).toMatch('modelType: found NULL, expected a character vector');
    expect(said('beside-preprocess.RDS')).toMatch('found no columns, expected at least one');
    expect(said('beside-preprocess.RDS', 'model')).toBe('imported');
  });
});
