import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { familiesOf, isRead, readChosen } from '../../../model/artifact/import.ts';
import { inflate } from '../../../model/rds/inflate.ts';
import { RDS_LIMITS } from '../../../model/rds/limits.ts';
import { readRFile } from '../../../model/rds/rds.ts';
import type { RValue } from '../../../model/rds/values.ts';
import { modelIn } from '../../../model/readers/saved.ts';
import { pipelineFile } from '../../support/pipelines/files.ts';
import { RWriter } from '../../support/r-writer.ts';

/*
 * A function that was made in somebody's workspace brings all of it into the file, and a workflow has many functions. What is read of it is
 * walked over once, and nothing of it is kept.
 */

const [PAIRLIST, CLOSURE, ENVIRONMENT, GLOBAL, NULL, TAG] = [2, 3, 4, 253, 254, 1 << 10];
const HEADER = new RWriter().plain().length;
/** Most processor time, in seconds: an idle machine takes a twentieth. */
const CEILING_S = 10;

const plain = inflate(readFileSync(pipelineFile('step-normalize-center-scale-range')), 'w', RDS_LIMITS.inflatedBytes);

/** A golden workflow with one more attribute: a function whose environment has these variables. */
function workflowWith(variables: Record<string, RValue>): Uint8Array {
  const writer = new RWriter().integer(PAIRLIST | TAG).symbol('the workspace');
  writer
    .integer(CLOSURE | TAG)
    .integer(ENVIRONMENT)
    .integer(0)
    .integer(GLOBAL);
  for (const [name, value] of Object.entries(variables))
    writer
      .integer(PAIRLIST | TAG)
      .symbol(name)
      .value(value);
  // The end of the frame, no table, no attributes; no arguments, no code; the end of the workflow's attributes.
  for (let left = 6; left > 0; left -= 1) writer.integer(NULL);
  return Buffer.concat([plain.subarray(0, -4), writer.plain().subarray(HEADER)]);
}

/** Reads a workflow: how many values were met, in steps of 64, what it took of the processor, and what is held of it at the end. */
function readWorkflow(bytes: Uint8Array) {
  let steps = 0;
  const start = process.cpuUsage();
  const file = readRFile(bytes, 'w.RDS', RDS_LIMITS, () => {
    steps += 1;
  });
  const { schema } = readChosen(modelIn(file, 'w.RDS', { isRead, families: familiesOf() }), 'w.RDS');
  const { user, system } = process.cpuUsage(start);
  return { steps, seconds: (user + system) / 1e6, held: bytesIn(file.value), features: schema.features };
}

/** The bytes of all numbers and texts that can be reached from a value. */
function bytesIn(root: unknown): number {
  const seen = new Set<unknown>();
  const next = [root];
  let bytes = 0;
  for (let value = next.pop(); value !== undefined; value = next.pop()) {
    if (typeof value === 'string') bytes += value.length;
    else if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const inner of value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value))
        if (inner !== undefined) next.push(inner);
    }
  }
  return bytes;
}

const doubles = (count: number): RValue => ({ type: 'double', values: Float64Array.from({ length: count }, (_, at) => at / 3) });
const texts = (count: number): RValue => ({ type: 'character', values: Array.from({ length: count }, (_, at) => `text ${at}`) });
const lists = (count: number): RValue => ({ type: 'list', values: Array.from({ length: count }, () => texts(2)) });

describe('a workflow whose function brings a workspace along', () => {
  const bare = readWorkflow(plain);

  test.each<[string, (size: number) => Record<string, RValue>]>([
    ['one large vector', (size) => ({ x: doubles(400_000 * size) })],
    ['texts', (size) => ({ x: texts(100_000 * size) })],
    ['a list of many values', (size) => ({ x: lists(50_000 * size) })],
    ['many variables', (size) => Object.fromEntries(Array.from({ length: 5_000 * size }, (_, at) => [`variable ${at}`, doubles(20)]))],
  ])('%s: the model is the same, the work grows with the file, and nothing large is kept', (_, workspace) => {
    const [one, four] = [1, 4].map((size) => readWorkflow(workflowWith(workspace(size)))) as [typeof bare, typeof bare];
    for (const { features, seconds } of [one, four]) {
      expect(features).toEqual(bare.features);
      expect(seconds).toBeLessThan(CEILING_S);
    }
    // Four times the values, and no more; a large vector is one.
    expect(four.steps - bare.steps).toBeLessThanOrEqual(4 * (one.steps - bare.steps) + 4);
    // Of a variable its name alone.
    expect(four.held - bare.held).toBeLessThan(1_000_000);
  });
});
