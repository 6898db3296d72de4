import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { READERS } from '../../model/readers/readers.ts';
import { PROJECT } from '../support/project.ts';

const TEXT = readFileSync(path.join(PROJECT, 'model/canopy.R'), 'utf8');
/** The code without its comments and texts. */
const CODE = TEXT.replaceAll(/^\s*#.*$/gm, '')
  .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  .replaceAll(/#.*$/gm, '');

/** Functions and arguments that base R, stats, utils, tools and methods got after 3.5.0, by their version's NEWS. */
const NEWER = [
  // 3.6
  ...['str2lang', 'str2expression', 'nullfile', 'asplit', 'errorCondition', 'warningCondition', 'infoRDS', 'askYesNo', 'hcl.colors'],
  // 4.0
  ...[
    'deparse1',
    'list2DF',
    'proportions',
    'marginSums',
    'activeBindingFunction',
    'tryInvokeRestart',
    'globalCallingHandlers',
    '.class2',
    '.S3method',
    'R_user_dir',
    'trimConcordance',
  ],
  // 4.1 and 4.2
  ...['numToInts', 'numToBits', 'gregexec', 'charClass', '...names', 'Sys.setLanguage', 'isa', 'mtfrm', 'R_compiled_by'],
  // 4.3, 4.4 and 4.5
  ...['array2DF', 'as.data.frame.vector', 'Tailcall', 'Exec', 'sort_by', 'use', 'grepv', 'balancePOSIXlt', '%\\|\\|%'],
];

describe('model/canopy.R', () => {
  test('has at most 400 lines of at most 150 characters', () => {
    const lines = TEXT.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(400);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(150);
  });

  test('knows the classes that are read, no other one, and none that is read only to be refused', () => {
    const plain = (name: string) => name.replace(/\.(?:formula|penal|forest)$/, '');
    const read = new Set(READERS.flatMap(({ classes }) => classes).map(plain));
    // A process of all taus is refused by its reader.
    read.delete('rq.process');
    const served = /SERVED <- list\(([\s\S]*?)\)\n {2}LEAST/.exec(TEXT)![1]!;
    const named = new Set(Array.from(served.replaceAll(/[\w.]+ = /g, '').matchAll(/"([^"]+)"/g), ([, name]) => name!));
    expect([...named].sort()).toEqual([...read].sort());
  });

  // Also where it is handed over by its name, as in vapply(x, deparse1, ""); an argument of such a name is another thing.
  test.each(NEWER)('does not ask for %s, which R 3.5 has not', (name) => {
    const escaped = name.startsWith('%') ? name : `(?<![\\w.$])${name.replaceAll('.', '\\.')}(?![\\w.])(?!\\s*=[^=])`;
    expect(CODE).not.toMatch(new RegExp(escaped));
  });

  test.each<[string, RegExp]>([
    ['the pipe', /\|>/],
    ['a function by a backslash', /\\\(/],
    ['a raw text', /\b[rR]["']-*[([{]/],
    ['a pipe placeholder', /\b_\b/],
    ['trimws(whitespace =)', /\bwhitespace\s*=/],
    ['paste(recycle0 =)', /recycle0/],
    ['named conditions of stopifnot()', /stopifnot\(\s*""\s*=/],
    ['order(method) or factor(x, ...) of 4.x: Reduce(simplify =)', /Reduce\((?:[^()]|\([^()]*\))*simplify/],
    ['tapply or unsplit of data frames', /\bunsplit\(|tapply\((?:[^()]|\([^()]*\))*~/],
    ['a package that is attached', /\b(?:library|require)\(/],
    ['an assignment outside of its function', /<<-/],
  ])('does not have %s', (_, pattern) => {
    expect(_.startsWith('a raw') ? TEXT : CODE).not.toMatch(pattern);
  });
});
