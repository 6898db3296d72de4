import { fuzzCredentials } from '../support/access/credentials-fuzz.ts';

/* node tests/fuzz/credentials-main.ts [COUNT] [SEED]: COUNT changed keys, and ends with status 1 where one is accepted, or function and container differ. */

const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? process.env.CI_SEED ?? Date.now() % 2 ** 31);
const { accepted, different, known } = await fuzzCredentials(count, seed);
process.stdout.write(
  `fuzz: ${count} credentials from seed ${seed}, ${known} true keys taken, ${accepted.length} others accepted, ${different.length} verdicts of function and container differ\n`,
);
for (const one of [...accepted, ...different].slice(0, 10)) process.stderr.write(`${one.slice(0, 300)}\n`);
process.exitCode = accepted.length + different.length > 0 || known === 0 ? 1 : 0;
