import { UsageError } from './commands/command-line.ts';

const HELP = `npm run model -- COMMAND

  describe FILE                  what a model is: kind, features, classes, size, sha256
  explain FILE ROWS              why predictions are what they are: what each feature adds
  import FILE -o OUT.canopy      make a model file into an artifact
  predict FILE ROWS [-o OUT]     predict with a model file or an artifact; with -o a file of any size
  train --data FILE.csv ...      grow the forest that R's ranger grows, and make it into an artifact
  verify FILE ROWS.json          compare with R's predictions

COMMAND --help says more. Errors go to standard error: exit status 1, or 2 where the command line is not understood.
`;

/** Each command loads its code when it is asked for: reading and compiling all of it takes longer than most commands run. */
async function run([command, ...args]: string[]): Promise<string> {
  switch (command) {
    case 'describe':
      return (await import('./commands/describe.ts')).describeCommand(args);
    case 'explain':
      return await (await import('./commands/explain-rows.ts')).explainCommand(args);
    case 'import':
      return (await import('./commands/import.ts')).importCommand(args, process.env.SOURCE_DATE_EPOCH);
    case 'predict':
      return await (await import('./commands/predict.ts')).predictCommand(args);
    case 'train':
      return await (await import('./commands/train.ts')).trainCommand(args, process.env.SOURCE_DATE_EPOCH);
    case 'verify':
      return (await import('./commands/verify.ts')).verifyCommand(args);
    case '--help':
    case '-h':
      return HELP;
    default:
      throw new UsageError(
        `found ${command === undefined ? 'no command' : `the command ${command}`}, expected describe, explain, import, predict, verify or train`,
      );
  }
}

// Whoever reads us may stop early (| head), which is no failure of ours.
process.stdout.on('error', async (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const { explain } = await import('./commands/explain.ts');
  process.stderr.write(`${explain(Object.assign(error, { path: 'standard output' }))}\n`, () => process.exit(1));
});

// npm runs its scripts in the package's folder; paths are meant from where the person stands.
if (process.env.npm_lifecycle_event === 'model' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

try {
  process.stdout.write(await run(process.argv.slice(2)));
} catch (error) {
  const { explain } = await import('./commands/explain.ts');
  const usage = error instanceof UsageError;
  process.stderr.write(`${explain(error)}${usage ? '; --help says more' : ''}\n`);
  process.exitCode = usage ? 2 : ((error as { exitCode?: number }).exitCode ?? 1);
}
