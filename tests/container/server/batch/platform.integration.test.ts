import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { predictCommand } from '../../../../model/commands/predict.ts';
import { openBatch } from '../../../support/batch/start-batch.ts';
import { runTransformJob, type TransformJob } from '../../../support/batch/transform-job.ts';
import { golden } from '../../../support/golden.ts';

const ages = golden('heart-age');
const batch = openBatch('heart-age');

let dir: string;
let failing: string[] = [];
let bearing: string[] = [];

/** Two containers, as two instances of a job have them. */
async function instances(env: Record<string, string>): Promise<string[]> {
  const started = await Promise.all([batch.start(env), batch.start(env)]);
  return started.map(({ url }) => url);
}

/** So many rows, from a place on; most ages have 17 digits. */
const rowsOf = (count: number, from: number) => Array.from({ length: count }, (_, at) => 20 + (((from + at) * 7_919) % 55_001) / 1_001);
const csvOf = (rows: number[]) => rows.map((age) => `${age}\n`).join('');
const linesOf = (rows: number[]) => rows.map((age) => `{"age":${age}}\n`).join('');

/** The files of a job by their names, what `canopy predict` says of each, and a row of each as the platform cuts it. */
type Files = { files: Map<string, Buffer>; expected: Map<string, string> };

async function filesOf(counts: Record<string, number>, ending: 'csv' | 'jsonl'): Promise<Files> {
  const made: Files = { files: new Map(), expected: new Map() };
  for (const [name, count] of Object.entries(counts)) {
    const rows = rowsOf(count, name.length);
    const text = ending === 'csv' ? csvOf(rows) : linesOf(rows);
    const file = path.join(dir, `${name}.${ending}`);
    writeFileSync(file, text);
    const { predictions } = JSON.parse(await predictCommand([ages.file, file]));
    made.files.set(`${name}.${ending}`, Buffer.from(text));
    made.expected.set(`${name}.${ending}.out`, predictions.map((one: number) => `${one}\n`).join(''));
  }
  return made;
}

let [csv, lines, small]: (Files | undefined)[] = [];
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'canopy-platform-'));
  [failing, bearing] = await Promise.all([instances({}), instances({ BATCH_ON_ERROR: 'line' })]);
  csv = await filesOf({ a: 140_000, bb: 560_000, ccc: 3 }, 'csv');
  lines = await filesOf({ a: 60_000, bb: 250_000, ccc: 1 }, 'jsonl');
  small = await filesOf({ a: 40, bb: 7 }, 'csv');
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true }));

const CSV = { ContentType: 'text/csv', Accept: 'text/csv' };
const JSON_LINES = { ContentType: 'application/jsonlines', Accept: 'application/jsonlines' };

/** Runs a job on files; each output must be what is expected, byte for byte. */
async function expectJob({ files, expected }: Files, job: Omit<TransformJob, 'files' | 'instances'>, urls = failing): Promise<number> {
  const { outputs, failures, requests } = await runTransformJob({ ...job, files, instances: urls });
  expect(failures).toEqual([]);
  expect([...outputs.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, text] of expected) expect(outputs.get(name) === text).toBe(true);
  return requests;
}

describe('two instances share the files of a job, and each output is what canopy predict says, line for line', () => {
  test.each<[string, Partial<TransformJob>, number]>([
    // 10 MB and 2.5 MB of CSV in payloads as the containers say, of 1 MB, of 6 MB and of all there is; and 3 rows.
    ['as the containers say', {}, 3],
    ['1 MB, four at once', { MaxPayloadInMB: 1, MaxConcurrentTransforms: 4 }, 14],
    ['6 MB', { MaxPayloadInMB: 6 }, 4],
    ['100 MB', { MaxPayloadInMB: 100 }, 3],
    ['0: whole files in chunks', { MaxPayloadInMB: 0 }, 3],
  ])(
    'Line, MultiRecord, payloads of %s',
    async (_, job, least) => {
      expect(await expectJob(csv as Files, { ...CSV, SplitType: 'Line', BatchStrategy: 'MultiRecord', ...job })).toBeGreaterThanOrEqual(
        least,
      );
      await expectJob(lines as Files, { ...JSON_LINES, SplitType: 'Line', BatchStrategy: 'MultiRecord', ...job }, bearing);
    },
    60_000,
  );

  test('Line, SingleRecord: a request a line', async () => {
    expect(await expectJob(small as Files, { ...CSV, SplitType: 'Line', BatchStrategy: 'SingleRecord', MaxPayloadInMB: 6 })).toBe(47);
  });

  test.each([0, 6, 100])('None, %s MB: a request a file', async (MaxPayloadInMB) => {
    expect(await expectJob(small as Files, { ...CSV, SplitType: 'None', MaxPayloadInMB })).toBe(2);
    if (MaxPayloadInMB !== 6) expect(await expectJob(csv as Files, { ...CSV, SplitType: 'None', MaxPayloadInMB })).toBe(3);
  });

  test('AssembleWith Line adds no blank line', async () => {
    await expectJob(small as Files, { ...CSV, SplitType: 'Line', BatchStrategy: 'SingleRecord', AssembleWith: 'Line' });
  });
});

describe('JoinSource Input', () => {
  test('has each row of CSV with its answer behind it', async () => {
    const { files, expected } = csv as Files;
    const joined = new Map(
      [...files].map(([name, file]) => {
        const answers = (expected.get(`${name}.out`) as string).split('\n');
        const rows = file.toString().trimEnd().split('\n');
        return [`${name}.out`, rows.map((row, at) => `${row},${answers[at]}\n`).join('')];
      }),
    );
    await expectJob(
      { files, expected: joined },
      { ...CSV, SplitType: 'Line', MaxPayloadInMB: 1, AssembleWith: 'Line', JoinSource: 'Input' },
    );
  });

  test('has each record of JSON Lines with its answer, and bad ones with an error, where a bad row fails nothing', async () => {
    const files = new Map([['a.jsonl', Buffer.from('{"id":7,"age":54}\n{"id":8,"age":"old"}\n{"id":9,"age":61}\n')]]);
    const job: TransformJob = { ...JSON_LINES, files, instances: bearing, SplitType: 'Line', JoinSource: 'Input', AssembleWith: 'Line' };
    const { outputs } = await runTransformJob(job);
    const found = outputs
      .get('a.jsonl.out')
      ?.trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found).toEqual([
      { id: 7, age: 54, SageMakerOutput: ages.predictions[54] },
      { id: 8, age: 'old', SageMakerOutput: { error: 'feature "age": found the text "old", expected a finite number' } },
      { id: 9, age: 61, SageMakerOutput: ages.predictions[61] },
    ]);
  });
});

describe('a bad row in a payload', () => {
  const rows = rowsOf(200_000, 5);
  const bad = Buffer.from(`${csvOf(rows.slice(0, 150_000))}old\n${csvOf(rows.slice(150_000))}`);
  const job = { ...CSV, SplitType: 'Line', MaxPayloadInMB: 6 } as const;

  test('fails its file by default, with the reason, and no other file', async () => {
    const files = new Map([['bad.csv', bad], ...(small as Files).files]);
    const { outputs, failures, requests } = await runTransformJob({ ...job, files, instances: failing });
    expect([...outputs.keys()].sort()).toEqual(['a.csv.out', 'bb.csv.out']);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^bad\.csv: Bad HTTP status received from algorithm: 422 .*line 150001: feature \\"age\\": found the text/);
    expect(requests).toBe(6);
  });

  test('has an empty field, where it fails nothing, and every other line is as it was', async () => {
    const { outputs } = await runTransformJob({ ...job, files: new Map([['bad.csv', bad]]), instances: bearing });
    const found = (outputs.get('bad.csv.out') as string).split('\n');
    expect(found).toHaveLength(200_002);
    expect(found.splice(150_000, 1)).toEqual(['""']);
    const good = await runTransformJob({ ...job, files: new Map([['a.csv', Buffer.from(csvOf(rows))]]), instances: bearing });
    expect(found.join('\n') === good.outputs.get('a.csv.out')).toBe(true);
  });

  test('a type that the container does not read fails the job in words', async () => {
    const { failures } = await runTransformJob({
      ...job,
      ContentType: 'application/x-recordio-protobuf',
      files: (small as Files).files,
      instances: failing,
    });
    expect(failures[0]).toMatch(/415 .*the content type cannot be read/);
  });
});
