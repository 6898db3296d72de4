import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { paramNames } from '../../container/deploy/steps.ts';
import { PROJECT } from '../support/project.ts';

const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const PARAMETERS = new Set([...paramNames('api'), ...paramNames('endpoint')]);
/** Options of programs that are not ours, where a text names them: curl's, the framework's, npm's own. */
const FOREIGN = ['--data-binary', '--noSponsor', '--experimental-vm-modules'];

/** Whatever tells a person what to do: the texts of the sources and the documents, line by line; comments tell developers. */
const LINES = ['container', 'functions', 'model', 'shared', '.']
  .flatMap((room) => (room === '.' ? ['README.md', 'README.pt.md', 'ARCHITECTURE.md', '.github/CONTRIBUTING.md'] : filesOf(room)))
  .flatMap((file) =>
    readFileSync(path.join(PROJECT, file), 'utf8')
      .split('\n')
      .map((line, at) => ({ where: `${file}:${at + 1}`, line })),
  )
  .filter(({ line }) => !/^\s*(?:\/\/|\*|\/\*)/.test(line));

function filesOf(room: string): string[] {
  return readdirSync(path.join(PROJECT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|md)$/.test(name))
    .map((name) => `${room}/${name.split(path.sep).join('/')}`);
}

const helps = new Map<string, string>();
/** What a script of ours says of itself; of a command's command too. */
function helpOf(script: string, command: string): string {
  const words = (scripts[script] ?? '').split(' ').slice(1);
  const key = `${script} ${command}`;
  const known = helps.get(key);
  if (known !== undefined) return known;
  const run = (args: string[]) => execFileSync(process.execPath, [...words, ...args], { cwd: PROJECT, encoding: 'utf8', timeout: 60_000 });
  // These two have commands of their own.
  const help = run(['model', 'bench'].includes(script) && command !== '' ? [command, '--help'] : ['--help']);
  helps.set(key, help);
  return help;
}

/** The scripts whose command lines are ours; jest, tsc and npm pack have their own. */
const OURS = Object.keys(scripts).filter((name) => !/^(?:test|check|package)/.test(name));

test('every npm script that a text names is there, and takes the options that it names with it', () => {
  const wrong: string[] = [];
  for (const { where, line } of LINES) {
    for (const [, run, whole = ''] of line.matchAll(
      /\bnpm (?:run (?:--silent )?)?((?:(?<=run |silent )[a-z]+(?:[:-][a-z]+)*)|start)(?: -- ([^`"|;#\n]*))?/g,
    )) {
      const script = run as string;
      if (!Object.hasOwn(scripts, script)) wrong.push(`${where}: npm run ${script}`);
      if (!OURS.includes(script)) continue;
      const command = /^[a-z]+/.exec(whole)?.[0] ?? '';
      for (const [option] of whole.matchAll(/--[a-zA-Z][\w.-]*/g)) {
        if (option !== '--help' && !helpOf(script, command).includes(option.replace(/\.$/, '')))
          wrong.push(`${where}: npm run ${script} -- ${command} ${option}`);
      }
    }
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('every parameter that a text gives to a deploy is one of a stack', () => {
  const wrong = LINES.flatMap(({ where, line }) =>
    Array.from(line.matchAll(/--param (\w+)=/g), ([, name]) => name as string)
      .filter((name) => !PARAMETERS.has(name) && !/^name$/i.test(name))
      .map((name) => `${where}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('every option in a sentence is an option of one of our commands', () => {
  const commands = [
    ...OURS.map((script) => [script, '']),
    ...['describe', 'explain', 'import', 'verify', 'predict', 'train'].map((one) => ['model', one]),
  ];
  const all = [
    ...commands.map(([script = '', command = '']) => helpOf(script, command)),
    helpOf('bench', 'faults'),
    helpOf('bench', 'speed'),
    // The package's command.
    execFileSync(process.execPath, ['container/package/main.ts', '--help'], { cwd: PROJECT, encoding: 'utf8', timeout: 60_000 }),
  ].join('\n');
  const known = new Set([...FOREIGN, ...Array.from(all.matchAll(/--[a-zA-Z][\w.-]*/g), ([option]) => option.replace(/\.$/, ''))]);
  // What begins a text by itself is an argument for a program.
  const named = LINES.filter(({ line }) => !line.includes('docker ')).flatMap(({ where, line }) =>
    Array.from(line.matchAll(/(?<=[^'"`\s,[] )--[a-zA-Z][\w.-]*/g), ([option]) => ({ where, option: option.replace(/\.$/, '') })),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ option }) => !known.has(option)).map(({ where, option }) => `${where}: ${option}`)).toEqual([]);
}, 120_000);
