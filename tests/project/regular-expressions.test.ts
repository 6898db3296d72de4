import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from '@babel/parser';
import { describe, expect, test } from '@jest/globals';
import { analyse } from 'scslre';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = ['functions', 'container', 'model', 'shared'];
/** Folders and files that are built or installed, and not written. */
const MADE = /(?:^|\/)(?:node_modules|package\/dist|\.[^/]+)\//;

/** Expressions that can take quadratic time, and why no text makes them: they meet no more than so many characters, of ours or counted before. */
const BOUNDED: Record<string, string> = {
  '/\\B(?=(?:\\d{3})+$)/g': 'the digits of a number of ours (shared/bodies/measures.ts)',
  '/\\.?0+$/': 'a number that was printed here (model/formula/cut.ts)',
  '/\\[[^,]*,/': 'a label that cutLabels wrote (model/steps/bins.ts)',
  '/,[^\\]]+\\]/': 'a label that cutLabels wrote (model/steps/bins.ts)',
  '/^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?$/': 'a number of 400 bytes at most (model/readers/xgboost/json.ts)',
};

/** Files that put an expression together, each from constants of its own: those were looked at by hand. */
const COMPOSED = [
  'container/deploy/parameters.ts',
  'model/artifact/target.ts',
  'model/bundle/build-page.ts',
  'model/bundle/lean.ts',
  'model/readers/caret/pre-process.ts',
  'model/train/data/formula.ts',
];

const SOURCES = ROOMS.flatMap((room) =>
  readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .map((file) => `${room}/${file.split(path.sep).join('/')}`)
    .filter((file) => /\.(?:ts|js|cjs|mjs)$/.test(file) && !MADE.test(file)),
);

type Found = { literals: { text: string; source: string; flags: string }[]; composes: boolean };

/** The regular expressions of a source, and whether it makes one of strings. */
function expressionsOf(file: string): Found {
  const found: Found = { literals: [], composes: false };
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern, flags, callee } = node as { type?: string; pattern?: string; flags?: string; callee?: { name?: string } };
    if (type === 'RegExpLiteral') found.literals.push({ text: `/${pattern}/${flags}`, source: pattern ?? '', flags: flags ?? '' });
    if ((type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp') found.composes = true;
    for (const part of Object.values(node)) visit(part);
  };
  visit(parse(readFileSync(path.join(ROOT, file), 'utf8'), { sourceType: 'unambiguous', plugins: ['typescript'] }).program);
  return found;
}

/** Whether some text makes an expression take more than linear time: https://github.com/RunDevelopment/scslre. */
const isSlow = (one: { source: string; flags: string }) => analyse(one).reports.length > 0;

describe('a regular expression takes linear time', () => {
  const found = SOURCES.map((file) => ({ file, ...expressionsOf(file) }));

  test('each of what ships does, but for those that meet short texts alone', () => {
    const slow = found.flatMap(({ file, literals }) => literals.filter(isSlow).map(({ text }) => ({ file, text })));
    expect(found.flatMap(({ literals }) => literals).length).toBeGreaterThan(300);
    expect(slow.filter(({ text }) => !(text in BOUNDED))).toEqual([]);
    expect(Object.keys(BOUNDED).filter((text) => !slow.some((one) => one.text === text))).toEqual([]);
  });

  test('those that are put together of strings stand where they were looked at', () => {
    expect(
      found
        .filter(({ composes }) => composes)
        .map(({ file }) => file)
        .sort(),
    ).toEqual(COMPOSED);
  });

  test('the check sees what held a thread for minutes', () => {
    expect(isSlow({ source: String.raw`^[+-]?\d*\.?\d*(?:[eE][+-]?\d+)?$`, flags: '' })).toBe(true);
    expect(isSlow({ source: String.raw`^\s*(?:NA)?\s*$`, flags: '' })).toBe(true);
    expect(isSlow({ source: String.raw`^[+-]?\d+(?:\.\d*)?$`, flags: '' })).toBe(false);
  });
});
