#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// The command `canopy` of the package. Each subcommand is the entry that `npm run` starts in the repository, loaded when it is asked for.
const HELP = `canopy COMMAND

  describe FILE                  what a model is: kind, features, classes, size of its forest, sha256
  explain FILE ROWS              why predictions are what they are: what each feature adds
  import FILE.RDS -o OUT.canopy  make a model file into an artifact
  predict FILE ROWS [-o OUT]     predict with a model file or an artifact; with -o a file of any size
  train --data FILE.csv ...      grow the forest that R's ranger grows, and make it into an artifact
  verify FILE ROWS.json          compare with R's predictions
  serve [--api]                  serve the model of a folder over HTTP, as SageMaker asks; --api: the page and the public API too
  start [--model FILE]           the whole of canopy on this machine: container, API and page

COMMAND --help says more. --version prints the version. Errors go to standard error: exit status 1, or 2 where the command line is
not understood.
`;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`Node: found ${process.version}, expected 22.18 or newer\n`);
  process.exit(1);
}

// Node keeps what it compiled (in NODE_COMPILE_CACHE, else in the folder for temporary files): the next command starts sooner. It is not
// imported by its name: Node 20 does not have it, and would end with a syntax error before the check above.
module.enableCompileCache();

const [command, ...rest] = process.argv.slice(2);
// A script of the user's package may be called start or model. Paths are then meant from where it runs, as in any script.
delete process.env.INIT_CWD;

switch (command) {
  case 'describe':
  case 'explain':
  case 'import':
  case 'predict':
  case 'train':
  case 'verify':
    await import('../../model/main.ts');
    break;
  case 'serve':
    await serve();
    break;
  case 'start':
    process.argv.splice(2, 1);
    await import('../start.ts');
    break;
  case '--help':
  case '-h':
    await say(HELP);
    break;
  case '--version': {
    const { default: about } = await import('./package.json', { with: { type: 'json' } });
    await say(`${about.version}\n`);
    break;
  }
  default: {
    const found = command === undefined ? 'no command' : `the command ${command}`;
    process.stderr.write(`found ${found}, expected describe, explain, import, predict, train, verify, serve or start; --help says more\n`);
    process.exitCode = 2;
  }
}

/** The container's entry takes `serve` for what SageMaker asks alone, and nothing for the page and the API too. */
async function serve(): Promise<void> {
  if (rest.includes('--api')) {
    process.argv.splice(2, process.argv.length, ...rest.filter((argument) => argument !== '--api'));
    const page = fileURLToPath(new URL('page.json', import.meta.url));
    if (existsSync(page)) process.env.PAGE_FILE ??= page;
  }
  await import('../main.ts');
}

async function say(text: string): Promise<void> {
  const { print } = await import('../../model/commands/command-line.ts');
  print(text);
}
