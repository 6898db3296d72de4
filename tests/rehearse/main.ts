import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { oneOf } from '../../model/commands/command-line.ts';
import { awsSteps } from './aws.ts';
import { containerEnvironment } from './bases.ts';
import { clientSteps } from './clients.ts';
import { removeLeft } from './containers.ts';
import { downtimeSteps } from './downtime.ts';
import { imageSteps } from './image.ts';
import { lambdaSteps } from './lambda.ts';
import { check, TOOLS } from './run.ts';
import { type Line, runSteps, type Step, table } from './table.ts';
import { templateSteps } from './templates.ts';

const HELP = `Rehearses a deploy on this machine, against emulators that are real programs.

  npm run rehearse -- [templates] [image] [lambda] [clients] [downtime] [aws]

All of them where none is named. "bash .ci/run rehearse" first installs what they need. With CI=true a missing tool is a
failure; else its steps are skipped, and said so. Where none of them ran the exit code is 1.
`;

const env = containerEnvironment();
const groups: Record<string, () => Step[]> = {
  templates: templateSteps,
  image: () => imageSteps(env),
  lambda: lambdaSteps,
  clients: () => clientSteps(env),
  downtime: () => downtimeSteps(env),
  aws: () => awsSteps(env),
};

await main();

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  if (names.some((name) => name === '--help' || name === '-h')) return void process.stdout.write(HELP);
  const unknown = names.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) {
    console.error(`found ${unknown.join(', ')}, expected ${oneOf(Object.keys(groups))} (see --help)`);
    process.exitCode = 2;
    return;
  }
  check(path.isAbsolute(TOOLS), 'the work folder: expected a path from the root');
  const start = performance.now();
  const lines: Line[] = [];
  for (const name of names.length > 0 ? names : Object.keys(groups)) {
    // A group that fails does not keep the others from being tried.
    const steps = (groups[name] as () => Step[])();
    lines.push(...(await runSteps(steps, process.env.CI === 'true', (line) => console.log(line))));
  }
  await removeLeft(env);
  const text = table(lines);
  mkdirSync(TOOLS, { recursive: true });
  writeFileSync(path.join(TOOLS, 'table.md'), `${text}\n`);
  const count = (state: string) => lines.filter((line) => line.state === state).length;
  console.log(`\n${text}\n\n${count('ok')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  console.log(`in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (count('ok') === 0) console.error('nothing of it ran, so nothing was rehearsed: bash .ci/run rehearse installs what is missing');
  process.exit(count('failed') > 0 || count('ok') === 0 ? 1 : 0);
}
