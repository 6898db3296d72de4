import { UsageError } from './commands/command-line.ts';
import { describeCommand } from './commands/describe.ts';
import { explain } from './commands/explain.ts';
import { importCommand } from './commands/import.ts';
import { predictCommand } from './commands/predict.ts';
import { trainCommand } from './commands/train.ts';
import { verifyCommand } from './commands/verify.ts';

const HELP = `npm run model -- COMMAND

  describe FILE                  what a model is: kind, features, classes, size, sha256
  import FILE -o OUT.canopy      make a model file into an artifact
  predict FILE ROWS              predict with a model file or an artifact
  train --data FILE.csv ...      grow the forest that R's ranger grows, and make it into an artifact
  verify FILE ROWS.json          compare with R's own predictions

COMMAND --help says more. Errors go to standard error: exit status 1, or 2 where the command line is not understood.
`;

async function run([command, ...args]: string[]): Promise<string> {
  switch (command) {
    case 'describe':
      return describeCommand(args);
    case 'import':
      return importCommand(args, process.env.SOURCE_DATE_EPOCH);
    case 'predict':
      return await predictCommand(args);
    case 'train':
      return await trainCommand(args, process.env.SOURCE_DATE_EPOCH);
    case 'verify':
      return verifyCommand(args);
    case '--help':
    case '-h':
      return HELP;
    default:
      throw new UsageError(
        `found ${command === undefined ? 'no command' : `the command ${command}`}, expected describe, import, predict, verify or train`,
      );
  }
}

// Whoever reads us may stop early (| head), which is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

// npm runs its scripts in the package's folder; paths are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'model' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`${explain(error)}${usage ? '; --help says more' : ''}\n`);
  process.exitCode = usage ? 2 : 1;
}
