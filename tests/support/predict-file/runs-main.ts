import { predict } from './runs.ts';

// A run for a test to kill: it says each piece that it has written on standard output.
const [model = '', input = '', output = ''] = process.argv.slice(2);
try {
  await predict(model, input, output, { mode: 'resume', threads: 2, progress: ({ rows }) => process.stdout.write(`${rows}\n`) });
  process.stdout.write('whole\n');
} catch (error) {
  const { explain } = await import('../../../model/commands/explain.ts');
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
