import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { oneOf } from '../../model/commands/command-line.ts';
import { AwsError, adviceOn } from './aws.ts';
import { run } from './command.ts';

/** The repository's top folder. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** The two stacks, each by its folder and service. */
export const STACKS = { api: { folder: '.', service: 'canopy' }, endpoint: { folder: 'container', service: 'canopy-endpoint' } } as const;
export type Stack = keyof typeof STACKS;

/** Which account's corner: the options every command of the framework is given. */
export type Place = { stage: string; region: string };

/** The place that a command line names. Throws an AwsError for a stage that cannot be part of names. */
export function readPlace({ stage = 'dev', region = 'sa-east-1' }: { stage?: string | undefined; region?: string | undefined }): Place {
  if (/^[a-z][a-z0-9-]{0,19}$/.test(stage)) return { stage, region };
  throw new AwsError(`--stage: found ${stage}, expected small letters, digits and hyphens, 20 at most`);
}

/** A stack's name in CloudFormation, as the framework makes it. */
export function stackName(stack: Stack, stage: string): string {
  return `${STACKS[stack].service}-${stage}`;
}

/** The endpoint's name, by the convention both stacks keep. */
export function endpointName(stage: string): string {
  return `canopy-${stage}`;
}

/** Runs steps one after another, each shown with its number, its time and what came of it. */
export function openSteps(count: number, show: (line: string) => void) {
  let at = 0;
  return async <Result>(what: string, work: () => Promise<{ said: string; value: Result }>): Promise<Result> => {
    at += 1;
    show(`${at}/${count} ${what} ...`);
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    try {
      const { said, value } = await work();
      show(`${at}/${count} ${what}: ${said} (${seconds()} s)`);
      return value;
    } catch (error) {
      show(`${at}/${count} ${what}: failed (${seconds()} s); what is done stays done, and the same command goes on from here`);
      throw error;
    }
  };
}

/** Runs a command of the framework on a stack, with those of the parameters that it has and `more` arguments of that command. Throws an AwsError with what to do, or the framework's last lines. */
export async function framework(
  stack: Stack,
  command: string,
  { stage, region }: Place,
  params: Record<string, string> = {},
  more: string[] = [],
): Promise<string> {
  const script = path.join(PROJECT, 'node_modules/serverless/bin/serverless.js');
  const known = paramNames(stack);
  const given = Object.entries(params).flatMap(([name, value]) => (known.includes(name) ? ['--param', `${name}=${value}`] : []));
  const args = [script, command, '--stage', stage, '--region', region, ...given, ...more];
  const { code, output } = await run(process.execPath, args, { cwd: path.join(PROJECT, STACKS[stack].folder) });
  if (code === 0) return output;
  const lines = output.split('\n').filter((line) => line.trim() && !/^npm |^Environment:|^Docs:/.test(line));
  const tail = lines.slice(-15).join('\n');
  const advice = adviceOn(output);
  throw new AwsError(`${stackName(stack, stage)}: serverless ${command} failed\n${tail}${advice === undefined ? '' : `\n=> ${advice}`}`);
}

/** Parameters that the commands give the stacks themselves. */
const SET_BY_COMMANDS = ['model', 'endpoint', 'image', 'modelKey', 'workFolder'];

/** The parameters a stack has, as its table of defaults names them. */
export function paramNames(stack: Stack): string[] {
  return Object.keys(paramDefaults(stack, 'default'));
}

/** The values of a stack's parameters where none is given, as texts: the defaults, with those of a stage. */
export function paramDefaults(stack: Stack, stage: string): Record<string, string> {
  const file = path.join(PROJECT, STACKS[stack].folder, 'serverless.yml');
  // The tags of CloudFormation (!Ref, !Sub) are not known to the parser, which would warn of each.
  const { params } = parse(readFileSync(file, 'utf8'), { logLevel: 'error' }) as { params: Record<string, Record<string, unknown>> };
  const all = { ...params.default, ...(Object.hasOwn(params, stage) ? params[stage] : {}) };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
}

/** Reads NAME=VALUE pairs. Throws an AwsError at the first that is none, and at one that no stack has: it would change nothing. */
export function readParams(pairs: string[]): Record<string, string> {
  const known = [...new Set([...paramNames('api'), ...paramNames('endpoint')])].filter((name) => !SET_BY_COMMANDS.includes(name));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined) throw new AwsError(`--param: found ${JSON.stringify(pair)}, expected NAME=VALUE`);
      if (name === 'model') throw new AwsError(`--param: found ${pair}, expected --model FILE`);
      if (SET_BY_COMMANDS.includes(name))
        throw new AwsError(`--param: found ${name}, which this command sets itself; expected ${oneOf(known)}`);
      if (!known.includes(name)) throw new AwsError(`--param: found ${name}, expected ${oneOf(known)}`);
      return [name, value];
    }),
  );
}
