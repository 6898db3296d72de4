import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFormula } from '../../../model/train/data/formula.ts';
import { makeFrame } from '../../../model/train/data/frame.ts';
import { readCsv, type Table } from '../../../model/train/data/read-csv.ts';
import { Touched } from '../../../model/train/grow/touched.ts';
import { erf } from '../../../model/train/numbers/c-math.ts';
import { Mt64 } from '../../../model/train/numbers/mt19937.ts';
import { readDecimal } from '../../../model/train/numbers/r-decimal.ts';
import { RRandom } from '../../../model/train/numbers/r-random.ts';
import { HashOrder, stdOrder } from '../../../model/train/numbers/std-order.ts';
import { uniformInt } from '../../../model/train/numbers/std-random.ts';
import { inWords, progressLine } from '../../../model/train/progress.ts';

describe('random numbers are those of C++ and R', () => {
  test("the ten thousandth draw of std::mt19937_64 is the standard's", () => {
    const random = new Mt64();
    random.seed(5489);
    for (let draw = 0; draw < 10_000; draw += 1) random.next();
    expect((BigInt(random.high) << 32n) | BigInt(random.low)).toBe(9981545732273789042n);
  });

  test("uniformInt takes the upper half of the product of 128 bits, whatever the range's size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.bigInt({ min: 1n, max: 2n ** 53n }), (seed, range) => {
        const [one, other] = [new Mt64(), new Mt64()];
        one.seed(seed);
        other.seed(seed);
        const draw = () => {
          other.next();
          return ((BigInt(other.high) << 32n) | BigInt(other.low)) * range;
        };
        let product = draw();
        // A draw whose lower half is below 2^64 mod range is thrown away, as libstdc++ does.
        while (BigInt.asUintN(64, product) < 2n ** 64n % range) product = draw();
        expect(uniformInt(one, Number(range))).toBe(Number(product >> 64n));
      }),
    );
  });

  test("set.seed(42); runif(1, 0, .Machine$integer.max) gives ranger's seed, and sample() follows", () => {
    expect(new RRandom(42).rangerSeed()).toBe(1964531018);
    const random = new RRandom(1);
    random.uniform();
    // R 4.2.2: set.seed(1); runif(1); sample(1:10, 10)
    expect([...random.permutation(10)].map((place) => place + 1)).toEqual([4, 7, 1, 2, 5, 3, 9, 10, 8, 6]);
  });
});

test('std::sort leaves a sorted order, and equal values as libstdc++ does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 300 }), (values) => {
      const order = stdOrder(Float64Array.from(values));
      expect([...order].sort((a, b) => a - b)).toEqual(values.map((_, at) => at));
      expect([...order].map((at) => values[at])).toEqual([...values].sort((a, b) => a - b));
    }),
  );
  // g++ 12: std::sort of 0..19 by their value modulo 3.
  const order = stdOrder(Float64Array.from({ length: 20 }, (_, at) => at % 3));
  expect([...order]).toEqual([18, 3, 15, 6, 12, 9, 0, 10, 19, 16, 13, 7, 4, 1, 11, 8, 14, 5, 17, 2]);
  // And of 0..99 by their value modulo 7, as one number.
  const more = stdOrder(Float64Array.from({ length: 100 }, (_, at) => at % 7));
  expect(more.reduce((sum, at) => (Math.imul(sum, 31) + at) >>> 0, 0)).toBe(1236445076);
});

test('std::unordered_map is walked over in the order of libstdc++', () => {
  // g++ 12: keys 1 to 15 put in one after the other, then others, then 70 of them as one number.
  const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);
  expect(new HashOrder().walk(upTo(15))).toEqual([15, 14, 1, 2, 11, 4, 6, 3, 7, 8, 5, 12, 10, 9, 13]);
  expect(new HashOrder().walk([1, 2, 3, 0, -1.5])).toEqual([-1.5, 0, 3, 2, 1]);
  const many = new HashOrder().walk(upTo(70).map((key) => key * 1.25));
  expect(many.reduce((sum, key) => (Math.imul(sum, 31) + Math.trunc(key * 4)) >>> 0, 0)).toBe(2901912491);
});

test('the ranks that were touched come back in ascending order, once each', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 5000 })), (ranks) => {
      const touched = new Touched(5001);
      for (const rank of ranks) touched.add(rank);
      expect([...touched.list.subarray(0, touched.drain())]).toEqual([...ranks].sort((a, b) => a - b));
      expect(touched.drain()).toBe(0);
    }),
  );
});

test("erf has glibc's bits", () => {
  expect([0.3, 1.1, 1.7, 3.1, -0.9].map(erf)).toEqual([
    0.3286267594591274, 0.8802050695740817, 0.9837904585907745, 0.9999883513426328, -0.7969082124228322,
  ]);
});

describe('data as read.csv types them', () => {
  test('the first type that takes every field: logical, integer, double, text', () => {
    const { columns } = readCsv('a,b,c,d,e\nTRUE,1,1.5,x,NA\nF,NA,2,NA,NA\n', 'x.csv');
    expect(columns.map(({ type }) => type)).toEqual(['logical', 'integer', 'double', 'factor', 'logical']);
    expect(columns[3]?.levels).toEqual(['x']);
  });

  test('a later field may change the type of all before it', () => {
    const { columns } = readCsv('a,b,c,d,e\n,1,1,T,T\n 2 ,NA, ,F,1\n+3,2.5,x,NaN,0\n', 'x.csv');
    expect(columns.map(({ type }) => type)).toEqual(['integer', 'double', 'factor', 'factor', 'factor']);
    expect(columns.slice(0, 2).map(({ values }) => [...values])).toEqual([
      [Number.NaN, 2, 3],
      [1, Number.NaN, 2.5],
    ]);
    expect(columns.slice(2).map(({ levels }) => levels)).toEqual([
      [' ', '1', 'x'],
      ['F', 'NaN', 'T'],
      ['0', '1', 'T'],
    ]);
  });

  test('a short number is read as a long way round reads it, to the bit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[+-]?[0-9]{0,9}\.?[0-9]{0,9}$/), (text) => {
        expect(readDecimal(text)).toBe(readDecimal(`${text}e0`));
      }),
      { numRuns: 2000 },
    );
  });

  test('names are made valid and unique, levels stand by their code points', () => {
    const { columns } = readCsv('"",my name,2nd,a,a,if\nb,1,1,1,1,1\nB,1,1,1,1,1\n', 'x.csv');
    expect(columns.map(({ name }) => name)).toEqual(['X', 'my.name', 'X2nd', 'a', 'a.1', 'if.']);
    expect(columns[0]?.levels).toEqual(['B', 'b']);
  });

  test.each([
    // What read.csv() of R 4.2.2 makes of them; write.csv() writes row names under no name.
    [',X,Y', ['X.1', 'X', 'Y']],
    ['a-b,a.b,a b', ['a.b.1', 'a.b', 'a.b.2']],
    ['a b,a-b,a.b.1', ['a.b', 'a.b.2', 'a.b.1']],
    ['x, x ,\ty', ['x', 'x.1', 'y']],
    ['x,"x "," ""q"" "', ['x', 'x.', 'X..q..']],
    ['-a,% change,#id,_a,.1a,m²,½,٣x,...', ['X.a', 'X..change', 'X.id', 'X_a', 'X.1a', 'm.', 'X.', '٣x', '...']],
  ])('names are made of %j as R makes them: of two that become one, the valid one keeps it', (head, names) => {
    const { columns } = readCsv(`${head}\n${names.map(() => 1).join()}\n`, 'x.csv');
    expect(columns.map(({ name }) => name)).toEqual(names);
  });

  test.each(['true', 'True', ' TRUE', 'false', 'False', 'F '])('%j is a level of a factor and no logical', (word) => {
    expect(readCsv(`a,b\n${word},1\nNA,1\n`, 'x.csv').columns[0]).toMatchObject({ type: 'factor', levels: [word] });
  });

  test("numbers are rounded as R's extended precision rounds them", () => {
    expect(readDecimal('0.1')).toBe(0.1);
    // R 4.2.2 on x86-64; the doubles nearest to these texts are their neighbours.
    expect(readDecimal('-1538.08737298474')).toBe(-1538.0873729847399);
    expect(readDecimal('1156.25684714386')).toBe(1156.2568471438599);
    expect(readDecimal('-1e3')).toBe(-1000);
    expect(readDecimal('1e')).toBeUndefined();
    expect(readDecimal('.')).toBeUndefined();
    expect(readDecimal('0x1A')).toBe(26);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e100, max: 1e100 }), (value) => {
        const read = readDecimal(String(value)) as number;
        expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -52);
      }),
    );
  });
});

test('a formula names its features in the order of R', () => {
  const columns = ['y', 'a', 'b', 'c'];
  expect(readFormula('y ~ .', columns).features).toEqual(['a', 'b', 'c']);
  expect(readFormula('y ~ c + a', columns).features).toEqual(['c', 'a']);
  expect(readFormula('y ~ . - b', columns).features).toEqual(['a', 'c']);
  expect(readFormula('y ~ b + .', columns).features).toEqual(['b', 'a', 'c']);
  expect(readFormula('Surv(a, b) ~ .', columns).features).toEqual(['y', 'c']);
  expect(readFormula('factor(y) ~ a', columns).target).toEqual({ type: 'factor', name: 'y' });
});

test('a formula is read in time by its length, whatever it is padded with', () => {
  const columns = ['y', ...Array.from({ length: 20_000 }, (_, at) => `x${at}`)];
  const spaces = ' '.repeat(2 ** 18);
  expect(readFormula(`y ~ x1${spaces}+${spaces}x2`, columns).features).toEqual(['x1', 'x2']);
  expect(() => readFormula(`y ~ x1${spaces}?`, columns)).toThrow('no interactions and no functions');
  expect(readFormula(`y ~ ${columns.slice(1).join(' + ')} - x0`, columns).features).toEqual(columns.slice(2));
});

test('factor() of numbers has the labels of R, and one of those that R prints alike', () => {
  const [y, a] = [Float64Array.of(1e5, 0.3, 123456.5, 0.1 + 0.2, 1e5), Float64Array.of(1, 2, 3, 4, 5)];
  const tableOf = (type: 'double' | 'integer', values: Float64Array): Table => {
    return {
      label: 'rows.csv',
      rows: 5,
      columns: [
        { name: 'y', type, values },
        { name: 'a', type: 'double', values: a },
      ],
    };
  };
  const doubles = makeFrame(tableOf('double', y), 'factor(y) ~ a', {});
  expect([doubles.classes, [...doubles.y]]).toEqual([
    ['0.3', '1e+05', '123456.5'],
    [2, 1, 3, 1, 2],
  ]);
  expect(makeFrame(tableOf('integer', Float64Array.of(1e5, 7, 7, 7, 7)), 'factor(y) ~ a', {}).classes).toEqual(['7', '100000']);
});

test('progress is shown once a second, with the time that is left', () => {
  const lines: string[] = [];
  let time = 0;
  const told = progressLine(
    100,
    (line) => lines.push(line),
    () => time,
  );
  for (let grown = 1; grown <= 100; grown += 1) {
    time += 50;
    told(grown);
  }
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe('Growing trees.. [####................] Progress: 20%. Estimated remaining time: 4 seconds.');
  expect(inWords(90061)).toBe('1 day, 1 hour, 1 minute, 1 seconds');
});
