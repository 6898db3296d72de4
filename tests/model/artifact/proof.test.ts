import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeText } from '../../../model/artifact/describe.ts';
import { importModel, verifyArtifact } from '../../../model/artifact/import.ts';
import { leanArtifact } from '../../../model/artifact/proof.ts';
import { verifyCommand } from '../../../model/commands/verify.ts';
import { decodeArtifact, encodeArtifact, failedCheck, sha256Of } from '../../../shared/artifact.ts';
import { failedProof } from '../../../shared/proof/check.ts';
import { decodeProof, encodeProof, type Proof } from '../../../shared/proof/section.ts';
import { PROJECT } from '../../support/project.ts';

const FOLDER = path.join(PROJECT, 'tests/golden/canopy-r');
const NAMES = ['spend-ranger', 'spend-lm', 'buys-ranger', 'buys-rpart', 'buys-glm'];
const folder = mkdtempSync(path.join(tmpdir(), 'canopy-proof-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sidecarOf = (name: string) => JSON.parse(readFileSync(path.join(FOLDER, `${name}.model.json`), 'utf8'));

/** A model file with a sidecar that is changed, under a name of its own. */
function withSidecar(name: string, change: (sidecar: ReturnType<typeof sidecarOf>) => void, model = name): string {
  const sidecar = sidecarOf(name);
  change(sidecar);
  const file = path.join(mkdtempSync(path.join(folder, 'm-')), 'model-1.RDS');
  copyFileSync(path.join(FOLDER, `${model}.RDS`), file);
  writeFileSync(file.replace('.RDS', '.model.json'), JSON.stringify(sidecar));
  return file;
}
const golden = (name: string) => path.join(FOLDER, `${name}.RDS`);
const whole = new Map(NAMES.map((name) => [name, importModel(golden(name))]));
const open = (name: string) => decodeArtifact(whole.get(name)!, name);
const proofOf = (name: string): Proof => decodeProof(open(name).proof!, name, sha256Of);

describe('a model that canopy.R saved', () => {
  test.each(NAMES)('%s has all of its 64 rows as R said, to the bit', (name) => {
    const model = open(name);
    expect(model.card.proof).toEqual({ rows: 64, agreed: 64, by: 'R 4.2.2', drawn: true });
    expect(proofOf(name)).toMatchObject({ ulp: 0, within: 0, drawn: true });
    expect(failedProof(model)).toBeUndefined();
    expect(failedCheck(model)).toBeUndefined();
  });

  test('has its types, levels in their order, range and default without a line by hand', () => {
    const [income, cor, size, member, since, visits] = open('spend-ranger').schema.features;
    expect(income).toMatchObject({ type: 'number', label: 'Income', min: 1000, max: 9000 });
    expect(cor).toMatchObject({ type: 'factor', levels: ['verde', 'azul', 'não sei'] });
    expect(size).toMatchObject({ type: 'factor', levels: ['S', 'M', 'L'] });
    expect(member).toMatchObject({ type: 'logical' });
    expect(since).toMatchObject({ type: 'date', min: expect.stringMatching(/^20\d\d-\d\d-\d\d$/) });
    expect(visits).toMatchObject({ type: 'number', step: 1, min: 0, max: 30 });
    expect(open('spend-ranger').card).toMatchObject({ title: { en: 'Spending', pt: 'Gasto' }, answer: { label: 'Spent a month' } });
  });

  test('keeps the sha256 that it has without R’s predictions', () => {
    const file = withSidecar('spend-ranger', (sidecar) => {
      delete sidecar.proof;
    });
    const without = decodeArtifact(importModel(file), file);
    expect(without.proof).toBeUndefined();
    expect(without.sha256).toBe(open('spend-ranger').sha256);
  });

  test('says so: verify without rows, describe and the card', () => {
    const file = path.join(folder, 'spend.canopy');
    writeFileSync(file, whole.get('spend-lm')!);
    expect(verifyCommand([file])).toBe('spend-lm: 64 of 64 rows as R 4.2.2 said, 64 numbers and labels\n');
    expect(describeText({ file, bytes: 1, model: open('spend-lm') })).toContain('64 of 64 rows as R 4.2.2 said');
  });
});

/** What R answered to the rows of a model, by the parameters that it was asked with. */
const TYPES: [string, Record<string, unknown>[]][] = [
  [
    'spend-spread',
    [{ type: 'response' }, { type: 'se' }, { type: 'response', interval: 'confidence' }, { type: 'response', interval: 'prediction' }],
  ],
  ['spend-gam', [{ type: 'response' }, { type: 'link' }, { type: 'se' }, { type: 'terms' }]],
  ['buys-svm', [{ type: 'class' }, { type: 'decision' }]],
  ['spend-quantiles', [{ type: 'response' }]],
  ['time-coxph', [{ type: 'lp' }, { type: 'risk' }, { type: 'survival' }]],
];

describe('R’s predictions are of every type that a model answers:', () => {
  test.each(TYPES)('%s', (name, parameters) => {
    const model = decodeArtifact(importModel(golden(name)));
    expect(model.card.proof).toMatchObject({ rows: 64, agreed: 64 });
    const { answers } = decodeProof(model.proof!, name, sha256Of);
    expect(answers.map((answer) => answer.parameters)).toEqual(parameters);
    expect(answers.flatMap(({ se = [] }) => se)).toHaveLength(parameters.some(({ type }) => type === 'se') ? 64 : 0);
    expect(failedProof(model)).toBeUndefined();
  });

  test('another standard error, interval, term, decision, quantile or curve is refused', () => {
    const more = (value: unknown, by: number): unknown =>
      Array.isArray(value) ? value.map((one) => more(one, by)) : (value as number) * (1 + by);
    const changed = (name: string, place: number, member: 'predictions' | 'se', by: number) =>
      withSidecar(name, ({ proof }) => {
        const list = proof.answers[place][member];
        list[2] = more(list[2], by);
      });
    expect(() => importModel(changed('spend-spread', 1, 'se', 1e-6))).toThrow(/row 3, type se: [\d.]+ here, R 4\.2\.2 said [\d.]+/);
    expect(() => importModel(changed('spend-spread', 3, 'predictions', 1e-6))).toThrow('row 3, type response, interval prediction:');
    expect(() => importModel(changed('spend-gam', 3, 'predictions', 1e-6))).toThrow('row 3, type terms:');
    expect(() => importModel(changed('buys-svm', 1, 'predictions', 1e-6))).toThrow('row 3, type decision:');
    expect(() => importModel(changed('spend-quantiles', 0, 'predictions', 1e-6))).toThrow('row 3, type response:');
    expect(() => importModel(changed('time-coxph', 2, 'predictions', 1e-6))).toThrow('row 3, type survival:');
    // R gets errors and curves by other sums: they are near within 1e-9.
    expect(decodeArtifact(importModel(changed('spend-spread', 1, 'se', 1e-14))).card.proof?.agreed).toBe(64);
    const short = withSidecar('spend-spread', ({ proof }) => proof.answers[1].se.pop());
    expect(() => importModel(short)).toThrow('found 63 predictions of R, expected 64, one a row');
  });
});

/** A sidecar's rows, in which each label of a column is put in place of another. */
const swap = (levels: string[]) => {
  levels.splice(0, 2, levels[1]!, levels[0]!);
};

test('levels that R wrote in another order give way to those of the file, and the answers agree: predict() goes by labels', () => {
  const file = withSidecar('spend-lm', ({ features }) => swap(features.cor.levels));
  const { schema } = decodeArtifact(importModel(file));
  const { schema: before } = decodeArtifact(importModel(withSidecar('spend-lm', () => {})));
  expect(schema.features).toEqual(before.features);
});

describe('is refused at import, in one sentence that names the first row that differs,', () => {
  test('with two levels swapped', () => {
    const file = withSidecar('spend-ranger', ({ features }) => swap(features.cor.levels));
    expect(() => importModel(file)).toThrow(
      /model-1\.model\.json: found row \d+, type response: [\d.]+ here, R 4\.2\.2 said [\d.]+ \(\d+ of 64 rows agree\), expected R's own predictions: [^\n]*$/,
    );
  });

  test('as a model that was trained again', () => {
    const file = withSidecar('spend-ranger', () => {}, 'spend-retrained');
    expect(() => importModel(file)).toThrow(/found row 1, type response: [\d.]+ here, R 4\.2\.2 said [\d.]+ \(0 of 64 rows agree\)/);
  });

  test('with a column renamed', () => {
    const rows = withSidecar('spend-ranger', ({ proof }) => proof.columns.splice(0, 1, 'revenue'));
    expect(() => importModel(rows)).toThrow(`found R's rows with "revenue" and without "income", expected the model's features`);
    const feature = withSidecar('spend-ranger', (sidecar) => {
      sidecar.features = { ...sidecar.features, revenue: sidecar.features.income };
    });
    expect(() => importModel(feature)).toThrow('found the feature "revenue", expected features of the model: income, cor');
  });

  test('with one bit of one number changed, or a label', () => {
    const number = withSidecar('spend-lm', ({ proof }) => {
      proof.answers[0].predictions[4] *= 1 + 2 ** -51;
    });
    expect(() => importModel(number)).toThrow(
      /found row 5, type response: ([\d.]+) here, R 4\.2\.2 said (?!\1)[\d.]+ \(63 of 64 rows agree\)/,
    );
    const label = withSidecar('buys-rpart', ({ proof }) => {
      const { predictions } = proof.answers[0];
      predictions[2] = predictions[2] === 'sim' ? 'não' : 'sim';
    });
    expect(() => importModel(label)).toThrow(/row 3, type class: \S+ here/);
  });

  test.each<[string, (proof: Proof) => unknown, string]>([
    ['a value too few in a row', ({ rows }) => rows[3]!.pop(), "found row 4 of R's rows with 5 values, expected 6"],
    ['a prediction too few', ({ answers }) => answers[0]!.predictions.pop(), 'found 63 predictions of R, expected 64'],
    ['a level that the model has not', ({ rows }) => rows[1]!.splice(1, 1, 'roxo'), "found R's rows, of which the model does not take one"],
    [
      'no type that the model has',
      ({ answers }) => answers.map(({ parameters }) => Object.assign(parameters, { type: 'link' })),
      'of no type that the model has',
    ],
    ['no row', ({ rows }) => rows.splice(0), '/proof/rows'],
    [
      'an answer that is nested too deep',
      ({ answers }) => answers[0]!.predictions.splice(0, 1, JSON.parse('['.repeat(2000) + ']'.repeat(2000))),
      'values nested at most',
    ],
  ])('with %s', (_, change, words) => {
    const file = withSidecar('spend-ranger', ({ proof }) => change(proof));
    expect(() => importModel(file)).toThrow(words);
  });
});

test('where R had another BLAS or C library, numbers are near within 1e-9 and labels are the same', () => {
  const near = (change: (proof: Proof) => void) =>
    withSidecar('buys-glm', ({ r, proof }) => {
      r.blas = 'openblas-pthread/libblas.so.3';
      change(proof);
    });
  const nudge = (by: number) =>
    near(({ answers }) => Object.assign(answers[0]!.predictions, [(answers[0]!.predictions[0] as number) * (1 + by)]));
  const model = decodeArtifact(importModel(nudge(1e-14)));
  expect(model.card.proof?.agreed).toBe(64);
  expect(decodeProof(model.proof!, 'a', sha256Of)).toMatchObject({ within: 1e-9 });
  expect(() => importModel(nudge(1e-7))).toThrow('row 1');
});

test('--accept-differences lets somebody look: the card says how many agree, and nothing of it travels', () => {
  const file = withSidecar('spend-ranger', () => {}, 'spend-retrained');
  const model = decodeArtifact(importModel(file, { acceptDifferences: true }));
  expect(model.card.proof).toEqual({ rows: 64, agreed: 0, by: 'R 4.2.2', drawn: true });
  expect(model.proof).toBeUndefined();
  expect(() => verifyCommand([golden('missing')])).toThrow('no such file');
});

describe('the section in the artifact', () => {
  const model = open('spend-ranger');
  const other = (change: (proof: Proof) => void) => {
    const proof = proofOf('spend-ranger');
    change(proof);
    return decodeArtifact(encodeArtifact({ ...model, proof: encodeProof(proof, sha256Of) }));
  };

  test('is computed again: another number in it fails the packaging and the start of a container', () => {
    const changed = other(({ answers }) => answers[0]!.predictions.splice(6, 1, 1));
    expect(failedProof(changed)).toMatch(/^row 7, type response: [\d.]+ here, R 4\.2\.2 said 1$/);
    expect(() => verifyArtifact(encodeArtifact(changed), 'a')).toThrow('row 7');
  });

  test('is refused with a changed byte, and with another form', () => {
    const bytes = whole.get('spend-ranger')!.slice();
    bytes[bytes.length - 20]! ^= 1;
    expect(failedProof(decodeArtifact(bytes))).toContain('found sha256');
    const forms: ((proof: Proof) => unknown)[] = [
      (proof) => Object.assign(proof, { rows: 3 }),
      (proof) => proof.rows[0]!.pop(),
      (proof) => proof.answers.splice(0),
      (proof) => Object.assign(proof.answers[0]!, { predictions: [1] }),
      (proof) => Object.assign(proof, { within: 1 }),
      (proof) => Object.assign(proof, { by: 4 }),
    ];
    for (const change of forms) expect(failedProof(other(change))).toContain('another form of its JSON');
  });

  test('stays out of a function’s package, in which nothing else changes', () => {
    const file = path.join(folder, 'whole.canopy');
    writeFileSync(file, whole.get('spend-ranger')!);
    const lean = leanArtifact(file, model);
    expect(path.relative(folder, lean)).toBe(path.join('function', 'model.canopy'));
    const opened = decodeArtifact(readFileSync(lean));
    expect(opened.proof).toBeUndefined();
    expect([opened.sha256, opened.card, failedCheck(opened)]).toEqual([model.sha256, model.card, undefined]);
    expect(readFileSync(lean).length).toBe(whole.get('spend-ranger')!.length - model.proof!.length);
    expect(leanArtifact(lean, opened)).toBe(lean);
  });
});

test('no value of one row of the training data stands in the sidecar or the artifact', () => {
  for (const name of NAMES) {
    const places = [readFileSync(path.join(FOLDER, `${name}.model.json`)), Buffer.from(whole.get(name)!)];
    for (const rare of [4321.123456789, 5678.987654321]) {
      for (const bytes of places) {
        expect(bytes.includes(String(rare).slice(0, 9))).toBe(false);
        expect(bytes.includes(Buffer.from(Float64Array.of(rare).buffer))).toBe(false);
      }
    }
    const { features, proof } = sidecarOf(name);
    const { edges, counts } = features.income.profile;
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
    expect(edges.slice(1, -1).every((edge: number) => edge % 100 === 0)).toBe(true);
    const incomes = proof.rows.map((row: number[]) => row[proof.columns.indexOf('income')]);
    expect(new Set(incomes).size).toBe(64);
  }
});

describe('what each start would compute for seconds is refused', () => {
  const proved = (change: (proof: Proof) => Partial<Proof>) => {
    const proof = proofOf('spend-lm');
    return failedProof({ ...open('spend-lm'), proof: encodeProof({ ...proof, ...change(proof) }, sha256Of) });
  };

  test('explanations among the answers, which take a thousand times as long', () => {
    const explained = ({ answers: [first] }: Proof) => ({ answers: [{ ...first!, parameters: { explain: true } }] });
    expect(proved(explained)).toMatch(/found the parameter explain, expected predictions alone$/);
  });

  test('more than 2,000 rows in all lists of answers', () => {
    const times = (count: number, { rows, answers: [first] }: Proof) => ({
      rows: Array.from({ length: count }, () => rows[0]!),
      answers: Array.from({ length: 20 }, () => ({ ...first!, predictions: Array.from({ length: count }, () => first!.predictions[0]) })),
    });
    expect(proved((proof) => times(100, proof))).toBeUndefined();
    expect(proved((proof) => times(101, proof))).toMatch(/found 101 rows in 20 lists, expected at most 2000 in all$/);
  });

  test('more than 4,194,304 numbers in a list', () => {
    const { schema, ...rest } = open('spend-lm');
    const wide = { ...rest, schema: { ...schema, kind: 'survival' as const, times: Array.from({ length: 70_000 }, (_, at) => at) } };
    const proof = proofOf('spend-lm');
    expect(failedProof({ ...wide, proof: encodeProof(proof, sha256Of) })).toMatch(
      /found 4480000 predictions of R in a list, expected at most/,
    );
  });
});
