import { cpus, loadavg } from 'node:os';
import { readCommandLine, UsageError } from '../../model/commands/command-line.ts';
import { type Drain, runDrain } from './drain.ts';
import { ABSENT, type Row, runFault, SCENARIOS, type Timing } from './failures.ts';
import { type Overload, runOverload } from './overload.ts';
import { ARTIFACT, packageOnce } from './stack.ts';

const HELP = `What production does to this service, made here, and what it answers then (127.0.0.1 alone).

  npm run bench -- faults [--short] [--rate N] [--seconds N] [--only WORD] [--row-ms N] [--runs N]

  --short      10 s a fault at 50 requests a second, and no figure of time is judged: the form for a shared machine
  --rate       requests a second (500)
  --seconds    length of a fault's run: a third before it, a third during, a third after (60)
  --only       the parts whose name has this word
  --row-ms     milliseconds of computing that the rows of a request take in the overload (5); 2.5 is what 5 are on a machine half as
               fast, since all but the computing takes its own time
  --runs       how often the overload is run (1)
`;

/** The deadline of a warm call and what may come on top of it, in milliseconds. */
const MOST_SERVED = 250 + 50;

/** Runs all of it and prints a table. The exit code is 1 where something that must hold does not. */
export async function runFaults(args: string[]): Promise<number> {
  const { values } = readCommandLine({
    args,
    options: {
      short: { type: 'boolean', default: false },
      rate: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: '' },
      'row-ms': { type: 'string', default: '5' },
      runs: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { short, only } = values;
  const rate = Number(values.rate ?? (short ? 50 : 500));
  const seconds = Number(values.seconds ?? (short ? 10 : 60));
  if (!(rate >= 1 && rate <= 2_000 && seconds >= 3 && seconds <= 600)) {
    throw new UsageError(`found --rate ${rate} and --seconds ${seconds}, expected 1 to 2000 and 3 to 600`);
  }
  const [rowMs, runs] = [Number(values['row-ms']), Number(values.runs)];
  if (!(rowMs >= 0.5 && rowMs <= 50 && Number.isInteger(runs) && runs >= 1 && runs <= 20)) {
    throw new UsageError(`found --row-ms ${values['row-ms']} and --runs ${values.runs}, expected 0.5 to 50 and 1 to 20`);
  }
  const chosen = (name: string) => name.toLowerCase().includes(only.toLowerCase());
  const parts = [...[...SCENARIOS, ABSENT].map(({ name }) => `fault: ${name}`), 'sigterm', 'overload', 'bad bodies'];
  if (!parts.some(chosen)) throw new UsageError(`--only: found ${only}, expected a word of: ${parts.join('; ')}`);
  const third = seconds / 3;
  // The breaker waits about as long as the fault was, 30 s at most; the endpoint's share is counted after that.
  const back = short ? third : Math.max(third, Math.min(1.5 * third + 5, 39));
  const timing = { rate, warm: short ? 5 : 25, before: third, during: third, back };
  console.log(
    `${rate} requests a second, ${seconds} s a fault; ${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)} before we began`,
  );
  const judge = createJudge(short);
  await faults(judge, timing, chosen);
  if (chosen('sigterm')) judge.drains(await drains(short ? 2 : 20));
  for (let run = 0; run < runs && chosen('overload'); run += 1) judge.overload(await runOverload(short ? 4 : 15, rowMs));
  if (chosen('bad bodies')) {
    // Slow to load, and the help and a refusal shall come at once.
    const { compareVerdicts } = await import('./verdicts.ts');
    const found = await compareVerdicts(ARTIFACT, short ? 10_000 : 100_000, Date.now() % 2 ** 31);
    const { bodies, statuses, calls, differences, seed } = found;
    const broken = Object.keys(statuses).filter((status) => Number(status) >= 500);
    judge.line('bad bodies', `${bodies} (seed ${seed}): ${JSON.stringify(statuses)}, ${calls} calls to the endpoint for refused ones`, [
      [broken.length === 0 && differences.length === 0, `no 5xx, one verdict of both ${differences.join('; ')}`],
      [calls === 0, 'no call to the endpoint'],
    ]);
  }
  console.log(judge.summary());
  return judge.fails() ? 1 : 0;
}

async function faults(judge: ReturnType<typeof createJudge>, timing: Timing, chosen: (name: string) => boolean): Promise<void> {
  const scenarios = [...SCENARIOS, ABSENT].filter(({ name }) => chosen(`fault: ${name}`));
  if (scenarios.length === 0) return;
  const packaged = await packageOnce();
  try {
    for (const scenario of scenarios) judge.fault(await runFault(packaged, scenario, timing), scenario === ABSENT);
  } finally {
    packaged.remove();
  }
}

/** So many SIGTERMs, four at a time. */
async function drains(count: number): Promise<Drain[]> {
  const all: Drain[] = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: Math.min(4, count - all.length) }, () => runDrain()))));
  return all;
}

/** Prints a line for each part, and counts what must hold and does not. In the short form only counts must. */
function createJudge(short: boolean) {
  const missed: string[] = [];
  let unjudged = 0;
  type Claim = [holds: boolean, what: string, isTime?: 'time'];
  const line = (name: string, what: string, claims: Claim[]) => {
    const broken = claims.filter(([holds]) => !holds);
    const judged = broken.filter(([, , isTime]) => !(short && isTime));
    missed.push(...judged.map(([, claim]) => `${name}: ${claim}`));
    unjudged += broken.length - judged.length;
    const words = (some: Claim[], before: string) => (some.length === 0 ? [] : [`${before}: ${some.map(([, claim]) => claim).join(', ')}`]);
    const told = [
      ...words(judged, 'NOT'),
      ...words(
        broken.filter((one) => !judged.includes(one)),
        'missed, but not judged here',
      ),
    ];
    const verdict = told.length === 0 ? 'holds' : told.join('; ');
    console.log(`${name.padEnd(30)} ${what}  ${verdict}`);
  };
  const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  return {
    fails: () => missed.length > 0,
    /** The last line: what was judged, and what came of it. */
    summary: () => {
      const what = short ? 'counts alone are judged in the short form' : 'counts and times are judged';
      const verdict = missed.length === 0 ? 'all of them hold' : `${missed.length} of them do not hold (${missed.join('; ')})`;
      return `${what}: ${verdict}${unjudged > 0 ? `; ${unjudged} times were missed, which says nothing on a shared machine` : ''}`;
    },
    line,
    fault: (row: Row, isAbsent: boolean) => {
      const { requests, wrong, p99Before, p99During, mostServed, endpointShare, reasons } = row;
      const percent = `${(100 * endpointShare).toFixed(0)} %`;
      const times = `p99 ${ms(p99Before)} -> ${ms(p99During)}, slowest ${ms(mostServed)}, at the end ${percent} by the endpoint`;
      line(row.fault, `${requests} requests, ${row.failed} failed, ${wrong} wrong; ${times}; ${JSON.stringify(reasons)}`, [
        [row.failed === 0, 'nothing failed'],
        [wrong === 0, 'nothing wrong'],
        [p99During <= p99Before + 10, 'p99 at most 10 ms more', 'time'],
        [mostServed <= MOST_SERVED, `none over ${MOST_SERVED} ms`, 'time'],
        [isAbsent || endpointShare >= 0.9, 'endpoint back at 90 %', 'time'],
      ]);
    },
    drains: (all: Drain[]) => {
      const sum = (of: (one: Drain) => number) => all.reduce((total, one) => total + of(one), 0);
      const clean = all.filter((one) => one.dropped === 0 && one.exit === 0).length;
      const slowest = Math.max(...all.map((one) => one.exitMs));
      line(
        'SIGTERM under load',
        `${clean} of ${all.length} clean, ${sum((one) => one.answered)} answered, ${sum((one) => one.shed)} shed, ${sum((one) => one.dropped)} dropped ${[...new Set(all.flatMap((one) => one.codes))].slice(0, 5).join(', ')}, exit ${[...new Set(all.map((one) => one.exit))].join(', ')} within ${ms(slowest)}`,
        [
          [clean === all.length, 'nothing dropped'],
          [slowest <= 15_000, 'exit within 15 s'],
        ],
      );
    },
    overload: (one: Overload) => {
      const percent = (share: number) => (100 * share).toFixed(0);
      const turns = `${percent(one.goodput)} % of it (median of ${one.turns.map(percent).join(', ')}; ${percent(one.byCpu)} % by CPU time)`;
      const what = `${one.ms.toFixed(2)} ms a request, peak ${one.peak.toFixed(0)}/s, answered ${turns} with p99 ${ms(one.p99)}`;
      line(
        'overload, 4 times the peak',
        `${what}; ${one.refused} refused, 99 % within ${ms(one.refusedWithin)} by the server's clock (p99 ${ms(one.refusedP99)} by the sender's), ${one.others} other`,
        [
          [one.others === 0, 'nothing but 200 and 503'],
          [one.goodput >= 0.9, 'goodput at least 90 %', 'time'],
          [one.p99 <= 100, 'p99 at most 100 ms', 'time'],
          [one.refusedWithin <= 50, 'refusals within 50 ms', 'time'],
        ],
      );
    },
  };
}
