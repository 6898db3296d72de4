import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = ['functions', 'container', 'model', 'shared'];
/** Folders and files that are built or installed, and not written. */
const MADE = /(?:^|\/)(?:node_modules|package\/dist|\.[^/]+)\//;

/** The source files below a folder of the project, by their paths from the root. */
function sourcesOf(room: string): string[] {
  return readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .map((file) => `${room}/${file.split(path.sep).join('/')}`)
    .filter((file) => /\.(?:ts|js|cjs|mjs|css)$/.test(file) && !MADE.test(file));
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const SOURCES = ROOMS.flatMap(sourcesOf);

describe('a newcomer finds the room, and a file fits the head', () => {
  test('no folder has more than 25 source files of its own, tests among them', () => {
    const counts = new Map<string, number>();
    for (const file of [...SOURCES, ...sourcesOf('tests')])
      counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
    expect(counts.size).toBeGreaterThan(20);
    expect([...counts].filter(([, count]) => count > 25)).toEqual([]);
  });

  test('no source file is longer than 300 lines, whatever the lines are, and no test', () => {
    expect([...SOURCES, ...sourcesOf('tests')].filter((file) => read(file).split('\n').length > 301)).toEqual([]);
  });

  test('the linter counts every line of a function, and takes 70', () => {
    const { rules } = JSON.parse(read('biome.json')).linter;
    expect(rules.complexity.noExcessiveLinesPerFunction).toEqual({ level: 'error', options: { maxLines: 70, skipBlankLines: false } });
  });
});

/** Names of families of models, as a name of its own or as a member's: what belongs into one family's folders alone. */
const FAMILY = /\b(?:ranger|rangers|randomForest|random-forest|rpart|lm|glm)\b/;

/** Where a family may be named: its own folders, and the training, which grows ranger's forests and no others. */
const FAMILIES = ['shared/bodies/', 'model/readers/', 'model/train/'];

/** Files beside them that name one, each for a reason of its own. */
const NAMED: Record<string, string> = {
  'model/main.ts': 'the help of train',
  'container/package/main.ts': 'the help of train',
  'model/commands/train-request.ts': 'the help and the options of train',
  'container/train-job.ts': 'the help of train-job',
  'container/train/hyperparameters.ts': 'the names of what a training job is asked for',
  'model/artifact/describe.ts': 'the card of a model that was trained here',
  'shared/page/html/training.ts': 'the card of a model that was trained here',
  'shared/schema/check-card.ts': 'the card of a model that was trained here',
};

/** The code of a source without its comments, line by line. */
function codeOf(file: string): string[] {
  const loader = file.endsWith('.ts') ? 'ts' : 'js';
  const { code } = transformSync(read(file), { loader, legalComments: 'none', charset: 'utf8' });
  // esbuild keeps the comments that stand within an expression.
  return code.split('\n').filter((line) => !/^\s*(?:\/\/|\/\*|\*)/.test(line));
}

test('no file outside the rooms of the families names one', () => {
  const files = SOURCES.filter((file) => !file.endsWith('.css') && !FAMILIES.some((room) => file.startsWith(room)));
  expect(files.length).toBeGreaterThan(100);
  const naming = files.flatMap((file) => {
    // Most do not name one in their comments either, and then there is nothing to take off.
    const lines = FAMILY.test(read(file)) && !(file in NAMED) ? codeOf(file).filter((line) => FAMILY.test(line)) : [];
    return lines.length > 0 ? [`${file}: ${lines.map((line) => line.trim()).join(' | ')}`] : [];
  });
  expect(naming).toEqual([]);
  expect(Object.keys(NAMED).filter((file) => !codeOf(file).some((line) => FAMILY.test(line)))).toEqual([]);
});
