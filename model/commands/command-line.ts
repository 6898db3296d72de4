import { type ParseArgsConfig, parseArgs } from 'node:util';
import { printableText } from '../artifact/printable.ts';

/** The command line was not understood. The message says what was found and what was expected. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * What parseArgs makes of a command line. Throws a UsageError where it makes nothing of it; `known` are the options that its
 * message lists.
 */
export function readCommandLine<Config extends ParseArgsConfig>(
  config: Config,
  known = Object.keys(config.options ?? {}),
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(inWords(error as NodeJS.ErrnoException, known));
  }
}

/** An error of parseArgs as found and expected; Node's words advise what no command here takes. */
function inWords({ code, message }: NodeJS.ErrnoException, known: string[]): string {
  // 'NAME', '--name <value>' or '-n, --name <value>'
  const name = /'(?:-\w, )?([^']*?)(?: <value>)?'/.exec(message)?.[1] ?? '';
  const options = oneOf(known.map((one) => `--${one}`));
  switch (code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `found ${name}, expected ${options}`;
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `found ${name}, expected nothing but ${options}`;
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
      if (message.includes('does not take')) return `${name}: found a value, expected the option alone`;
      return `${name}: found no value, expected one${name.startsWith('--') ? ` (${name}=VALUE where it starts with a hyphen)` : ''}`;
    default:
      return message;
  }
}

/**
 * Prints a text, such as a command's help. Who reads it may stop early (| head), which is no failure unless there is `lost`: what to do where
 * the text reached nobody. Where it cannot be written, on a full disk say, a sentence stands on standard error, and the exit status is 1.
 */
export function print(text: string, lost?: string): void {
  process.stdout.once('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' && lost === undefined) return;
    process.stderr.write(`standard output: ${message}${lost === undefined ? '' : `; ${lost}`}\n`);
    process.exitCode = 1;
  });
  process.stdout.write(text);
}

/** Names as a sentence lists them: "a, b or c". */
export function oneOf(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** Ends a command in the words of its error, with status 1. What people meet is a sentence; a slip of ours shows where it happened. */
export function endInWords(error: Error): void {
  process.stderr.write(printableText(String(error instanceof TypeError ? error.stack : error.message)));
  process.exitCode = 1;
}
