import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadAtOnce, OURS, OURS_OF_SERVERS, standIn, takeDirectly } from '../../../model/bundle/late.ts';
import { PROJECT } from '../../support/project.ts';

describe('the stand-in of a module that waits', () => {
  test.each([...OURS, ...OURS_OF_SERVERS])('of %s has its functions', async (file) => {
    const module: Record<string, unknown> = await import(path.join(PROJECT, file));
    const text = standIn(readFileSync(path.join(PROJECT, file), 'utf8'), file);
    const named = Array.from(text.matchAll(/^export function (\w+)/gm), ([, name]) => name as string);
    expect(named.length).toBeGreaterThan(0);
    expect(named.sort()).toEqual(Object.keys(module).sort());
  });

  test.each([
    ['export const MOST = 3;', 'const'],
    ['export class Reader {}', 'class'],
    ["export * from './other.ts';", 'a list'],
    ['export { read };', 'a list'],
  ])('of %s is refused: found %s', (source, found) => {
    expect(() => standIn(`export function one() {}\n${source}\n`, 'some.ts')).toThrow(
      `some.ts: found ${found} exported, expected functions and types alone`,
    );
  });

  test('loads its module by require() in what is written, and leaves other imports as they are', () => {
    expect(loadAtOnce('let a,b=()=>a??=__late(import("./predict.npy-A.cjs"));await import("./other.cjs")')).toBe(
      'let a,b=()=>a??=require("./predict.npy-A.cjs");await import("./other.cjs")',
    );
  });
});

describe('what a source imports of Node', () => {
  test('is taken from the module itself, by the names that it has here', () => {
    expect(takeDirectly("import { type FileHandle, open as openFile, stat } from 'node:fs/promises';\nopenFile();")).toBe(
      "const { open: openFile, stat } = globalThis.process.getBuiltinModule('node:fs/promises');\nopenFile();",
    );
  });

  test('stays where it is a type, a whole module, or of a library', () => {
    const others = ["import type { Socket } from 'node:net';", "import path from 'node:path';", "import { z } from 'zod';"].join('\n');
    expect(takeDirectly(others)).toBe(others);
    expect(takeDirectly("import { type Dirent } from 'node:fs';")).toBe('');
  });
});
