import { describe, expect, test } from '@jest/globals';
import { calibrationPart } from '../../../model/artifact/calibration.ts';
import { importModel, loadModel } from '../../../model/artifact/import.ts';
import { wholeRows } from '../../../model/artifact/training-rows.ts';
import { decodeArtifact } from '../../../shared/artifact.ts';
import { CONFORMAL } from '../../../shared/bodies/conformal/intervals.ts';
import { generator } from '../../../shared/math/generator.ts';
import { bodySchema, predictRows } from '../../../shared/predict.ts';
import { defaultParameters, type Parameters } from '../../../shared/schema/parameters.ts';
import { calibrationRank, highestLevel } from '../../../shared/schema/spread/interval.ts';
import { golden } from '../../support/golden.ts';

const flowers = loadModel(golden('iris-randomForest').file);
const cars = golden('spread-glm-gaussian');
const regression = loadModel(cars.file);
const rowsOf = (text: string, target?: string) => ({ bytes: Buffer.from(text), file: 'rows.csv', target });
const csv = (...lines: string[]) => rowsOf(`${lines.join('\n')}\n`);

describe('calibration rows', () => {
  const header = 'mpg,wt,hp';
  const [first, second] = cars.predictions as [number, number];
  const line = (at: number, target: number | string) => `${target},${cars.rows[at]!.wt},${cars.rows[at]!.hp}`;

  test('give the distances of a number in ascending order, whatever the order of their columns', () => {
    const part = calibrationPart(regression, csv(header, line(0, first + 3), line(1, second - 1)), 'm.RDS');
    expect(Array.from(part.arrays[0]![1])).toEqual([Math.abs(second - 1 - second), Math.abs(first + 3 - first)]);
  });

  test('count only with what the model predicts, and with all features', () => {
    const part = calibrationPart(regression, csv(header, line(0, 'NA'), line(1, ''), '20,NA,100', line(0, 1)), 'm.RDS');
    expect(part.arrays[0]![1]).toHaveLength(1);
  });

  test('find the target by the name that R gives its column', () => {
    const rows = csv('miles per gallon,wt,hp,note', `${line(0, 3)},1`);
    const named = (target: string) => calibrationPart(regression, { ...rows, target }, 'm.RDS').arrays[0]![1];
    expect(named('miles.per.gallon')).toEqual(named('miles per gallon'));
    expect(() => named('miles')).toThrow('no column "miles"');
  });

  test('and training rows leave out a row with an infinite value, which no request can have', () => {
    const part = calibrationPart(regression, csv(header, '20,Inf,100', '20, -inf,100', line(0, 1)), 'm.RDS');
    expect(part.arrays[0]![1]).toHaveLength(1);
  });

  test('have levels and classes as they are, also where these look like numbers of another spelling', () => {
    const [row] = golden('iris-randomForest').rows;
    const [, ...rest] = Object.entries(row!);
    const features = [{ name: 'id', type: 'factor' as const, levels: ['0x1A', ' 7', 'Inf', 'nan'] }, ...flowers.schema.features.slice(1)];
    const odd = { ...flowers, schema: { ...flowers.schema, features, classes: ['0x1', 'NaN', ' 2'] } };
    const line = (id: string, kind: string) => `${id},${rest.map(([, value]) => value).join()},${kind}`;
    const text = [['id', ...rest.map(([name]) => name), 'kind'].join(), line(' 7', 'NaN'), line('0x1A', ' 2'), line('nan', '0x1')];
    const shares = predictRows(flowers, Float64Array.from([2, 1, 4].flatMap((id) => [id, ...rest.map(([, value]) => Number(value))])), {
      type: 'prob',
    });
    const errors = [1, 2, 0].map((place, at) => 1 - shares[3 * at + place]!).sort((one, other) => one - other);
    expect(Array.from(calibrationPart(odd, csv(...text), 'm.RDS').arrays[0]![1])).toEqual(errors);
  });

  test('and training rows read a field of white space in time by its length', () => {
    const spaces = `${'\t'.repeat(2 ** 19)}N`;
    const part = calibrationPart(regression, csv(header, line(0, ` NA${'\t'.repeat(2 ** 19)}`), line(1, first)), 'm.RDS');
    expect(part.arrays[0]![1]).toHaveLength(1);
    expect(() => calibrationPart(regression, csv(header, line(0, spaces), line(1, first)), 'm.RDS')).toThrow();
    expect(() => wholeRows(regression.schema, header.split(','), [['1', spaces, '2']], 'rows.csv')).toThrow('line 2, column "wt"');
  });

  test('of classes give what the share of the true class lacks of 1', () => {
    const [row] = golden('iris-randomForest').rows;
    const names = Object.keys(row!);
    const text = `${[...names, 'kind'].join()}\n${Object.values(row!).join()},versicolor\n`;
    const shares = predictRows(flowers, Float64Array.from(Object.values(row!) as number[]), { type: 'prob' });
    expect(shares).toHaveLength(3);
    expect(Array.from(calibrationPart(flowers, rowsOf(text), 'm.RDS').arrays[0]![1])).toEqual([1 - shares[1]!]);
  });

  test('name a class as it is, with white space around it, called NA or nothing at all, or as it is without', () => {
    const odd = { ...flowers, schema: { ...flowers.schema, classes: [' setosa ', 'NA', ''] } };
    const [row] = golden('iris-randomForest').rows;
    const values = Object.values(row!) as number[];
    const shares = predictRows(flowers, Float64Array.from(values), { type: 'prob' });
    const errorsOf = (model: typeof flowers, label: string) =>
      Array.from(
        calibrationPart(model, rowsOf(`${[...Object.keys(row!), 'kind'].join()}\n${values.join()},"${label}"\n`), 'm.RDS').arrays[0]![1],
      );
    expect(odd.schema.classes.flatMap((label) => errorsOf(odd, label))).toEqual(Array.from(shares, (share) => 1 - share));
    expect(errorsOf(flowers, ' versicolor ')).toEqual([1 - shares[1]!]);
  });

  test('are 10,000 at most, the same ones each time', () => {
    const lines = Array.from({ length: 10_050 }, (_, at) => line(0, at));
    const errors = () => calibrationPart(regression, csv(header, ...lines), 'm.RDS').arrays[0]![1];
    expect(errors()).toHaveLength(10_000);
    expect(errors()).toEqual(errors());
    expect(errors().at(-1)).toBeGreaterThan(9_000);
  });

  test.each<[string, ReturnType<typeof rowsOf>, string]>([
    ['a feature is missing', csv('mpg,wt', '1,2'), 'no column "hp"'],
    ['nothing stands beside the features', csv('wt,hp', '1,2'), 'no column beside the features'],
    ['several columns stand beside the features', csv('mpg,wt,hp,am', '1,2,3,4'), 'the columns "mpg", "am" beside the features'],
    ['the named column is missing', rowsOf('mpg,wt,hp\n1,2,3\n', 'y'), 'no column "y" among "mpg"'],
    ['a target is a text', csv(header, 'good,2,100'), 'found "good", expected a number'],
    ['a feature is a text', csv(header, '1,big,100'), 'line 2, column "wt"'],
    ['no row is left', csv(header, 'NA,2,100'), 'no row with an answer'],
    ['there is no line', csv(header), 'no row with an answer'],
    [
      'rows have names that the header lacks',
      csv(header, `1,${line(0, 3)}`),
      'row 1: found 4 fields, expected 3, as many as the header line',
    ],
    ['a line has a field too many', csv(header, line(0, 3), `"a",b,${line(0, 3)}`), 'row 2: found 5 fields, expected 3'],
    ['a line has a field too few', csv(header, line(0, 3), '', '3,2'), 'row 3: found 2 fields, expected 3'],
  ])('are refused where %s', (_, calibration, words) => {
    expect(() => calibrationPart(regression, calibration, 'm.RDS')).toThrow(words);
  });

  test('are refused for a class that the model does not have, and for a model without shares', () => {
    const names = flowers.schema.features.map(({ name }) => name);
    const text = `${[...names, 'kind'].join()}\n${names.map(() => 1).join()},rose\n`;
    expect(() => calibrationPart(flowers, rowsOf(text), 'm.RDS')).toThrow('found "rose", expected one of "setosa"');
    expect(() => calibrationPart(loadModel(golden('iris').file), rowsOf(text), 'm.RDS')).toThrow('classes without their shares');
    expect(() => calibrationPart(loadModel(golden('rq-taus').file), rowsOf(text), 'm.RDS')).toThrow('of the kind columns');
  });

  test('of classes may lie beyond a share of 1, as those of an earth without a glm do', () => {
    const earth = loadModel(golden('earth-logical').file);
    const names = earth.schema.features.map(({ name }) => name);
    const { rows } = earth.checks;
    const shares = predictRows(earth, rows, { type: 'prob' });
    const expected = Array.from({ length: shares.length / 2 }, (_, row) => 1 - shares[2 * row + 1]!).sort((one, other) => one - other);
    expect(expected[0]).toBeLessThan(0);
    const lines = expected.map((_, row) => `${rows.subarray(row * names.length, (row + 1) * names.length).join()},TRUE\n`);
    const calibration = rowsOf(`${[...names, 'kind'].join()}\n${lines.join('')}`);
    const model = decodeArtifact(importModel(golden('earth-logical').file, { calibration }));
    expect(model.schema.intervals).toMatchObject({ kinds: ['conformal'], calibration: expected.length });
    expect(Array.from(calibrationPart(earth, calibration, 'm.RDS').arrays[0]![1])).toEqual(expected);
  });

  test('leave the sha256 of a model as it is, and stand beside its other intervals', () => {
    const rows = Array.from({ length: 20 }, (_, at) => line(at % 9, at));
    const model = decodeArtifact(importModel(cars.file, { calibration: csv(header, ...rows) }));
    expect(model.sha256).toBe(regression.sha256);
    expect(model.schema.intervals).toMatchObject({ kinds: ['conformal'], hasErrors: true, calibration: 20 });
    const lm = golden('spread-lm');
    const columns = Object.keys(lm.rows[0]!);
    const lines = [[...columns, 'mpg'], ...lm.rows.map((row, at) => [...columns.map((name) => row[name]), at])].map((one) => one.join());
    const both = decodeArtifact(importModel(lm.file, { calibration: csv(...lines) }));
    expect(both.schema.intervals!.kinds).toEqual(['confidence', 'prediction', 'conformal']);
  });
});

describe('the rank of the error that bounds', () => {
  test.each([
    [19, 0.95, 19],
    [19, 0.9, 18],
    [20, 0.95, 20],
    [99, 0.07, 7],
    [9, 0.95, 10],
    [5, 1e-9, 1],
  ])('of %d rows at %d is %d', (rows, level, rank) => {
    expect(calibrationRank(rows, level)).toBe(rank);
  });

  test('is there up to the highest level', () => {
    for (let rows = 1; rows <= 3_000; rows += 7) expect(calibrationRank(rows, highestLevel(rows))).toBeLessThanOrEqual(rows);
  });
});

/** Four standard deviations of how often something of a chance happens in so many tries. */
const room = (chance: number, tries: number) => 4 * Math.sqrt(tries * chance * (1 - chance));

describe('over 1,000 seeds', () => {
  const SEEDS = 1_000;
  const ROWS = 19;
  const open = (model: typeof regression, errors: Float64Array) => {
    const { schema, body } = model;
    const part = { by: 'conformal', scalars: {}, arrays: [['errors', errors.sort()] as [string, Float64Array]] };
    return CONFORMAL.open({ schema, ofBody: bodySchema(model), body, isMade: false }, part, 'm');
  };
  const answers = (model: typeof regression, errors: Float64Array, rows: Float64Array, level: number) => {
    const parameters: Parameters = { ...defaultParameters(model.schema), interval: 'conformal', level };
    return open(model, errors).answer({ parameters, inputs: () => rows, predict: (asked) => predictRows(model, rows, asked) });
  };

  test.each([0.5, 0.8, 0.95])('an interval of the level %d holds the new number that often, however skewed the errors are', (level) => {
    let held = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = generator(seed);
      const rows = Float64Array.from({ length: 2 * (ROWS + 1) }, (_, at) => (at % 2 === 0 ? 2 + 3 * random() : 80 + 150 * random()));
      const fits = predictRows(regression, rows);
      // Skewed, with a heavy tail, and wider where the weight is greater.
      const truth = fits.map((fit, row) => fit + (rows[2 * row]! * (random() - 0.3)) / (random() + 0.02));
      const errors = truth.subarray(0, ROWS).map((value, row) => Math.abs(value - fits[row]!));
      const [, lower, upper] = answers(regression, errors, rows.subarray(2 * ROWS), level);
      if (lower! <= truth[ROWS]! && truth[ROWS]! <= upper!) held += 1;
    }
    expect(Math.abs(held - level * SEEDS)).toBeLessThan(room(level, SEEDS));
  });

  test.each([0.8, 0.95])('a set of the level %d holds the new class at least that often, of a model that is often wrong', (level) => {
    const model = loadModel(golden('multinom').file);
    const width = model.schema.features.length;
    const classes = model.schema.classes!.length;
    let held = 0;
    let size = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = generator(seed);
      const rows = Float64Array.from({ length: width * (ROWS + 1) }, (_, at) => {
        const feature = model.schema.features[at % width]!;
        return feature.type === 'factor' ? 1 + Math.floor(random() * feature.levels.length) : 1 + 3 * random();
      });
      const shares = predictRows(model, rows, { type: 'prob' });
      const truth = Array.from({ length: ROWS + 1 }, () => Math.floor(random() ** 2 * classes));
      const errors = Float64Array.from({ length: ROWS }, (_, row) => 1 - shares[row * classes + truth[row]!]!);
      const set = answers(model, errors, rows.subarray(width * ROWS), level);
      held += set[truth[ROWS]!]!;
      size += set.reduce((sum, one) => sum + one, 0);
    }
    expect(held).toBeGreaterThan(level * SEEDS - room(level, SEEDS));
    expect(size).toBeLessThan(classes * SEEDS);
  });
});
