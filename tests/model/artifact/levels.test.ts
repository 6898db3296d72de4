import { describe, expect, test } from '@jest/globals';
import { importModel } from '../../../model/artifact/import.ts';
import { applyData, sortLevels } from '../../../model/artifact/levels.ts';
import { type LevelsOrder, plainValues, readTraining, trainingTable } from '../../../model/artifact/training-rows.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import type { Forest } from '../../../shared/bodies/forest/forest.ts';
import type { Schema } from '../../../shared/schema/features.ts';
import { forestBody } from '../../support/bodies.ts';
import { golden } from '../../support/golden.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A forest of one split of the first feature, at 2.5 or by a set of levels. */
function forest(partitioned: number[], threshold = 2.5): Forest {
  return {
    ...{ roots: Uint32Array.of(0, 3), left: Uint32Array.of(1, 0, 0), right: Uint32Array.of(2, 0, 1), feature: new Uint16Array(3) },
    ...{ threshold: Float64Array.of(threshold, 0, 0), leaves: Float64Array.of(1, 2), width: 1, partitioned: Uint8Array.from(partitioned) },
  };
}

function schemaOf(...names: string[]): Schema {
  return { kind: 'regression', features: names.map((name) => ({ name, type: 'number' })), takesMissing: false, trees: 1 };
}

function features(
  csv: string,
  { order, partitioned = [0, 0], threshold = 0.5 }: { order?: LevelsOrder; partitioned?: number[]; threshold?: number } = {},
) {
  const names = (csv.split('\n')[0] as string).split(',', partitioned.length).map((name) => name.trim());
  return applyData({ schema: schemaOf(...names), body: forestBody(forest(partitioned, threshold)) }, new Set(), {
    bytes: bytes(csv),
    file: 'training.csv',
    order,
  }).features;
}

describe('types and levels from the training data', () => {
  test('data of too many fields or lines are refused before they are read', () => {
    const data = (text: string) => ({ bytes: bytes(text), file: 'training.csv' });
    // A quote that is never closed would be found in reading.
    expect(() => readTraining(data(`a,${','.repeat(50)}"`), 40)).toThrow('training.csv: found 51 fields, a line counted as 6 more');
    expect(() => readTraining(data('\n'.repeat(6)), 40)).toThrow('found 42 fields, a line counted as 6 more, expected at most 40');
    expect(readTraining(data('\n'.repeat(5)), 40)).toHaveLength(5);
  });

  test.each([
    'TRUE,FALSE',
    'true,false',
    'True,False',
  ])('%s are logicals where the splits lie between 0 and 1, and else levels of a factor', (words) => {
    const [yes, no] = words.split(',') as [string, string];
    const csv = `a,b\n${yes},1\n${no},2\nNA,3\n`;
    expect(features(csv, { threshold: 0.5 })[0]).toEqual({ name: 'a', type: 'logical' });
    expect(features(csv, { threshold: 1.5 })[0]).toEqual({ name: 'a', type: 'factor', levels: [no, yes] });
  });

  test('columns without a split take no time by the square of their values', () => {
    const names = Array.from({ length: 15_000 }, (_, at) => `c${at}`);
    const row = (of: number) => names.map((_, at) => `${of}.${at}`).join();
    const csv = [names.join(), ...Array.from({ length: 98 }, (_, at) => row(at)), ''].join('\n');
    const start = process.cpuUsage();
    expect(features(csv, { partitioned: new Array(15_000).fill(0), threshold: 1.25 })).toHaveLength(15_000);
    // 0.6 s; the middles of each two values of each column took 4 s more.
    expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_500);
  });

  test('dates and times are recognized where the splits lie among their days or seconds; else they were texts in R', () => {
    const csv = 'a,b\n2024-01-01,1\n2024-01-03,2\nNA,3\n';
    expect(features(csv, { threshold: 19723.5 })[0]).toEqual({ name: 'a', type: 'date' });
    expect(features(csv, { threshold: 1.5 })[0]).toEqual({ name: 'a', type: 'factor', levels: ['2024-01-01', '2024-01-03'] });
    const times = 'a,b\n2024-01-01T00:00:00Z,1\n2024-01-01T00:00:09Z,2\n';
    expect(features(times, { threshold: 1704067204.5 })[0]).toEqual({ name: 'a', type: 'datetime' });
  });

  test('numbers stay numbers, TRUE and FALSE are logical, texts are a factor, and gaps are no level', () => {
    expect(features('a,b\n1,TRUE\n2.5e3,FALSE\nNA,T\n', { threshold: 2 })).toEqual([
      { name: 'a', type: 'number' },
      { name: 'b', type: 'logical' },
    ]);
    expect(features('a,b,other\n"red, dark",1,x\nblue,2,y\nNA,,z\n')).toEqual([
      { name: 'a', type: 'factor', levels: ['blue', 'red, dark'] },
      { name: 'b', type: 'number' },
    ]);
  });

  test.each([
    'NaN',
    'nan',
    'Inf',
    '-inf',
    ' 7',
    '7 ',
    '\t7',
    ' ',
    '0x1F',
    '+1',
  ])('numbers beside %j stay numbers, as read.csv() of R takes them', (field) => {
    expect(features(`a,b\n1,1\n10,2\n${field},3\n-3,4\n`, { threshold: 2.25 })[0]).toEqual({ name: 'a', type: 'number' });
  });

  test('numbers beside NA with white space are refused: a factor to read.csv(), a missing value to other readers', () => {
    const found = 'training.csv, column "a": found numbers beside " NA", expected NA, without white space, where a value is missing';
    expect(() => features('a,b\n1,1\n NA,2\n2,3\n')).toThrow(found);
    expect(features('a,b\nx,1\n NA,2\ny,3\n')[0]).toMatchObject({ levels: [' NA', 'x', 'y'] });
  });

  test('what a request may not have for a number is written as it may in a column of numbers, and in no other', () => {
    const plain = (...fields: string[]) => Array.from(plainValues(fields));
    expect(plain(' 7', '0x1F', '-0x10', '+inf', ' NA')).toEqual(['7', '31', '-16', 'Inf', ' NA']);
    expect(plain('NaN', ' ', '1.50', 'Inf', '1e5')).toEqual(['NA', '1.50', 'Inf', '1e5']);
    expect(plain('x ', 'NaN', '', ' 7', '0x1F')).toEqual(['x ', 'NaN', '', ' 7', '0x1F']);
  });

  test('an empty field beside texts is a level where the splits show one more, and is asked for where they do not', () => {
    const csv = 'a,b\nx,1\n,2\ny,3\n';
    expect(features(csv, { threshold: 2.5 })[0]).toEqual({ name: 'a', type: 'factor', levels: ['', 'x', 'y'] });
    expect(() => features(csv, { threshold: 1.5 })).toThrow(
      'training.csv, column "a": found empty fields beside texts, which are a level to read.csv() of R and missing to other readers, expected NA in their place',
    );
    expect(features('a,b\nx,1\nNA,2\ny,3\n', { threshold: 1.5 })[0]).toMatchObject({ levels: ['x', 'y'] });
  });

  test('blank lines are none, and white space around a name is none of it', () => {
    const levels = ['x', 'y'];
    for (const tail of ['\n', '\n\n', '   \n'])
      expect(features(`a , b\nx,1\ny,2\n${tail}`, { threshold: 1.5 })).toEqual([
        { name: 'a', type: 'factor', levels },
        { name: 'b', type: 'number' },
      ]);
    expect(features('a\nx\n\ny\n', { threshold: 1.5, partitioned: [0] })[0]).toMatchObject({ levels });
    // In quotes it is the name's own.
    const header = readTraining({ bytes: bytes('"a ", b ,"c, ""d"" "\n1,2,3\n'), file: 'training.csv' })[0];
    expect(header).toEqual(['a ', 'b', 'c, "d" ']);
  });

  test('a column is found by the name that read.csv() of R gives it, where none has the name itself', () => {
    const schema = schemaOf('Sepal.Length', 'X.age');
    const of = (csv: string) => trainingTable(schema, { bytes: bytes(csv), file: 'training.csv', order: undefined })?.rows;
    expect(of('Sepal Length,%age\n1,2\n')).toEqual(Float64Array.of(1, 2));
    expect(of('%age,Sepal Length,Sepal.Length\n1,2,3\n')).toEqual(Float64Array.of(3, 1));
    expect(of('Sepal Width,%age\n1,2\n')).toBeUndefined();
  });

  test('times without an offset are refused: R wrote them in a zone that the file does not name', () => {
    const times = (one: string, other: string) => features(`a,b\n${one},1\n${other},2\n`, { threshold: 1704067204.5 })[0];
    for (const one of ['2024-01-01 00:00:00', '2024-01-01T00:00', '2024-01-01'])
      expect(() => times(one, '2024-01-01T00:00:09Z')).toThrow(
        `training.csv, column "a": found the time ${one} without an offset, expected Z or an offset (+02:00) behind each, or its zone in a sidecar`,
      );
    // In the zone of R the splits lie beyond what UTC would make of them.
    expect(() => features('a,b\n2024-01-01 00:00:00,1\n2024-01-01 00:00:09,2\n', { threshold: 1704067204.5 - 10_800 })).toThrow(
      'found the time 2024-01-01 00:00:00 without an offset',
    );
    for (const one of ['2024-01-01T02:00:00+02:00', '2023-12-31 21:00:00-03', '2024-01-01T00:00:00.5z'])
      expect(times(one, '2024-01-01T00:00:09Z')).toEqual({ name: 'a', type: 'datetime' });
  });

  test('the levels of an unordered factor of numbers sort as numbers', () => {
    expect(features('a,b\n10,1\n9,1\n100,1\n', { partitioned: [1, 0] })[0]).toEqual({
      name: 'a',
      type: 'factor',
      levels: ['9', '10', '100'],
    });
  });

  test('a number in two forms is refused, as nobody knows whether R had one level or two', () => {
    expect(() => features('a,b\n1,1\n1.0,1\n2,1\n', { partitioned: [1, 0] })).toThrow(
      'training.csv, column "a": found one number as 1 and as 1.0, expected one form of each, or its levels in a sidecar',
    );
    expect(features('a,b\n1,1\n2,1.0\n2,1\n', { partitioned: [1, 0] })[1]).toEqual({ name: 'b', type: 'number' });
  });

  test('where the order depends on the locale, both are shown and one is asked for', () => {
    const csv = 'a,b\nZeta,1\na,1\nB,1\n';
    expect(() => features(csv)).toThrow(
      'training.csv, column "a": found levels whose order depends on R\'s locale: B, Zeta, a (C) or a, B, Zeta, expected --levels-order c or',
    );
    expect(features(csv, { order: 'c' })[0]).toMatchObject({ levels: ['B', 'Zeta', 'a'] });
    expect(features(csv, { order: 'locale' })[0]).toMatchObject({ levels: ['a', 'B', 'Zeta'] });
  });

  test('accents too hang on the locale', () => {
    expect(() => sortLevels(['é', 'f'], 'x', undefined)).toThrow('é');
    expect(sortLevels(['é', 'f'], 'x', 'locale')).toEqual(['é', 'f']);
    expect(sortLevels(['é', 'f'], 'x', 'c')).toEqual(['f', 'é']);
  });

  test.each<[string, string, object, string]>([
    ['a column that is not there', 'b\n1\n', {}, 'no column "a" among b'],
    ['a column without values', 'a,b\n,1\nNA,2\n', {}, 'column "a": found no values'],
    ['fewer levels than the forest splits by', 'a,b\nx,1\ny,2\n', { threshold: 3.5 }, '2 levels, expected at least 4'],
    ['fewer levels than a set of them has', 'a,b\nx,1\ny,2\n', { partitioned: [1, 0], threshold: 4 }, '2 levels, expected at least 3'],
    [
      'a factor whose levels are numbers',
      'a,b\n4,1\n6,2\n8,3\n',
      { threshold: 1.5 },
      'numbers from 4 to 8, expected some on both sides of 1.5',
    ],
    [
      'a factor whose levels are numbers on both sides of its codes',
      'a,b\n1,1\n3,2\n5,3\n',
      { threshold: 2.5 },
      'numbers from 1 to 5, expected some on both sides of 2.5',
    ],
    ['a quote that is never closed', 'a,b\n"x,1\n', {}, 'training.csv: found what is no CSV'],
  ])('%s is refused by name', (_, csv, {
    threshold = 0.5,
    partitioned = [0, 0],
  }: { threshold?: number; partitioned?: number[] }, message) => {
    const schema = schemaOf('a', 'b');
    const work = () =>
      applyData({ schema, body: forestBody(forest(partitioned, threshold)) }, new Set(), {
        bytes: bytes(csv),
        file: 'training.csv',
        order: undefined,
      });
    expect(work).toThrow(message);
  });
});

test('the sidecar wins over the data, and what the file knows needs neither', () => {
  const { file } = golden('warpbreaks-partition');
  const data = { bytes: bytes('tension,wool\nL,B\nM,A\nH,A\n'), file: 'training.csv', order: undefined };
  const levels = decodeArtifact(importModel(file, { data })).schema.features.map((feature) => feature.type === 'factor' && feature.levels);
  expect(levels).toContainEqual(['L', 'M', 'H']);
  const order = decodeArtifact(importModel(golden('chickwts-order').file, { data })).schema;
  expect(order).toEqual(decodeArtifact(importModel(golden('chickwts-order').file)).schema);
});
