import { cpus, loadavg } from 'node:os';
import { readCommandLine, UsageError } from '../../../model/commands/command-line.ts';
import { runFirst } from './first.ts';
import { runLoad } from './load.ts';

const HELP = `How soon things start. Needs Linux. Two parts, one after the other:

  first   the installed canopy (describe, serve) and the packaged predict beside node -e 0, medians of rounds in which all take turns;
          predict also with 0.3 of a processor, as a Lambda of 512 MB has it
  load    npm start as a person has it: how soon it answers after the command, its memory at rest, and open-loop load during which the
          container is frozen at a third of the time and killed at half of it. 127.0.0.1 alone, on ports that are free

  npm run bench -- start [--only first|load] [--short] [--rate N] [--seconds N]

  --only       one part alone
  --short      few rounds, 100 requests a second for 12 s, and no figure of time is judged: the form for a shared machine
  --rate       requests a second (500)
  --seconds    length of the load (60)
`;

/** Runs the parts and prints a line for each thing. The exit code is 1 where something that must hold does not. */
export async function runStart(args: string[]): Promise<number> {
  const [flag, text] = [{ type: 'boolean' }, { type: 'string' }] as const;
  const options = { only: text, short: flag, rate: text, seconds: text, help: flag };
  const { values } = readCommandLine({ args, options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const short = values.short === true;
  const rate = Number(values.rate ?? (short ? 100 : 500));
  const seconds = Number(values.seconds ?? (short ? 12 : 60));
  if (!(rate >= 1 && rate <= 2_000 && seconds >= 6 && seconds <= 600)) {
    throw new UsageError(`found --rate ${rate} and --seconds ${seconds}, expected 1 to 2000 and 6 to 600`);
  }
  const { only } = values;
  if (only !== undefined && only !== 'first' && only !== 'load') throw new UsageError(`--only: found ${only}, expected first or load`);
  if (process.platform !== 'linux') throw new UsageError(`found ${process.platform}, expected Linux, whose /proc tells memory`);
  console.log(`Node ${process.versions.node}, ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before we began`);
  const missed: string[] = [];
  if (only !== 'load') missed.push(...(await runFirst(short)));
  if (only !== 'first') missed.push(...(await runLoad({ rate, seconds, short })));
  const allHolds = `all holds${short ? ' but times, which are not judged in the short form' : ''}`;
  console.log(missed.length === 0 ? allHolds : `${missed.length} that must hold do not: ${missed.join('; ')}`);
  return missed.length === 0 ? 0 : 1;
}
