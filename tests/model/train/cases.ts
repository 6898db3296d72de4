import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRds } from '../../../model/rds/rds.ts';
import { attributesOf, element, listOf, NA_INTEGER, numbersOf, type RValue } from '../../../model/rds/values.ts';
import type { RangerArguments } from '../../../model/train/arguments.ts';
import { readCsv } from '../../../model/train/data/read-csv.ts';
import { type Trained, trainForest } from '../../../model/train/train.ts';

/** A fit that tests/golden/train/make.R made: its data, and how ranger was called. `own`: the seed is ranger's own. */
export type TrainCase = { data: string; formula: string; seed: number; own: boolean; arguments: RangerArguments };

/** The cases of a folder that make.R wrote. */
export function readCases(folder: string): Record<string, TrainCase> {
  return JSON.parse(readFileSync(path.join(folder, 'cases.json'), 'utf8')) as Record<string, TrainCase>;
}

/** Trains a case and tells every difference from R's object: none where all nodes are equal. */
export async function differences(folder: string, name: string, given: TrainCase, threads: number): Promise<string[]> {
  const trained = await trainCase(folder, given, threads);
  const object = trained.object;
  const wanted = readRds(readFileSync(path.join(folder, `${name}.RDS`)), name);
  const found: string[] = [];
  const note = (place: string, difference: string | undefined) => {
    if (difference !== undefined) found.push(`${place}: ${difference}`);
  };
  const [forest, ours] = [element(wanted, 'forest') as RValue, element(object, 'forest') as RValue];
  for (const part of namesOf(forest)) note(part, firstDifference(element(forest, part), element(ours, part)));
  const error = numbersOf(element(wanted, 'prediction.error'), 'prediction.error')[0] as number;
  const oob = trained.grown.oob?.error as number;
  if (!(Math.abs(error - oob) <= 1e-12) && !(Number.isNaN(error) && Number.isNaN(oob)))
    found.push(`prediction.error: ${oob}, R says ${error}`);
  const importance = element(wanted, 'variable.importance');
  if (importance)
    note('variable.importance', firstDifference(plain(importance), { type: 'double', values: trained.grown.importance as Float64Array }));
  const inbag = element(wanted, 'inbag.counts');
  if (inbag) {
    listOf(inbag, 'inbag.counts').forEach((counts, tree) => {
      const values = Float64Array.from(trained.grown.trees[tree]?.inbagCounts ?? []);
      note(`inbag.counts ${tree + 1}`, firstDifference(counts, { type: 'double', values }));
    });
  }
  const nodeValues = element(wanted, 'random.node.values');
  if (nodeValues) note('random.node.values', firstDifference(plain(nodeValues), element(object, 'random.node.values')));
  return found;
}

/** Trains a case in a number of threads. */
export async function trainCase(folder: string, given: TrainCase, threads: number): Promise<Trained> {
  const file =
    given.data === 'heart'
      ? fileURLToPath(new URL('../../../model/heart/heart.csv', import.meta.url))
      : path.join(folder, `${given.data}.csv`);
  const table = readCsv(readFileSync(file, 'utf8'), file);
  const fraction = given.arguments['sample.fraction'];
  const shares = fraction === undefined ? {} : { 'sample.fraction': [fraction].flat() };
  return await trainForest(table, {
    formula: given.formula,
    arguments: { ...given.arguments, ...shares, 'num.threads': threads },
    seeds: given.own ? { rangerSeed: given.seed } : { seed: given.seed },
  });
}

function namesOf(value: RValue): string[] {
  const names = attributesOf(value).get('names');
  return names?.type === 'character' ? names.values.filter((name) => name !== null) : [];
}

/** Numbers as doubles, NA as NaN. */
function plain(value: RValue): RValue {
  const isInteger = value.type === 'integer';
  return {
    type: 'double',
    values: Float64Array.from(numbersOf(value, 'numbers'), (one) => (isInteger && one === NA_INTEGER ? Number.NaN : one)),
  };
}

/** A list, however the reader keeps it. */
function asList(value: RValue): RValue {
  return { type: 'list', values: listOf(value, 'a list') };
}

/** Where two R values first differ, numbers by their bits (integer or double alike); undefined where they do not. */
function firstDifference(wanted: RValue | undefined, found: RValue | undefined): string | undefined {
  if (wanted === undefined || wanted.type === 'null') return found === undefined || found.type === 'null' ? undefined : 'R has none';
  if (found === undefined || found.type === 'null') return 'missing';
  if (wanted.type === 'packed' || found.type === 'packed') return firstDifference(asList(wanted), asList(found));
  if (!('values' in wanted) || !('values' in found)) return 'another type';
  if (wanted.values.length !== found.values.length) return `length ${found.values.length}, R says ${wanted.values.length}`;
  for (let at = 0; at < wanted.values.length; at += 1) {
    const [one, other] = [wanted.values[at], found.values[at]];
    if (wanted.type === 'list' && found.type === 'list') {
      const inner = firstDifference(wanted.values[at], found.values[at]);
      if (inner !== undefined) return `[[${at + 1}]] ${inner}`;
    } else if (!Object.is(one, other)) return `[${at + 1}] ${String(other)}, R says ${String(one)}`;
  }
  return undefined;
}
